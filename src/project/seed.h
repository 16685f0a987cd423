/* seed.h -- the file of a SEED model, read as SQLMesh has pandas read it.
 *
 *     struct seed_table *t = seed_read(model->seed, &error);
 *     seed_convert(t, i, "DATE", &error);      for columns that the model declares
 *     t->columns[i].cells[row]                 a text for the warehouse to cast, or NULL
 *     seed_free(t);
 *
 * Names    as in the file's first line; one that stands there twice becomes x.1, an empty one
 *          "Unnamed: 3". Folding their case is the caller's: it depends on the dialect.
 * Types    inferred from all cells of a column, as enum seed_type says; columns without any
 *          cell are DOUBLE when there are rows, else TEXT.
 * Cells    are written in the column's inferred type: "007" in a column of whole numbers is "7",
 *          and "7.0" when another cell is missing (the column is DOUBLE then), in a TEXT column
 *          "007". That is what SQLMesh inserts, also into a column declared TEXT.
 * NULL     is what pandas takes for missing ("", NA, null, nan, …; also in quotes) unless
 *          keep_default_na is false, and na_values.
 * Rows     shorter than the first line end in NULLs; longer ones are errors, unless what they have
 *          too much is empty, in the first row too. Empty lines do not count.
 * Errors   domain project_error(): file, line, caret.
 */
#ifndef HEDDLE_PROJECT_SEED_H
#define HEDDLE_PROJECT_SEED_H

#include "project/model.h"

enum seed_type { SEED_BIGINT, SEED_DOUBLE, SEED_BOOLEAN, SEED_TEXT };
extern const char *const seed_type_names[]; /* "BIGINT", "DOUBLE", "BOOLEAN", "TEXT", NULL */

struct seed_column {
    const char *name;
    enum seed_type type;
    const char **cells; /* n_rows of them; NULL is NULL */
};

struct seed_table {
    struct arena *arena; /* holds everything here */
    struct seed_column *columns;
    size_t n_columns, n_rows;
};

typedef struct seed_table seed_table; /* the typedef is for g_autoptr(seed_table) */

/* What a CSV file is when the model says nothing: comma, double quotes that are doubled, the
 * usual words for missing. Path and content are left alone. */
void seed_settings_init(struct model_seed *s);
struct seed_table *seed_read(const struct model_seed *s, GError **error) MUST_CHECK;
void seed_free(struct seed_table *t); /* NULL is fine */
/* The column's index by name; -1. */
int seed_find(const struct seed_table *t, const char *name);
/* Rewrite a column's cells for a column declared as `type` (SQL): for BOOLEAN true, 1, t, y, yes
 * and on are true and all else is false; dates and times come out in ISO form; whole numbers lose
 * their
 * ".0". Other types change nothing. */
bool seed_convert(struct seed_table *t, size_t column, const char *type, GError **error) MUST_CHECK;
/* CRC-32 of a column's cells: equal for equal values, however the file quotes them. */
uint32_t seed_column_digest(const struct seed_table *t, size_t column);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(seed_table, seed_free)

#endif
