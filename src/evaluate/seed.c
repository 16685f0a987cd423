/* seed.c -- SEED: the file's rows take the place of what the table has. */
#include "evaluate/evaluate_int.h"

#include "project/seed.h"

#include <string.h>

static const char *fold(struct evaluate_run *r, const char *name)
{
    int direction = sql_dialect_folds(r->dialect);
    g_autofree char *folded = direction < 0   ? g_utf8_strdown(name, -1)
                              : direction > 0 ? g_utf8_strup(name, -1)
                                              : g_strdup(name);

    return arena_strdup(r->arena, folded);
}

/* The file's column of a declared one: by its name, else by the name as the dialect folds it. */
static int find_column(struct evaluate_run *r, const struct seed_table *t, const char *name)
{
    int at = seed_find(t, name);

    for (size_t i = 0; at < 0 && i < t->n_columns; i++)
        if (strcmp(fold(r, t->columns[i].name), name) == 0)
            at = (int)i;
    return at;
}

struct seed_plan {
    GPtrArray *columns; /* of struct warehouse_column: the table's */
    GArray *from;       /* of int: the file's column of each */
};

static void add_column(struct evaluate_run *r, struct seed_plan *p, const char *name,
                       const char *type, int from)
{
    struct warehouse_column *c = arena_new_of(r->arena, struct warehouse_column);

    c->name = (char *)name;
    c->type = (char *)type;
    g_ptr_array_add(p->columns, c);
    g_array_append_val(p->from, from);
}

static bool plan_declared(struct evaluate_run *r, struct seed_table *t, struct seed_plan *p,
                          GError **error)
{
    for (guint i = 0; i < r->model->columns->len; i++) {
        const struct model_column *c = r->model->columns->pdata[i];
        int at = find_column(r, t, c->name);

        if (at < 0)
            return evaluate__invalid(error,
                                     "The seed file %s of %s has no column \"%s\", which the "
                                     "model declares.",
                                     r->model->seed->path, r->model->name, c->name);
        if (!c->type)
            return evaluate__invalid(error, "Column \"%s\" of seed %s has no type.", c->name,
                                     r->model->name);
        if (!seed_convert(t, (size_t)at, c->type, error))
            return false;
        add_column(r, p, c->name, evaluate__type_words(r, c->type), at);
    }
    return true;
}

static bool is_word(const char *cell, const char *word)
{
    return strcmp(cell, word) == 0;
}

/* A column of True, False and nothing is a text of booleans, and the warehouse writes those in
 * lower case; one that the model declares to be a text keeps the words. */
static void write_booleans(struct seed_column *c, size_t rows)
{
    for (size_t i = 0; i < rows; i++)
        if (c->cells[i] && !is_word(c->cells[i], "True") && !is_word(c->cells[i], "False"))
            return;
    for (size_t i = 0; i < rows; i++)
        if (c->cells[i])
            c->cells[i] = is_word(c->cells[i], "True") ? "true" : "false";
}

static bool plan_columns(struct evaluate_run *r, struct seed_table *t, struct seed_plan *p,
                         GError **error)
{
    if (r->model->columns && r->model->columns->len > 0)
        return plan_declared(r, t, p, error);
    for (size_t i = 0; i < t->n_columns; i++) {
        if (t->columns[i].type == SEED_TEXT)
            write_booleans(&t->columns[i], t->n_rows);
        add_column(r, p, fold(r, t->columns[i].name),
                   evaluate__type_words(r, seed_type_names[t->columns[i].type]), (int)i);
    }
    return true;
}

static bool ingest(struct evaluate_run *r, const struct seed_table *t, const struct seed_plan *p,
                   GError **error)
{
    g_autoptr(GPtrArray) values = g_ptr_array_new();
    const char **names = arena_alloc(r->arena, p->columns->len * sizeof *names);
    struct warehouse_batch batch = {r->task->target, names, (int)p->columns->len, values};

    if (t->n_rows == 0)
        return true;
    for (guint i = 0; i < p->columns->len; i++)
        names[i] = ((const struct warehouse_column *)p->columns->pdata[i])->name;
    for (size_t row = 0; row < t->n_rows; row++)
        for (guint i = 0; i < p->columns->len; i++)
            g_ptr_array_add(values, (void *)t->columns[g_array_index(p->from, int, i)].cells[row]);
    evaluate__log(r, "Inserting %zu rows of %s", t->n_rows, r->model->seed->path);
    return warehouse_ingest(r->warehouse, &batch, error);
}

/* Where views hold the table, it stays and its rows go. */
static bool make_empty(struct evaluate_run *r, const struct seed_plan *p, bool *made,
                       GError **error)
{
    const char *table = evaluate__table(r, r->task->target);
    GPtrArray *there = NULL;

    if (r->engine->view_binding && !evaluate__columns(r, r->task->target, &there, error))
        return false;
    *made = !there;
    if (there)
        return evaluate__executef(r, error, "DELETE FROM %s WHERE TRUE", table);
    return evaluate__executef(r, error, "DROP TABLE IF EXISTS %s", table) &&
           evaluate__executef(r, error, "CREATE TABLE %s (%s)", table,
                              evaluate__column_types(r, p->columns));
}

static bool load(struct evaluate_run *r, struct seed_table *t, const struct seed_plan *p,
                 GError **error)
{
    bool made;

    if (!make_empty(r, p, &made, error) || !ingest(r, t, p, error))
        return false;
    evaluate__add_rows(r, (int64_t)t->n_rows);
    return !made || (r->engine->view_binding && r->task->is_dev_table) ||
           evaluate__comment(r, r->task->target, "TABLE", error);
}

bool evaluate__load_seed(struct evaluate_run *r, GError **error)
{
    g_autoptr(GPtrArray) columns = g_ptr_array_new();
    g_autoptr(GArray) from = g_array_new(FALSE, FALSE, sizeof(int));
    struct seed_plan plan = {columns, from};
    g_autoptr(seed_table) table = NULL;

    if (!r->model->seed)
        return evaluate__invalid(error, "The definition of seed %s has no content.",
                                 r->model->name);
    if (!(table = seed_read(r->model->seed, error)) || !plan_columns(r, table, &plan, error))
        return false;
    if (columns->len == 0)
        return evaluate__invalid(error, "The seed file %s of %s has no columns.",
                                 r->model->seed->path, r->model->name);
    return load(r, table, &plan, error);
}
