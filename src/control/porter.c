/* The porter: a thread that hashes passwords, because the loop has no time for it. */
#include "control/porter.h"

#include "auth/people.h"

#define MOST_WAITING 32 /* two seconds of work */

struct porter {
    struct control *c;
    pthread_t thread;
    pthread_mutex_t lock; /* guards what follows */
    pthread_cond_t wake;
    GQueue waiting; /* of struct op */
    bool stopping;
};

static struct op *next(struct porter *p)
{
    struct op *op;

    pthread_mutex_lock(&p->lock);
    while (g_queue_is_empty(&p->waiting) && !p->stopping)
        pthread_cond_wait(&p->wake, &p->lock);
    op = p->stopping ? NULL : g_queue_pop_head(&p->waiting);
    pthread_mutex_unlock(&p->lock);
    return op;
}

static void *work(void *data)
{
    struct porter *p = data;
    struct op *op;

    while ((op = next(p))) {
        auth_try_hash(op->attempt);
        control__submit(p->c, op);
    }
    return NULL;
}

static void porter_free(struct porter *p)
{
    pthread_mutex_destroy(&p->lock);
    pthread_cond_destroy(&p->wake);
    g_free(p);
}

struct porter *control__porter_start(struct control *c, GError **error)
{
    struct porter *p = g_new0(struct porter, 1);
    int rc;

    p->c = c;
    pthread_mutex_init(&p->lock, NULL);
    pthread_cond_init(&p->wake, NULL);
    g_queue_init(&p->waiting);
    if ((rc = pthread_create(&p->thread, NULL, work, p)) == 0)
        return p;
    g_set_error(error, control_error(), ERROR_FAILED, "No thread for passwords: %s.",
                g_strerror(rc));
    porter_free(p);
    return NULL;
}

void control__porter_stop(struct porter *p)
{
    struct op *op;

    if (!p)
        return;
    pthread_mutex_lock(&p->lock);
    p->stopping = true;
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
    pthread_join(p->thread, NULL);
    while ((op = g_queue_pop_head(&p->waiting)))
        control__submit(p->c, op); /* which refuses it: the loop has stopped */
    porter_free(p);
}

bool control__porter_has_room(struct porter *p)
{
    bool room;

    pthread_mutex_lock(&p->lock);
    room = g_queue_get_length(&p->waiting) < MOST_WAITING;
    pthread_mutex_unlock(&p->lock);
    return room;
}

void control__porter_take(struct porter *p, struct op *op)
{
    pthread_mutex_lock(&p->lock);
    g_queue_push_tail(&p->waiting, op);
    pthread_cond_signal(&p->wake);
    pthread_mutex_unlock(&p->lock);
}
