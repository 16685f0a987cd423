#include "control/artifact.h"
#include "control/neighbours.h"
#include "control/porter.h"

#include "auth/people.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/log.h"

#include <string.h>

ERROR_DOMAIN_DEFINE(control)

#define DAY_MS (24 * 3600 * 1000LL)

static int64_t or_default(int64_t value, int64_t missing)
{
    return value > 0 ? value : missing;
}

static void copy_settings(struct control_settings *to, const struct control_settings *from)
{
    *to = *from;
    to->state_url = g_strdup(from->state_url);
    to->listen = g_strdup(from->listen);
    to->public_url = g_strdup(from->public_url);
    to->metrics_listen = g_strdup(from->metrics_listen);
    to->metrics_token = g_strdup(from->metrics_token);
    to->executor_file = g_strdup(from->executor_file);
    to->tls_cert = to->tls_key = NULL; /* the server has read them */
    to->admin_password = NULL;
    to->lease_ttl_ms = or_default(from->lease_ttl_ms, 30000);
    to->max_attempts = or_default(from->max_attempts, 3);
    to->query_rows = MIN(or_default(from->query_rows, MAX_QUERY_ROWS), MAX_QUERY_ROWS);
    to->query_timeout_ms = or_default(from->query_timeout_ms, 600000);
    to->snapshot_ttl_ms = or_default(from->snapshot_ttl_ms, 7 * DAY_MS);
    to->history_ttl_ms = or_default(from->history_ttl_ms, 30 * DAY_MS);
    to->audit_ttl_ms = or_default(from->audit_ttl_ms, 400 * DAY_MS);
}

bool control__is_loopback(const char *listen)
{
    return g_str_has_prefix(listen, "127.") || g_str_has_prefix(listen, "[::1]:") ||
           g_str_has_prefix(listen, "localhost:");
}

static bool check_settings(const struct control_settings *s, GError **error)
{
    if (s->tls_cert || s->plain_http || control__is_loopback(s->listen))
        return true;
    g_set_error(error, control_error(), ERROR_INVALID,
                "%s is reachable from other machines, and without TLS tokens would travel in the "
                "clear.\nhint: give --tls-cert and --tls-key, or --plain-http when something in "
                "front of it (an Ingress) speaks TLS.",
                s->listen);
    return false;
}

static GHashTable *numbers_by_text(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

static struct control *control_new(const struct control_settings *settings)
{
    struct control *c = g_new0(struct control, 1);
    pthread_condattr_t monotonic;

    copy_settings(&c->settings, settings);
    pthread_mutex_init(&c->lock, NULL);
    pthread_condattr_init(&monotonic);
    pthread_condattr_setclock(&monotonic, CLOCK_MONOTONIC);
    pthread_cond_init(&c->wake, &monotonic);
    pthread_cond_init(&c->done, NULL);
    pthread_condattr_destroy(&monotonic);
    g_queue_init(&c->incoming);
    c->parked = g_ptr_array_new();
    c->answered = g_ptr_array_new();
    c->executors = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                         (GDestroyNotify)control__executor_view_free);
    c->seen = numbers_by_text();
    c->seen_told = numbers_by_text();
    c->works =
        g_hash_table_new_full(g_int64_hash, g_int64_equal, g_free, (GDestroyNotify)state_work_free);
    c->due = numbers_by_text();
    c->uid = id_new();
    g_queue_init(&c->told_us);
    g_queue_init(&c->news);
    c->told = json_object();
    c->pieces = g_string_new(NULL);
    c->woken = g_array_new(FALSE, FALSE, sizeof(int64_t));
    c->touched = g_array_new(FALSE, FALSE, sizeof(int64_t));
    c->metrics = control__metrics_new();
    c->ticked_ms = clock_monotonic_ms();
    return c;
}

