/* json.h -- what jansson leaves to its users: checked access with errors that name the member. */
#ifndef HEDDLE_BASE_JSON_H
#define HEDDLE_BASE_JSON_H

#include "base/errors.h"

#include <jansson.h>
#include <stdint.h>

ERROR_DOMAIN(json)

/* Parse a text; the error says line and column and the start of the text. */
json_t *json_parse(const char *text, size_t len, GError **error) MUST_CHECK;
/* Compact text with sorted keys: equal values give equal bytes. Reals have as few digits as read
 * back the same. Free with g_free(). */
char *json_text(const json_t *value);
/* Compact text in insertion order. Free with g_free(). */
char *json_text_as_built(const json_t *value);
/* Indented text for people. Free with g_free(). */
char *json_text_pretty(const json_t *value);

/* The shortest digits that are this number again: "0.1", "3", "1e+20". g_free(). */
char *real_text(double value);

/* Members of an object, or the default when it is missing or of another type. Strings are
 * borrowed from the object. */
const char *json_get_string(const json_t *object, const char *key, const char *missing);
int64_t json_get_int(const json_t *object, const char *key, int64_t missing);
bool json_get_bool(const json_t *object, const char *key, bool missing);
/* A string, number or boolean as the text a person would write; NULL for others. g_free(). */
char *json_scalar_text(const json_t *value);

/* An error for programs: {"code", "message", "what", "why", "file", "line", "column", "source",
 * "hint"}. `code` is the word of enum error_code, `message` the whole text, `source` the line that
 * error_set_at() draws with its caret; null for what the text does not say. A new reference. */
json_t *error_to_json(const GError *error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(json_t, json_decref)

#endif
