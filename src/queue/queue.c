#include "queue/queue_int.h"

#include <string.h>

ERROR_DOMAIN_DEFINE(queue)

const char *const queue_state_names[] = {"blocked", "ready",     "leased", "done",
                                         "failed",  "cancelled", NULL};

static GHashTable *set_new(void)
{
    return g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, NULL);
}

struct queue *queue_new(struct db *db, const struct queue_settings *settings, GError **error)
{
    struct queue *q;

    if (!db_migrate(db, &queue_schema, error))
        return NULL;
    q = g_new0(struct queue, 1);
    q->db = db;
    q->settings = *settings;
    q->touched = set_new();
    q->ended = set_new();
    q->woken = set_new();
    return q;
}

void queue_free(struct queue *q)
{
    if (!q)
        return;
    g_hash_table_unref(q->touched);
    g_hash_table_unref(q->ended);
    g_hash_table_unref(q->woken);
    g_free(q);
}

int64_t queue_max_attempts(const struct queue *q)
{
    return q->settings.max_attempts;
}

int64_t queue_leases_lost(const struct queue *q)
{
    return q->leases_lost;
}

void queue_task_free(struct queue_task *t)
{
    if (!t)
        return;
    g_free(t->gateway);
    g_free(t->name);
    g_free(t->target);
    g_free(t->payload);
    g_free(t->executor);
    g_free(t->message);
    g_free(t);
}

static int state_of(const char *name)
{
    for (int i = 0; i < QUEUE_STATES; i++)
        if (strcmp(queue_state_names[i], name) == 0)
            return i;
    g_error("the database holds a task in the unknown state \"%s\"", name);
}

static struct queue_task *read_task(const struct db_rows *rows)
{
    struct queue_task *t = g_new0(struct queue_task, 1);
    int c = 0;

    t->id = db_int(rows, c++);
    t->project = db_int(rows, c++);
    t->group = db_int(rows, c++);
    t->kind = (int)db_int(rows, c++);
    t->class = (int)db_int(rows, c++);
    t->priority = db_int(rows, c++);
    t->gateway = g_strdup(db_string(rows, c++));
    t->subject = db_int(rows, c++);
    t->name = g_strdup(db_string(rows, c++));
    t->target = g_strdup(db_string(rows, c++));
    t->start_ms = db_time(rows, c++);
    t->end_ms = db_time(rows, c++);
    t->payload = g_strdup(db_string(rows, c++));
    t->state = state_of(db_string(rows, c++));
    t->fence = db_int(rows, c++);
    t->charged = db_int(rows, c++);
    t->executor = g_strdup(db_string(rows, c++));
    t->cancel = db_int(rows, c++) != 0;
    t->message = g_strdup(db_string(rows, c++));
    t->ready_ms = db_time(rows, c++);
    t->outdated = db_int(rows, c++) != 0;
    return t;
}

GPtrArray *queue__read_all(struct db_rows *rows, GError **error)
{
    g_autoptr(GPtrArray) tasks = g_ptr_array_new_with_free_func((GDestroyNotify)queue_task_free);
    GError *why = NULL;

    if (!rows)
        return NULL;
    while (db_next(rows, &why))
        g_ptr_array_add(tasks, read_task(rows));
    if (why) {
        g_propagate_error(error, why);
        return NULL;
    }
    return g_steal_pointer(&tasks);
}

GPtrArray *queue__select(struct queue *q, const char *sql, int64_t a, int64_t b, GError **error)
{
    g_autoptr(db_rows) rows = db_query(q->db, sql, "ii", a, b, error);

    return queue__read_all(rows, error);
}

bool queue__row(struct db_rows *rows, GError **error)
{
    GError *why = NULL;

    if (rows && db_next(rows, &why))
        return true;
    if (why)
        g_propagate_error(error, why);
    else if (rows)
        g_set_error(error, queue_error(), ERROR_FAILED,
                    "The queue's tables do not hold a row that must be there.");
    return false;
}

struct queue_task *queue_get(struct queue *q, int64_t project, int64_t id, GError **error)
{
    g_autoptr(GPtrArray) found = queue__select(
        q, "SELECT " TASK_COLUMNS " FROM task WHERE id = ? AND project = ?", id, project, error);

    if (!found)
        return NULL;
    if (found->len == 0) {
        g_set_error(error, queue_error(), ERROR_NOT_FOUND,
                    "There is no task %" G_GINT64_FORMAT " in this project.", id);
        return NULL;
    }
    return g_ptr_array_steal_index(found, 0);
}

void queue__note(GHashTable *set, int64_t id)
{
    if (!g_hash_table_contains(set, &id))
        g_hash_table_add(set, g_memdup2(&id, sizeof id));
}

static GArray *take(GHashTable *set)
{
    GArray *out = g_array_new(FALSE, FALSE, sizeof(int64_t));
    GHashTableIter i;
    void *key;

    g_hash_table_iter_init(&i, set);
    while (g_hash_table_iter_next(&i, &key, NULL))
        g_array_append_vals(out, key, 1);
    g_hash_table_remove_all(set);
    return out;
}

void queue_note_ended(struct queue *q, int64_t group)
{
    queue__note(q->ended, group);
}

GArray *queue_take_touched(struct queue *q)
{
    return take(q->touched);
}

GArray *queue_take_ended(struct queue *q)
{
    return take(q->ended);
}

GArray *queue_take_woken(struct queue *q)
{
    return take(q->woken);
}
