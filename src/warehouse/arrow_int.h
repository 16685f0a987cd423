/* arrow_int.h -- the table of Arrow types and how each one's values are read; for arrow*.c only. */
#ifndef HEDDLE_WAREHOUSE_ARROW_INT_H
#define HEDDLE_WAREHOUSE_ARROW_INT_H

#include "warehouse/arrow.h"

/* How a value stands in JSON. */
enum arrow_json {
    JSON_AS_TEXT,    /* a string */
    JSON_AS_INTEGER, /* its text, as it is */
    JSON_AS_FLOAT,   /* likewise, unless it is infinite or no number */
    JSON_AS_DECIMAL, /* alone: a string when a number would lose digits */
    JSON_AS_BOOLEAN,
    JSON_AS_NESTED, /* its text is JSON */
};

struct arrow_type {
    const char *format; /* the format string's beginning */
    bool exact;         /* ... or all of it */
    const char *name;   /* as SQL calls it; made by `read` when NULL */
    enum arrow_json json;
    void (*text)(const struct arrow_cell *cell, GString *out);
    /* Read what stands behind `format`; may be NULL. False when it is not understood. */
    bool (*read)(struct arrow_field *f, const char *rest);
};

/* Index of the cell's value in its array's buffers. */
static inline int64_t warehouse__at(const struct arrow_cell *c)
{
    return c->array->offset + c->row;
}

/* Each ends with a row without a format. */
extern const struct arrow_type warehouse__scalar_types[], warehouse__byte_types[],
    warehouse__nested_types[];
/* What extensions say about bytes; found by name. NULL when there is none of this name. */
const struct arrow_type *warehouse__extension_type(const char *name);
/* Is the child that a union's value is in NULL? */
bool warehouse__union_is_null(const struct arrow_cell *c);
void warehouse__append_quoted(const char *text, GString *out);

#endif