static void control_free(struct control *c)
{
    if (!c)
        return;
    g_ptr_array_unref(c->parked);
    g_ptr_array_unref(c->answered);
    g_hash_table_unref(c->executors);
    g_hash_table_unref(c->seen);
    g_hash_table_unref(c->seen_told);
    g_hash_table_unref(c->works);
    g_hash_table_unref(c->due);
    g_free(c->uid);
    json_decref(c->told);
    g_string_free(c->pieces, TRUE);
    g_array_unref(c->woken);
    g_array_unref(c->touched);
    state_free(c->state);
    queue_free(c->queue);
    auth_free(c->auth);
    db_close(c->db);
    pthread_mutex_destroy(&c->lock);
    pthread_cond_destroy(&c->wake);
    pthread_cond_destroy(&c->done);
    g_free((char *)c->settings.state_url);
    g_free((char *)c->settings.listen);
    g_free((char *)c->settings.public_url);
    g_free((char *)c->settings.metrics_listen);
    g_free((char *)c->settings.metrics_token);
    g_free((char *)c->settings.executor_file);
    control__artifact_close(c->artifact);
    metrics_free(c->metrics);
    g_free(c->issuer);
    g_free(c->first_password);
    g_free(c);
}

/* Whoever waited for a query's rows is gone with the process before, and nobody renewed leases
 * since. Where another server has been at work neither is so. */
static bool follow_the_dead(struct control *c, int64_t now_ms, GError **error)
{
    if (!control__find_living(c->db, now_ms, &c->must_mend, error))
        return false;
    return c->must_mend || (queue_drop_kind(c->queue, TASK_QUERY, INT64_MAX, error) &&
                            queue_mend_times(c->queue, now_ms, error));
}

static bool clean_up(struct control *c, GError **error)
{
    int64_t now_ms = control__now(c);

    if (!db_begin(c->db, error))
        return false;
    if ((!c->settings.alone || queue_end_leases(c->queue, now_ms, error)) &&
        follow_the_dead(c, now_ms, error) && control__note_open_works(c, error) &&
        db_commit(c->db, error))
        return true;
    db_rollback(c->db);
    return false;
}

static bool open_state(struct control *c, const char *admin_password, GError **error)
{
    struct queue_settings queue = {c->settings.lease_ttl_ms, c->settings.max_attempts};

    if (!(c->db = db_open(c->settings.state_url, error)))
        return false;
    c->clock_ms = c->ahead_ms = control__now(c) - clock_monotonic_ms();
    return (c->auth = auth_new(c->db, control__now(c), error)) &&
           (c->state = state_new(c->db, error)) && (c->queue = queue_new(c->db, &queue, error)) &&
           (c->settings.alone || auth_first_account(c->auth, admin_password, control__now(c),
                                                    &c->first_password, error)) &&
           control__neighbours_start(c, error) && clean_up(c, error);
}

/* Whoever reaches that address may read them. */
static bool serve_metrics(struct control *c, GError **error)
{
    struct http_server_settings http = {
        .listen = c->settings.metrics_listen,
        .routes = control__open_routes(),
        .data = c,
        .threads = 1,
    };

    return !http.listen || (c->metrics_http = http_server_start(&http, error));
}

/* Nobody can have asked yet: the port is not known before the start has ended. */
static void name_any_port(struct control *c)
{
    g_autofree char *old = NULL;

    if (c->settings.public_url || !g_str_has_suffix(c->issuer, ":0"))
        return;
    c->issuer[strlen(c->issuer) - 1] = '\0';
    old = c->issuer;
    c->issuer = g_strdup_printf("%s%d", old, http_server_port(c->http));
}

/* What those of one kind send at once keeps no others waiting. */
enum {
    BODIES_OF_STRANGERS = 32 * 1024 * 1024,  /* forms */
    BODIES_OF_EXECUTORS = 128 * 1024 * 1024, /* results */
    BODIES_OF_VIEWERS = 64 * 1024 * 1024,    /* fingerprints */
};

static bool serve(struct control *c, const struct control_settings *settings, GError **error)
{
    struct http_server_settings http = {
        .listen = c->settings.listen,
        .routes = control_routes(),
        .guard = control__guard,
        .observer = control__count_request,
        .data = c,
        .threads = settings->threads,
        .connections = settings->connections,
        .trusted_proxies = settings->trusted_proxies,
        .bodies = {BODIES_OF_STRANGERS, /* a developer or an admin has MAX_HTTP_BODIES */
                   [1 + ROLE_EXECUTOR] = BODIES_OF_EXECUTORS,
                   [1 + ROLE_VIEWER] = BODIES_OF_VIEWERS},
        .tls_cert = settings->tls_cert,
        .tls_key = settings->tls_key,
    };

    c->issuer =
        c->settings.public_url
            ? g_strdup(c->settings.public_url)
            : g_strdup_printf("%s://%s", settings->tls_cert ? "https" : "http", c->settings.listen);
    if (!(c->http = http_server_start(&http, error)))
        return false;
    name_any_port(c);
    return serve_metrics(c, error);
}

