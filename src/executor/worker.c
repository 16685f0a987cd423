#include "executor/worker.h"

#include "base/log.h"
#include "evaluate/evaluate.h"
#include "executor/executor.h"
#include "executor/rights.h"

#include <errno.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define FAREWELL_MS 10000 /* after the supervisor is gone: for what runs to be cancelled */
#define CANCEL_MS   200   /* a cancel between two statements meets nothing: ask again */

struct worker {
    pthread_mutex_t lock;
    pthread_mutex_t voice; /* to send; may be taken with the lock held */
    pthread_cond_t changed;
    GQueue orders;   /* of json_t *: for the main thread */
    int64_t running; /* the order that is being carried out; or 0 */
    bool stop;       /* it shall end */
    bool gone;       /* the supervisor is */
    struct warehouse *warehouse;
    char *gateway;
    /* the main thread's: */
    GString *log; /* lines that go with what is said next */
    bool pipe_is_full;
};

static bool send_all(const char *text, size_t n)
{
    while (n > 0) {
        ssize_t done = send(WORKER_FD, text, n, MSG_NOSIGNAL);

        if (done < 0 && errno != EINTR)
            return false;
        if (done > 0) {
            text += done;
            n -= (size_t)done;
        }
    }
    return true;
}

static void send_message(struct worker *w, json_t *message) /* takes it */
{
    g_autofree char *text = json_text_as_built(message);
    size_t n = strlen(text);

    text[n] = '\n'; /* in the place of the final 0 */
    pthread_mutex_lock(&w->voice);
    send_all(text, n + 1); /* when it fails, the reader sees the end too */
    pthread_mutex_unlock(&w->voice);
    json_decref(message);
}

/* The pipe takes all of a text so short, or nothing. */
static void send_log(struct worker *w)
{
    size_t n = w->log->len;

    if (!w->pipe_is_full && (n > PIPE_BUF || write(WORKER_LOG_FD, w->log->str, n) != (ssize_t)n))
        w->pipe_is_full = true;
    if (w->pipe_is_full)
        send_message(w, json_pack("{s:s, s:s}", "is", "log", "text", w->log->str));
    g_string_truncate(w->log, 0);
}

/* The main thread's. */
static void say(struct worker *w, json_t *message) /* takes it */
{
    if (w->log->len > 0)
        send_log(w);
    send_message(w, message);
}

/* With the lock held. */
static void cancel_running(struct worker *w)
{
    w->stop = true;
    if (w->running && w->warehouse)
        warehouse_cancel(w->warehouse);
}

/* With the lock held. What has begun stays, and says itself how it ends. */
static void drop(struct worker *w, int64_t order)
{
    for (GList *i = w->orders.head; i; i = i->next)
        if (json_get_int(i->data, "order", 0) == order) {
            json_decref(i->data);
            g_queue_delete_link(&w->orders, i);
            send_message(w, json_pack("{s:s, s:I}", "is", "dropped", "order", (json_int_t)order));
            return;
        }
}

/* With the lock held. What has ended meanwhile needs no cancel, and what follows it none either. */
static void cancel(struct worker *w, int64_t order)
{
    if (order == w->running)
        cancel_running(w);
    else
        drop(w, order);
}

static const struct {
    const char *name;
    void (*call)(struct worker *w, int64_t order);
} at_once[] = {
    {"cancel", cancel},
    {"drop",   drop  },
};

/* With the lock held. Orders about a task that waits or runs do not wait behind it. */
static bool is_done_at_once(struct worker *w, const json_t *order)
{
    const char *what = json_get_string(order, "do", "");

    for (size_t i = 0; i < G_N_ELEMENTS(at_once); i++)
        if (strcmp(what, at_once[i].name) == 0) {
            at_once[i].call(w, json_get_int(order, "order", 0));
            return true;
        }
    return false;
}

static void read_order(struct worker *w, const char *line, size_t n)
{
    json_t *order = json_parse(line, n, NULL);

    pthread_mutex_lock(&w->lock);
    if (is_done_at_once(w, order)) {
        json_decref(order);
    } else {
        g_queue_push_tail(&w->orders, order);
        pthread_cond_signal(&w->changed);
    }
    pthread_mutex_unlock(&w->lock);
}

