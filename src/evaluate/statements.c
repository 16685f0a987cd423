/* statements.c -- what an environment does before and after its plans: before_all, after_all. */
#include "evaluate/evaluate_int.h"

#include <string.h>

/* Statements that no transaction holds: with one of them each statement stands alone. */
static const char *const alone[] = {"BEGIN",  "START",  "COMMIT", "ROLLBACK", "CHECKPOINT",
                                    "VACUUM", "ATTACH", "DETACH", "USE",      "FORCE"};

static bool stands_alone(const char *sql)
{
    while (g_ascii_isspace(*sql))
        sql++;
    for (size_t i = 0; i < G_N_ELEMENTS(alone); i++) {
        size_t n = strlen(alone[i]);

        if (g_ascii_strncasecmp(sql, alone[i], n) == 0 && !g_ascii_isalnum(sql[n]))
            return true;
    }
    return false;
}

static const char *text_of(const json_t *item)
{
    return json_is_object(item) ? json_get_string(item, "sql", NULL) : json_string_value(item);
}

static GPtrArray *render(struct evaluate_run *r, const json_t *list, const char *title,
                         bool *transaction, GError **error)
{
    g_autoptr(GPtrArray) out = g_ptr_array_new();
    size_t i;
    json_t *item;

    *transaction = true;
    json_array_foreach (list, i, item) {
        const char *sql = text_of(item);
        const GPtrArray *texts = sql ? evaluate__statement(r, sql, title, error) : NULL;

        if (!sql)
            evaluate__invalid(error, "Statement %zu of %s is no text.", i + 1, title);
        if (!texts)
            return NULL;
        for (guint k = 0; k < texts->len; k++) {
            *transaction = *transaction && !stands_alone(texts->pdata[k]);
            g_ptr_array_add(out, texts->pdata[k]);
        }
    }
    return g_steal_pointer(&out);
}

static bool run_all(struct evaluate_run *r, const GPtrArray *texts, bool transaction,
                    GError **error)
{
    if (transaction && !evaluate__begin(r, error))
        return false;
    for (guint i = 0; i < texts->len; i++)
        if (!evaluate__execute(r, texts->pdata[i], NULL, error))
            return false;
    return !transaction || evaluate__commit(r, error);
}

/* As SQLMesh writes it: in quotes only when it must be. */
static char *plain_name(struct evaluate_run *r, const char *name)
{
    const char *p = name;

    while (g_ascii_isalnum(*p) || *p == '_')
        p++;
    if (*name && !*p && !g_ascii_isdigit(*name))
        return g_strdup(name);
    return sql_quote_identifier(r->dialect, name);
}

/* The default catalog is left out. */
static char *view_text(struct evaluate_run *r, const struct wire_table *view,
                       const char *default_catalog)
{
    bool elsewhere = view->catalog && g_strcmp0(view->catalog, default_catalog) != 0;
    g_autofree char *catalog = elsewhere ? plain_name(r, view->catalog) : NULL;
    g_autofree char *schema = view->schema ? plain_name(r, view->schema) : NULL;
    g_autofree char *name = plain_name(r, view->name);

    return g_strdup_printf("%s%s%s%s%s", catalog ? catalog : "", catalog ? "." : "",
                           schema ? schema : "", schema ? "." : "", name);
}

static void unref(void *value)
{
    json_decref(value);
}

static json_t *list_of(struct evaluate_run *r)
{
    json_t *list = json_array();

    arena_defer(r->arena, unref, list);
    return list;
}

/* What @schemas and @views stand for: every view of the environment, and their schemas once. */
static bool read_views(struct evaluate_run *r, GError **error)
{
    json_t *schemas = list_of(r), *views = list_of(r), *item;
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *catalog = r->warehouse ? warehouse_default_catalog(r->warehouse, error) : NULL;
    size_t i;

    if (r->warehouse && !catalog)
        return false;
    json_array_foreach (json_object_get(r->task->statements, "views"), i, item) {
        g_autoptr(wire_table) view = wire_from_json(&wire_table_type, item, error);
        g_autofree char *text = view ? view_text(r, view, catalog) : NULL;

        if (!view)
            return false;
        json_array_append_new(views, json_string(text));
        if (view->schema && g_hash_table_add(seen, g_strdup(view->schema)))
            json_array_append_new(schemas, json_string(view->schema));
    }
    r->schemas = json_array_size(schemas) ? schemas : NULL;
    r->views = json_array_size(views) ? views : NULL;
    return true;
}

bool evaluate__do_statements(struct evaluate_run *r, GError **error)
{
    const char *which = r->task->kind == TASK_BEFORE_ALL ? "before_all" : "after_all";
    const json_t *list = json_object_get(r->task->statements, which);
    g_autoptr(GPtrArray) texts = NULL;
    bool transaction;

    r->stage = which;
    if (json_is_array(r->task->statements))
        list = r->task->statements;
    if (json_array_size(list) == 0)
        return true;
    if (!read_views(r, error) || !(texts = render(r, list, which, &transaction, error)))
        return false;
    if (run_all(r, texts, transaction, error))
        return true;
    evaluate__rollback(r);
    return false;
}