struct control *control_start(const struct control_settings *settings, GError **error)
{
    struct control *c;

    if (!check_settings(settings, error))
        return NULL;
    c = control_new(settings);
    if (control__artifact_open(c, error) && open_state(c, settings->admin_password, error) &&
        (c->porter = control__porter_start(c, error)) && control__loop_start(c, error) &&
        serve(c, settings, error)) {
        g_autofree char *port = g_strdup_printf("%d", control_port(c));

        log_event(LOG_INFO, "the control plane listens", "on", c->settings.listen, "port", port,
                  NULL);
        return c;
    }
    control_stop(c);
    return NULL;
}

/* The others need not wait until they end. */
static void leave_duties(struct control *c)
{
    if (!c->ear || !c->duties || !db_begin(c->db, NULL))
        return;
    if (!state_leave_duties(c->db, c->uid, NULL) || !db_commit(c->db, NULL))
        db_rollback(c->db);
}

void control_retire(struct control *c)
{
    c->retiring = true;
}

void control_stop(struct control *c)
{
    if (!c)
        return;
    control__loop_stop(c);
    control__porter_stop(c->porter);
    leave_duties(c);
    control__neighbours_stop(c);
    http_server_stop(c->http);
    http_server_stop(c->metrics_http);
    control_free(c);
}

const char *control_first_password(const struct control *c)
{
    return c->first_password;
}

int control_port(const struct control *c)
{
    return http_server_port(c->http);
}

bool control_renew_tls(struct control *c, const char *tls_cert, const char *tls_key, GError **error)
{
    return http_server_renew(c->http, tls_cert, tls_key, error);
}

struct local_tokens {
    const char *organisation, *project;
    char *tokens[2];
};

static char *local_token(struct control *c, const struct local_tokens *t, int role, GError **error)
{
    struct auth_identity who = {
        .subject = (char *)AUTH_LOCAL,
        .name = (char *)AUTH_LOCAL,
        .organisation = (char *)t->organisation,
        .project = (char *)t->project,
        .role = role,
    };

    /* From the beginning of time, so that it stays good when the clock is set back. */
    return auth_sign(c->auth, &who, c->issuer, 0, c->now_ms + 365 * DAY_MS, error);
}

static void make_local_tokens(struct control *c, struct op *op, void *data)
{
    struct local_tokens *t = data;

    t->tokens[0] = local_token(c, t, ROLE_EXECUTOR, &op->error);
    if (t->tokens[0])
        t->tokens[1] = local_token(c, t, ROLE_DEVELOPER, &op->error);
}

bool control_local_tokens(struct control *c, const char *organisation, const char *project,
                          char **executor, char **developer, GError **error)
{
    struct local_tokens t = {.organisation = organisation, .project = project};
    struct op *op = g_new0(struct op, 1);
    bool ok;

    op->inside = make_local_tokens;
    op->data = &t;
    control__submit(c, op);
    pthread_mutex_lock(&c->lock);
    while (!op->done)
        pthread_cond_wait(&c->done, &c->lock);
    pthread_mutex_unlock(&c->lock);
    ok = !op->error;
    if (ok) {
        *executor = t.tokens[0];
        *developer = t.tokens[1];
    } else {
        g_free(t.tokens[0]);
        g_propagate_error(error, g_steal_pointer(&op->error));
    }
    control__op_free(op);
    return ok;
}

bool control_auth_open(struct control_auth *a, const char *state_url, GError **error)
{
    *a = (struct control_auth){.db = db_open(state_url, error)};
    if (a->db) {
        a->now_ms = db_now_ms(a->db);
        a->auth = auth_new(a->db, a->now_ms, error);
    }
    return a->auth != NULL;
}

void control_auth_close(struct control_auth *a)
{
    auth_free(a->auth);
    db_close(a->db);
    *a = (struct control_auth){0};
}
