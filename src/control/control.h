/* control.h -- the control plane: API, scheduler, state.
 *
 * control_start() opens the state database, serves the routes of control_routes() and, if asked,
 * watches the clock for models that are due. All work on the state is done by one thread, the loop
 * (loop.c): it takes every request that waits, carries all of them out in one transaction and
 * answers after the commit, so that what was answered is on disk and yet one flush serves many.
 * The control plane reads no SQL and knows no warehouse credentials.
 *
 * Threads  control_start, _stop and _local_tokens: any, one at a time.
 */
#ifndef HEDDLE_CONTROL_CONTROL_H
#define HEDDLE_CONTROL_CONTROL_H

#include "auth/auth.h"
#include "http/server.h"

#include <stdio.h>

ERROR_DOMAIN(control)

struct control;

struct control_settings {
    const char *state_url;          /* "sqlite:heddle.db" */
    const char *listen;             /* "127.0.0.1:8080"; port 0: any */
    const char *public_url;         /* how clients reach it; NULL: as it listens */
    const char *tls_cert, *tls_key; /* PEM texts, or NULL for plain HTTP */
    bool plain_http;                /* admit plain HTTP beyond loopback */
    bool no_scheduler;              /* runs start by request only */
    bool no_queries;                /* refuse query tasks */
    const char *metrics_listen;     /* /metrics for everybody, at an address of its own; or NULL */
    const char *metrics_token;      /* whoever shows it may read /metrics; or NULL */
    const char *admin_password;     /* of the first account; NULL: one is made */
    const char *trusted_proxies;    /* whose X-Forwarded-For says who asks (server.h); or NULL */
    const char *executor_file;      /* what the public client installs (artifact.h); or NULL */
    bool alone;                     /* its executors are in this very process (local/) */
    bool no_janitor;                /* clean up by request only */
    unsigned threads;               /* 0: 2 */
    unsigned connections;           /* at once; 0: MAX_HTTP_CONNECTIONS */
    /* 0: the default */
    int64_t lease_ttl_ms;     /* 30 s */
    int64_t max_attempts;     /* 3 */
    int64_t query_rows;       /* MAX_QUERY_ROWS */
    int64_t query_timeout_ms; /* 10 minutes */
    int64_t snapshot_ttl_ms;  /* 7 days: how long what no environment uses is kept */
    int64_t history_ttl_ms;   /* 30 days: how long plans and runs that ended are kept */
    int64_t audit_ttl_ms;     /* 400 days: how long the audit log says who did what */
};

/* Borrowed settings. ERROR_INVALID for settings that cannot be, else what db, auth or http say. */
struct control *control_start(const struct control_settings *settings, GError **error) MUST_CHECK;
/* It will stop soon: /readyz says so from now on, for load balancers; all is served as before. */
void control_retire(struct control *c);
/* Answers what waits with 503, stops. NULL is fine. */
void control_stop(struct control *c);
int control_port(const struct control *c);
/* The password of the account "admin", when this start has made it; else NULL. */
const char *control_first_password(const struct control *c);
/* Show another certificate from the next connection on; see http_server_renew(). */
bool control_renew_tls(struct control *c, const char *tls_cert, const char *tls_key,
                       GError **error) MUST_CHECK;
/* The table of routes, for documents; ends with a row whose method is NULL. */
const struct http_route *control_routes(void);

/* Tokens for a command that has the control plane inside it. g_free() both. */
bool control_local_tokens(struct control *c, const char *organisation, const char *project,
                          char **executor, char **developer, GError **error) MUST_CHECK;
/* Clients and keys of a state, for commands beside a running server or before its first start. */
struct control_auth {
    struct db *db;
    struct auth *auth;
    int64_t now_ms;
};
bool control_auth_open(struct control_auth *a, const char *state_url, GError **error) MUST_CHECK;
/* Opening a file that is not there makes an empty state: what only looks something up asks first.
 */
bool control_state_is_there(const char *state_url, GError **error) MUST_CHECK;
void control_auth_close(struct control_auth *a); /* one that is not open: fine */

/* The whole state as db/dump.h describes it; servers may be at work. *rows: how many it has. */
bool control_backup(const char *state_url, FILE *out, int64_t *rows, GError **error) MUST_CHECK;
struct control_restore {
    const char *name; /* of the file, for errors */
    FILE *in;
    bool replace;
};
/* Into a database that is empty, or with `replace` whatever it holds; all of it or nothing.
 * ERROR_BUSY while a server is at work there, ERROR_CONFLICT, ERROR_INVALID for what is no backup.
 */
bool control_restore(const char *state_url, const struct control_restore *restore, int64_t *rows,
                     GError **error) MUST_CHECK;

#endif
