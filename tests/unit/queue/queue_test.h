/* A queue in a database of its own, and short ways to use it. */
#ifndef HEDDLE_TESTS_QUEUE_TEST_H
#define HEDDLE_TESTS_QUEUE_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "queue/queue.h"
#include "statedb.h"

#include <string.h>

#define TTL 30000

struct fixture {
    struct db *db;
    struct queue *q;
};

static inline void ok(bool worked, GError *error)
{
    if (!worked)
        fail_msg("%s", error ? error->message : "failed without an error");
}
#define OK(call)                                                                                   \
    do {                                                                                           \
        GError *error = NULL;                                                                      \
        bool worked = (call);                                                                      \
        ok(worked, error);                                                                         \
    } while (0)

static inline struct fixture *fixture_new(void)
{
    struct fixture *f = g_new0(struct fixture, 1);
    struct queue_settings settings = {TTL, 3};
    g_autofree char *url = statedb_url("sqlite::memory:");

    OK((f->db = db_open(url, &error)) != NULL);
    OK((f->q = queue_new(f->db, &settings, &error)) != NULL);
    OK(db_begin(f->db, &error));
    OK(queue_open_group(f->q, 1, &error));
    OK(queue_open_group(f->q, 2, &error));
    return f;
}

static inline void fixture_free(struct fixture *f)
{
    db_rollback(f->db);
    queue_free(f->q);
    db_close(f->db);
    g_free(f);
}

/* A task of group 1 that waits for up to two others. */
static inline int64_t add(struct fixture *f, struct queue_task t, int64_t a, int64_t b)
{
    g_autoptr(GArray) after = g_array_new(FALSE, FALSE, sizeof(int64_t));

    if (a)
        g_array_append_val(after, a);
    if (b)
        g_array_append_val(after, b);
    t.project = t.project ? t.project : 1;
    t.group = t.group ? t.group : 1;
    t.start_ms = t.end_ms = TIME_NONE;
    OK(queue_add(f->q, &t, after, 0, &error));
    return t.id;
}

static inline GPtrArray *claim_n(struct fixture *f, const char *executor, int64_t free_slots,
                                 int64_t now)
{
    struct queue_slot slot = {"main", true, free_slots};
    struct queue_claim c = {1, CLASS_APPLY, executor, &slot, 1, NULL};
    GPtrArray *out = g_ptr_array_new_with_free_func((GDestroyNotify)queue_task_free);

    OK(queue_claim(f->q, &c, now, out, &error));
    return out;
}

/* Claim one task; its id, or 0. *fence gets the lease's. */
static inline int64_t claim(struct fixture *f, const char *executor, int64_t now, int64_t *fence)
{
    g_autoptr(GPtrArray) got = claim_n(f, executor, 1, now);
    const struct queue_task *t = got->len ? got->pdata[0] : NULL;

    if (fence)
        *fence = t ? t->fence : 0;
    return t ? t->id : 0;
}

/* Finish; the state the task is in then, or -1 when the lease was stale. */
static inline int finish(struct fixture *f, const char *executor, int64_t id, int64_t fence,
                         struct wire_result r, int64_t now)
{
    struct queue_lease lease = {1, id, fence, executor};
    g_autoptr(queue_task) t = NULL;

    r.audits = g_ptr_array_new();
    r.started_ms = r.ended_ms = TIME_NONE;
    OK(queue_finish(f->q, &lease, &r, now, &t, &error));
    g_ptr_array_unref(r.audits);
    return t ? t->state : -1;
}

#define SUCCESS      ((struct wire_result){.status = STATUS_SUCCESS, .rows = 5, .seconds = 0.5})
#define FAILURE(why) ((struct wire_result){.status = STATUS_FAILED, .error = (char *)(why)})
#define RETRY(why)                                                                                 \
    ((struct wire_result){.status = STATUS_FAILED, .error = (char *)(why), .retry = true})

static inline int state_of(struct fixture *f, int64_t id)
{
    g_autoptr(queue_task) t = NULL;

    OK((t = queue_get(f->q, 1, id, &error)) != NULL);
    return t->state;
}

static inline char *message_of(struct fixture *f, int64_t id)
{
    g_autoptr(queue_task) t = NULL;

    OK((t = queue_get(f->q, 1, id, &error)) != NULL);
    return g_steal_pointer(&t->message);
}

#endif
