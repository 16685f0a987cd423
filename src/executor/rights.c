/* rights.c -- what a gateway's login may do. */
#include "executor/rights.h"

#include "base/ids.h"

/* In this order; what undoes a step is a later one. %s is the scratch schema. */
static const struct deed {
    const char *name, *sql;
    int undoes; /* the place of what it takes back; -1: nothing */
} deeds[] = {
    {"create schema", "CREATE SCHEMA %s",                  -1},
    {"create table",  "CREATE TABLE %s.scratch (n INT)",   -1},
    {"insert",        "INSERT INTO %s.scratch VALUES (1)", -1},
    {"drop table",    "DROP TABLE %s.scratch",             1 },
    {"drop schema",   "DROP SCHEMA %s",                    0 },
};

static bool carry_out(struct warehouse *w, const struct deed *d, const char *schema, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(d->sql, "%s", 2);
    g_autofree char *sql = g_strconcat(parts[0], schema, parts[1], NULL);

    return warehouse_execute(w, sql, NULL, error);
}

/* After something was refused: take back what was done. */
static void undo(struct warehouse *w, const char *schema, size_t refused, GError **error)
{
    for (size_t i = refused + 1; i < G_N_ELEMENTS(deeds); i++) {
        bool was_done = deeds[i].undoes >= 0 && (size_t)deeds[i].undoes < refused;

        if (was_done && !carry_out(w, &deeds[i], schema, NULL))
            error_hint(error, "%s of %s, which this made, was refused too: do it by hand.",
                       deeds[i].name, schema);
    }
}

static char *try_query(struct warehouse *w, GError **error)
{
    int64_t one;

    if (warehouse_number(w, "SELECT 1", &one, error))
        return g_strdup("a query works; nothing else was tried.");
    g_prefix_error(error, "it may not run a query. ");
    return NULL;
}

char *executor__try_rights(struct warehouse *w, bool read_only, GError **error)
{
    g_autofree char *random = random_hex(4), *schema = g_strconcat("heddle_doctor_", random, NULL);
    g_autoptr(GString) done = g_string_new("it may ");

    if (read_only)
        return try_query(w, error);
    for (size_t i = 0; i < G_N_ELEMENTS(deeds); i++) {
        if (!carry_out(w, &deeds[i], schema, error)) {
            g_prefix_error(error, "it may not %s. ", deeds[i].name);
            undo(w, schema, i, error);
            return NULL;
        }
        g_string_append_printf(done, "%s%s", i ? ", " : "", deeds[i].name);
    }
    g_string_append_c(done, '.');
    return g_string_free(g_steal_pointer(&done), FALSE);
}
