/* yaml_int.h -- between yaml.c and what a plain scalar means. */
#ifndef HEDDLE_PROJECT_YAML_INT_H
#define HEDDLE_PROJECT_YAML_INT_H

#include "base/json.h"

/* A plain (unquoted) scalar by YAML 1.2's rules: null, a boolean, a number, else a text. */
json_t *project__yaml_plain(const char *text);

#endif
