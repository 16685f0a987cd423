/* fields.h -- how the tables of messages are written; for the files of wire/ alone. `MESSAGE` is
 * the struct whose table it is. */
#ifndef HEDDLE_WIRE_FIELDS_H
#define HEDDLE_WIRE_FIELDS_H

#include "wire/codec.h"

/* clang-format off */
#define AT(member)               offsetof(struct MESSAGE, member)
#define STRING(m)                {#m, AT(m), WIRE_STRING, false, NULL, NULL}
#define NEEDED(m)                {#m, AT(m), WIRE_STRING, true, NULL, NULL}
#define INT(m)                   {#m, AT(m), WIRE_INT, false, NULL, NULL}
#define TIME(m)                  {#m, AT(m), WIRE_TIME, false, NULL, NULL}
#define REAL(m)                  {#m, AT(m), WIRE_REAL, false, NULL, NULL}
#define BOOL(m)                  {#m, AT(m), WIRE_BOOL, false, NULL, NULL}
#define ENUM(m, names)           {#m, AT(m), WIRE_ENUM, false, NULL, names}
#define STRINGS(m)               {#m, AT(m), WIRE_STRINGS, false, NULL, NULL}
#define INTERVALS(m)             {#m, AT(m), WIRE_INTERVALS, false, NULL, NULL}
#define JSON(m)                  {#m, AT(m), WIRE_JSON, false, NULL, NULL}
#define NULLABLE(m)              {#m, AT(m), WIRE_NULLABLE, false, NULL, NULL}
#define DATE(m)                  {#m, AT(m), WIRE_DATE, false, NULL, NULL}
#define OBJECT(m, type)          {#m, AT(m), WIRE_OBJECT, false, &type##_type, NULL}
#define OBJECTS(m, type)         {#m, AT(m), WIRE_OBJECTS, false, &type##_type, NULL}
#define NEEDED_INT(m)            {#m, AT(m), WIRE_INT, true, NULL, NULL}
#define NEEDED_ENUM(m, names)    {#m, AT(m), WIRE_ENUM, true, NULL, names}
#define NEEDED_STRINGS(m)        {#m, AT(m), WIRE_STRINGS, true, NULL, NULL}
#define NEEDED_OBJECT(m, type)   {#m, AT(m), WIRE_OBJECT, true, &type##_type, NULL}
#define NEEDED_OBJECTS(m, type)  {#m, AT(m), WIRE_OBJECTS, true, &type##_type, NULL}
#define END                      {NULL, 0, WIRE_STRING, false, NULL, NULL}
#define TYPE(name)               const struct wire_type name##_type = {#name, sizeof(struct name), name##_fields};
/* clang-format on */

#endif
