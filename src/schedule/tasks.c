/* A schedule becomes tasks whose edges only point back. */
#include "schedule/schedule_int.h"

struct weaver {
    const struct schedule *schedule;
    const struct schedule_stages *stages;
    GPtrArray *tasks;   /* of struct schedule_task */
    GHashTable *tails;  /* snapshot name -> GArray of guint: what waits for these waits for all of
                           the snapshot's tasks */
    GHashTable *waited; /* guint: tasks that others wait for */
};

static void task_free(void *data)
{
    struct schedule_task *t = data;

    g_array_unref(t->after);
    g_array_unref(t->ended);
    g_free(t);
}

static guint add_task(struct weaver *w, int kind, const struct schedule_item *item, GArray *after)
{
    struct schedule_task *t = g_new0(struct schedule_task, 1);

    t->kind = kind;
    if (item) {
        t->snapshot = item->snapshot;
        t->deployable = item->deployable;
    }
    t->after = g_array_copy(after);
    t->ended = g_array_new(FALSE, FALSE, sizeof(guint));
    for (guint i = 0; i < after->len; i++)
        g_hash_table_add(w->waited, GUINT_TO_POINTER(g_array_index(after, guint, i)));
    g_ptr_array_add(w->tasks, t);
    return w->tasks->len - 1;
}

static void add_unique(GArray *list, guint index)
{
    for (guint i = 0; i < list->len; i++)
        if (g_array_index(list, guint, i) == index)
            return;
    g_array_append_val(list, index);
}

/* What a snapshot waits for: the tails of its parents, those of theirs where they have none. */
static GArray *upstream_of(struct weaver *w, const struct wire_snapshot *s)
{
    GArray *out = g_array_new(FALSE, FALSE, sizeof(guint));

    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];
        const GArray *tail = g_hash_table_lookup(w->tails, id->name);

        for (guint k = 0; tail && k < tail->len; k++)
            add_unique(out, g_array_index(tail, guint, k));
    }
    return out;
}

/* How many batches of a snapshot may run side by side; 0: all. */
static guint width_of(const struct wire_snapshot *s)
{
    if (s->depends_on_past || schedule__is_one_history(s->kind))
        return 1;
    return (guint)CLAMP(s->batch_concurrency, 0, G_MAXINT);
}

/* Batch i waits for batch i - width; so the last `width` ones stand for all. */
static GArray *add_evaluations(struct weaver *w, const struct schedule_item *item, GArray *first)
{
    guint width = width_of(item->snapshot), n = item->batches->len, begin = w->tasks->len;
    guint tail = width > 0 ? MIN(width, n) : n;
    GArray *out = g_array_new(FALSE, FALSE, sizeof(guint));

    for (guint i = 0; i < n; i++) {
        g_autoptr(GArray) before = g_array_new(FALSE, FALSE, sizeof(guint));
        struct schedule_task *t;
        guint previous = begin + i - width, index;

        if (width > 0 && i >= width)
            g_array_append_val(before, previous);
        index = add_task(w, TASK_EVALUATE, item, width > 0 && i >= width ? before : first);
        t = w->tasks->pdata[index];
        t->batch = g_array_index(item->batches, struct interval, i);
        if (i + tail >= n)
            g_array_append_val(out, index);
    }
    return out;
}

/* What is filled already is audited before anything is added to it. */
static GArray *add_audits(struct weaver *w, const struct schedule_item *item, GArray *first)
{
    GArray *out = g_array_new(FALSE, FALSE, sizeof(guint));

    for (guint i = 0; i < item->audits->len; i++) {
        guint index = add_task(w, TASK_AUDIT, item, first);
        struct schedule_task *t = w->tasks->pdata[index];

        t->batch = g_array_index(item->audits, struct interval, i);
        g_array_append_val(out, index);
    }
    return out;
}

static bool is_created(const struct weaver *w, const struct schedule_item *item)
{
    return !w->stages->is_run && w->stages->create && schedule_has_table(item->snapshot->kind) &&
           g_hash_table_contains((GHashTable *)w->stages->create, item->snapshot->name);
}

static void add_item(struct weaver *w, const struct schedule_item *item, GArray *begin)
{
    g_autoptr(GArray) first = upstream_of(w, item->snapshot);
    g_autoptr(GArray) audits = NULL;
    GArray *tail;

    if (first->len == 0)
        g_array_append_vals(first, begin->data, begin->len);
    if (is_created(w, item)) {
        guint index = add_task(w, TASK_CREATE, item, first);

        g_array_set_size(first, 0);
        g_array_append_val(first, index);
    }
    audits = add_audits(w, item, first);
    if (audits->len > 0) {
        g_array_unref(first);
        first = g_array_ref(audits);
    }
    tail = item->batches->len > 0 ? add_evaluations(w, item, first) : g_array_ref(first);
    g_hash_table_insert(w->tails, item->snapshot->name, tail);
}

/* Tasks that nothing waits for yet. */
static GArray *open_ends(const struct weaver *w)
{
    GArray *out = g_array_new(FALSE, FALSE, sizeof(guint));

    for (guint i = 0; i < w->tasks->len; i++)
        if (!g_hash_table_contains(w->waited, GUINT_TO_POINTER(i)))
            g_array_append_val(out, i);
    return out;
}

static void add_promotions(struct weaver *w)
{
    g_autoptr(GArray) done = open_ends(w);

    for (guint i = 0; i < w->schedule->items->len; i++) {
        const struct schedule_item *item = w->schedule->items->pdata[i];

        if (schedule_has_table(item->snapshot->kind) &&
            g_hash_table_contains((GHashTable *)w->stages->promote, item->snapshot->name))
            add_task(w, TASK_PROMOTE, item, done);
    }
}

/* `begin` is before_all, if there is any. */
static void add_after_all(struct weaver *w, GArray *begin)
{
    g_autoptr(GArray) ends = open_ends(w);
    guint index = add_task(w, TASK_AFTER_ALL, NULL, w->stages->is_run ? begin : ends);

    if (w->stages->is_run) {
        struct schedule_task *t = w->tasks->pdata[index];

        g_array_append_vals(t->ended, ends->data, ends->len);
    }
}

static void add_stages(struct weaver *w)
{
    g_autoptr(GArray) begin = g_array_new(FALSE, FALSE, sizeof(guint));

    if (w->stages->before_all) {
        guint index = add_task(w, TASK_BEFORE_ALL, NULL, begin);

        g_array_append_val(begin, index);
    }
    for (guint i = 0; i < w->schedule->items->len; i++)
        add_item(w, w->schedule->items->pdata[i], begin);
    if (w->stages->promote && !w->stages->is_run)
        add_promotions(w);
    if (w->stages->after_all)
        add_after_all(w, begin);
}

GPtrArray *schedule_tasks(const struct schedule *s, const struct schedule_stages *stages)
{
    struct weaver w = {
        .schedule = s,
        .stages = stages,
        .tasks = g_ptr_array_new_with_free_func(task_free),
        .tails =
            g_hash_table_new_full(g_str_hash, g_str_equal, NULL, (GDestroyNotify)g_array_unref),
        .waited = g_hash_table_new(NULL, NULL),
    };

    add_stages(&w);
    g_hash_table_unref(w.tails);
    g_hash_table_unref(w.waited);
    return w.tasks;
}
