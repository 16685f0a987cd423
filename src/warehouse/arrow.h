/* arrow.h -- values of Arrow C data as texts and as JSON; for src/warehouse/ only.
 * docs/internals/warehouse.md says what each type looks like as a text.
 */
#ifndef HEDDLE_WAREHOUSE_ARROW_H
#define HEDDLE_WAREHOUSE_ARROW_H

#include "base/json.h"

#include <adbc.h>

struct arrow_type; /* a row of the table of types */
typedef struct arrow_field arrow_field;

/* A column, or a part of one, with its format read. */
struct arrow_field {
    const struct arrow_type *type;
    char *name;
    int64_t per_second;   /* times: units in a second */
    int precision, scale; /* decimals */
    int64_t width;        /* bytes of fixed binaries, elements of fixed lists, decimal bytes */
    bool zoned;           /* timestamps: an instant */
    int8_t *type_ids;     /* unions: child of each id, from 0 to 127 */
    GPtrArray *children;  /* of struct arrow_field */
    struct arrow_field *dictionary;
    char *type_name;
};

/* Where a value is: values of nested types are in their children's arrays. */
struct arrow_cell {
    const struct arrow_field *field;
    const struct ArrowArray *array;
    int64_t row; /* the array's offset is not counted in */
};

/* NULL and an error when a format is not known. */
struct arrow_field *warehouse__field_new(const struct ArrowSchema *schema, GError **error);
void warehouse__field_free(struct arrow_field *f);

bool warehouse__is_null(const struct arrow_cell *cell);
/* Append the value's text; nothing for NULL. */
void warehouse__append_text(const struct arrow_cell *cell, GString *out);
/* Append the value as JSON. */
void warehouse__append_json(const struct arrow_cell *cell, GString *out);
json_t *warehouse__cell_json(const struct arrow_cell *cell); /* a new reference */

/* arrow_time.c: days since 1970; units since 1970 or since midnight. */
void warehouse__append_date(int64_t days, GString *out);
void warehouse__append_timestamp(int64_t units, int64_t per_second, bool zoned, GString *out);
void warehouse__append_time(int64_t units, int64_t per_second, GString *out);
void warehouse__append_interval(int64_t months, int64_t days, int64_t nanoseconds, GString *out);

/* arrow_number.c */
void warehouse__append_double(double value, GString *out);
void warehouse__append_float(float value, GString *out);
/* A two's complement number of `bytes` (at most 32) bytes, little-endian, `scale` behind the dot.
 */
void warehouse__append_decimal(const uint8_t *value, size_t bytes, int scale, GString *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(arrow_field, warehouse__field_free)

#endif
