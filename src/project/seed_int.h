/* seed_int.h -- what the files of seed share: from bytes to fields, from fields to typed cells. */
#ifndef HEDDLE_PROJECT_SEED_INT_H
#define HEDDLE_PROJECT_SEED_INT_H

#include "project/seed.h"

/* A field: its text and where it began in the file. */
struct seed_field {
    const char *text;
    size_t at;
};

enum seed_end { SEED_FIELD, SEED_ROW, SEED_FILE };

struct seed_scanner {
    const struct source *source;
    const char *at, *end;
    char *out; /* where the next field's text goes: a buffer as large as the file and one more */
    char delimiter, quote, escape, terminator; /* 0: none */
    bool doublequote, skip_space;
    bool stops[256]; /* bytes that end the fast way through an unquoted field */
};

bool seed__scanner_init(struct seed_scanner *s, const struct model_seed *settings,
                        const struct source *source, char *buffer, GError **error) MUST_CHECK;
/* Pass over empty lines; false at the end of the file. */
bool seed__next_row(struct seed_scanner *s);
/* The next field; what ended it in *end. False: a quote that is never closed. */
bool seed__next_field(struct seed_scanner *s, struct seed_field *field, enum seed_end *end,
                      GError **error) MUST_CHECK;

/* What stands for a missing value. */
struct seed_missing;
struct seed_missing *seed__missing_new(const struct model_seed *settings);
void seed__missing_free(struct seed_missing *m);
bool seed__is_missing(const struct seed_missing *m, const char *column, const char *text);

/* Find a column's type by its cells and write them in it. */
void seed__infer(struct arena *a, struct seed_column *column, size_t rows);
/* A decimal number as pandas reads it (the last digit may differ from C's); false: it is none. */
bool seed__read_double(const char *text, double *value);
/* The shortest text that reads back the same, as Python prints it: 1.0, 1e-05, inf. */
const char *seed__double_text(struct arena *a, double value);

#endif