static void read_orders(struct worker *w, GString *held)
{
    char block[65536];
    ssize_t n;

    while ((n = read(WORKER_FD, block, sizeof block)) > 0 || (n < 0 && errno == EINTR)) {
        size_t looked = held->len, start = 0;
        const char *end;

        g_string_append_len(held, block, MAX(n, 0));
        while ((end = memchr(held->str + looked, '\n', held->len - looked))) {
            looked = (size_t)(end - held->str) + 1;
            read_order(w, held->str + start, looked - 1 - start);
            start = looked;
        }
        g_string_erase(held, 0, (gssize)start);
    }
}

/* The reading thread: until the supervisor is gone, then a while for what runs to end. */
static void *reader(void *data)
{
    struct worker *w = data;
    GString *held = g_string_new(NULL);

    read_orders(w, held);
    g_string_free(held, TRUE);
    for (int left = FAREWELL_MS / CANCEL_MS; left > 0; left--) {
        pthread_mutex_lock(&w->lock);
        w->gone = true;
        cancel_running(w);
        pthread_cond_signal(&w->changed);
        pthread_mutex_unlock(&w->lock);
        g_usleep(CANCEL_MS * 1000);
    }
    _exit(1);
}

static void close_warehouse(struct worker *w)
{
    struct warehouse *old;

    pthread_mutex_lock(&w->lock);
    old = g_steal_pointer(&w->warehouse);
    pthread_mutex_unlock(&w->lock);
    warehouse_close(old);
}

static void refuse(struct worker *w, const GError *error)
{
    g_autofree char *message = g_utf8_make_valid(error->message, -1);

    say(w, json_pack("{s:s, s:i, s:s}", "is", "refused", "code", error->code, "message", message));
}

/* What keeps the login from being of use; NULL: nothing that is known. */
static char *lack_of_rights(struct warehouse *w)
{
    g_autoptr(GError) error = NULL;

    if (warehouse_may_create(w, &error) || !error_is(error, ERROR_DENIED))
        return NULL;
    return g_utf8_make_valid(error->message, -1);
}

static void do_open(struct worker *w, const json_t *order)
{
    g_autoptr(warehouse) opened = NULL;
    g_autofree char *version = NULL, *catalog = NULL, *lacks = NULL;
    g_autoptr(GError) error = NULL;

    close_warehouse(w);
    g_free(w->gateway);
    w->gateway = g_strdup(json_get_string(order, "gateway", ""));
    opened = warehouse_open(json_get_string(order, "type", ""),
                            json_object_get(order, "connection"), &error);
    version = opened ? warehouse_version(opened, &error) : NULL;
    catalog = version ? warehouse_default_catalog(opened, &error) : NULL;
    if (error) {
        refuse(w, error);
        return;
    }
    if (json_get_bool(order, "look", false))
        lacks = lack_of_rights(opened);
    pthread_mutex_lock(&w->lock);
    w->warehouse = g_steal_pointer(&opened);
    pthread_mutex_unlock(&w->lock);
    say(w, json_pack("{s:s, s:s?, s:s?, s:s?}", "is", "opened", "catalog", catalog, "version",
                     version, "lacks", lacks));
}

/* A statement is told before it runs, in case that is the last one; how it went can wait. */
static void log_line(const char *line, void *data)
{
    struct worker *w = data;
    g_autofree char *valid = g_utf8_make_valid(line, -1);
    char order[24];
    int n = snprintf(order, sizeof order, "%" G_GINT64_FORMAT " ", w->running);

    g_string_append_printf(w->log, "%zu %s%s", (size_t)n + strlen(valid), order, valid);
    if (*line != ' ')
        send_log(w);
}

static bool stopped(void *data)
{
    struct worker *w = data;
    bool stop;

    pthread_mutex_lock(&w->lock);
    stop = w->stop;
    pthread_mutex_unlock(&w->lock);
    return stop;
}

static struct wire_result *failed(const char *message)
{
    struct wire_result *r = wire_result_new();

    r->status = STATUS_FAILED;
    r->rows = -1;
    r->error = g_strdup(message);
    return r;
}

/* The statement's comment says which plan or run it belongs to, as SQLMesh's do. */
static void set_comment(struct worker *w, const struct wire_task *task)
{
    bool run = task->run_id != NULL;
    g_autofree char *comment =
        g_strdup_printf("SQLMESH_%s: %s", run ? "RUN" : "PLAN", run ? task->run_id : task->plan_id);

    warehouse_set_comment(w->warehouse, run || task->plan_id ? comment : NULL);
}

static struct wire_result *carry_out(struct worker *w, const struct wire_task *task)
{
    struct evaluate_context context = {w->warehouse, w->gateway, log_line, w, stopped};

