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
    if (!(texts = render(r, list, which, &transaction, error)))
        return false;
    if (run_all(r, texts, transaction, error))
        return true;
    evaluate__rollback(r);
    return false;
}