    if (!w->warehouse)
        return failed("The worker was given a task before a warehouse.");
    if (stopped(w))
        return failed("The task was cancelled before it began.");
    set_comment(w, task);
    return evaluate_task(&context, task);
}

/* Texts of a driver or of data may be no UTF-8; JSON is. */
static void make_valid(char **text)
{
    char *valid = *text ? g_utf8_make_valid(*text, -1) : NULL;

    g_free(*text);
    *text = valid;
}

static void make_result_valid(struct wire_result *r)
{
    make_valid(&r->error);
    for (guint i = 0; i < r->audits->len; i++) {
        struct wire_audit *a = r->audits->pdata[i];

        make_valid(&a->query);
        make_valid(&a->message);
    }
}

static void end(struct worker *w)
{
    pthread_mutex_lock(&w->lock);
    w->running = 0;
    pthread_mutex_unlock(&w->lock);
}

static void do_task(struct worker *w, const json_t *order)
{
    const json_t *given = json_object_get(order, "task");
    int64_t number = json_get_int(order, "order", 0);
    g_autoptr(GError) error = NULL;
    g_autoptr(wire_task) task = wire_from_json(&wire_task_type, given, &error);
    g_autoptr(wire_result) result = NULL;

    result = task ? carry_out(w, task) : failed(error->message);

    g_free(result->task_id);
    result->task_id = g_strdup(json_get_string(given, "id", ""));
    result->fence = json_get_int(given, "fence", 0);
    make_result_valid(result);
    end(w);
    say(w, json_pack("{s:s, s:I, s:o}", "is", "result", "order", (json_int_t)number, "result",
                     wire_to_json(&wire_result_type, result)));
    w->pipe_is_full = false;
}

static void do_driver(struct worker *w, const json_t *order)
{
    g_autoptr(GError) error = NULL;

    if (warehouse_has_driver(json_get_string(order, "type", ""), &error))
        say(w, json_pack("{s:s}", "is", "driver"));
    else
        refuse(w, error);
}

static void do_rights(struct worker *w, const json_t *order)
{
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    if (w->warehouse)
        text = executor__try_rights(w->warehouse, json_get_bool(order, "read_only", true), &error);
    else
        g_set_error_literal(&error, executor_error(), ERROR_INVALID, "No warehouse is open.");
    if (text)
        say(w, json_pack("{s:s, s:s}", "is", "rights", "text", text));
    else
        refuse(w, error);
}

static void do_close(struct worker *w, const json_t *order)
{
    (void)order;
    close_warehouse(w);
    say(w, json_pack("{s:s}", "is", "closed"));
}

static const struct {
    const char *name;
    void (*call)(struct worker *w, const json_t *order);
} orders[] = {
    {"open",   do_open  },
    {"task",   do_task  },
    {"close",  do_close },
    {"driver", do_driver},
    {"rights", do_rights},
};

static void carry_out_order(struct worker *w, const json_t *order)
{
    const char *name = json_get_string(order, "do", "");

    for (size_t i = 0; i < G_N_ELEMENTS(orders); i++)
        if (strcmp(orders[i].name, name) == 0) {
            orders[i].call(w, order);
            return;
        }
    log_event(LOG_WARNING, "an order that this worker does not know", "order", name, NULL);
}

/* NULL when the supervisor is gone. A task begins here: from now on it is not dropped. */
static json_t *next_order(struct worker *w)
{
    json_t *order;

    pthread_mutex_lock(&w->lock);
    while (!w->gone && g_queue_is_empty(&w->orders))
        pthread_cond_wait(&w->changed, &w->lock);
    order = w->gone ? NULL : g_queue_pop_head(&w->orders);
    w->running = json_get_int(order, "order", 0);
    w->stop = w->gone;
    pthread_mutex_unlock(&w->lock);
    return order;
}

int worker_main(void)
{
    struct worker w = {.lock = PTHREAD_MUTEX_INITIALIZER,
                       .voice = PTHREAD_MUTEX_INITIALIZER,
                       .changed = PTHREAD_COND_INITIALIZER};
    pthread_t thread;
    json_t *order;

    log_setup(LOG_INFO);
    signal(SIGPIPE, SIG_IGN); /* a supervisor that is gone is noticed by the reader */
    g_queue_init(&w.orders);
    w.log = g_string_new(NULL);
    if (pthread_create(&thread, NULL, reader, &w) != 0)
        return 1;
    while ((order = next_order(&w))) {
        carry_out_order(&w, order);
        json_decref(order);
    }
    close_warehouse(&w);
    _exit(0); /* the reader still waits */
}
