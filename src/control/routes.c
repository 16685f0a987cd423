#include "control/audit_log.h"
#include "control/api_v1.h"
#include "control/artifact.h"
#include "control/health.h"
#include "control/oauth.h"
#include "control/pages.h"

#include "base/limits.h"

#include <string.h>

#define AT       "/sqlmesh/{org}/{project}/api/heddle/v1/"
#define V1       "/sqlmesh/{org}/{project}/api/v1/"
#define SYNC     "/sqlmesh/{org}/{project}/api/state-sync/"
#define SEEN     "/sqlmesh/{org}/{project}/environments/{environment}"
#define TAKES(t) &wire_##t##_type

/* What a body may have. */
#define SMALL   (64 * 1024)
#define RENEW   (256 * 1024)
#define LOOKUP  (16 * 1024 * 1024)
#define RESULTS (MAX_QUERY_BYTES + 1024 * 1024)

/* clang-format off */
#define ROUTE(method, path, needs, run, takes, takes_name, gives, max, help) \
    {{method, path, needs, handle, help, takes_name, gives, max}, run, takes, false}

/* For browsers and programs without a token; replies by itself. */
#define PAGE(method, path, run, help) {{method, path, FOR_ALL, handle, help, NULL, NULL, MAX_HTTP_FORM}, run, NULL, true}

/* For people: what a link of the public API names. */
#define VIEW(path, run, help) {{"GET", path, FOR_READERS | FOR_PAGES, handle, help, NULL, NULL, 0}, run, NULL, false}

static void handle(struct http_call *call, void *data);
static void handle_upgrade(struct http_call *call, void *data);

static const struct endpoint endpoints[] = {
    ROUTE("POST", AT "executors/hello", FOR_EXECUTORS, control__hello, TAKES(hello), "wire_hello", "wire_welcome", SMALL,
          "An executor starts: who it is and which gateways it serves."),
    ROUTE("POST", AT "tasks/claim", FOR_EXECUTORS, control__claim, TAKES(claim), "wire_claim", "wire_claimed", SMALL,
          "Take tasks that are ready, as many as there are free slots; waits up to wait_ms for one."),
    ROUTE("POST", AT "tasks/renew", FOR_EXECUTORS, control__renew, TAKES(renew), "wire_renew", "wire_renewed", RENEW,
          "Keep leases alive; says which are lost and which tasks shall stop."),
    ROUTE("POST", AT "tasks/finish", FOR_EXECUTORS, control__finish, TAKES(finish), "wire_finish", "wire_finished", RESULTS,
          "Report how tasks ended; results of lost leases are named and not recorded."),
    ROUTE("POST", AT "tasks/logs", FOR_EXECUTORS, control__logs, TAKES(logs), "wire_logs", "wire_finished", MAX_LOG_REQUEST,
          "Numbered pieces of tasks' logs; repeating them is harmless."),

    ROUTE("GET", AT "gateways", FOR_READERS, control__gateways, NULL, NULL, "wire_gateways", 0,
          "The gateways executors have reported."),
    ROUTE("GET", AT "environments", FOR_READERS, control__list_environments, NULL, NULL, "wire_environments", 0,
          "All environments with their members."),
    ROUTE("GET", AT "environments/{name}", FOR_READERS, control__get_environment, NULL, NULL, "wire_environment", 0,
          "One environment with its snapshots and their intervals."),
    ROUTE("DELETE", AT "environments/{name}", FOR_DEVELOPERS, control__invalidate, NULL, NULL, NULL, 0,
          "Let an environment expire now; its views are dropped by the janitor."),
    ROUTE("POST", AT "environments/{name}/pause", FOR_DEVELOPERS, control__pause, NULL, NULL, NULL, SMALL,
          "Take an environment off the cadence."),
    ROUTE("POST", AT "environments/{name}/resume", FOR_DEVELOPERS, control__resume, NULL, NULL, NULL, SMALL,
          "Put an environment on the cadence."),
    ROUTE("POST", AT "snapshots/lookup", FOR_READERS, control__lookup, TAKES(lookup), "wire_lookup", "wire_snapshots", LOOKUP,
          "Which of these snapshots are stored, with their intervals."),
    ROUTE("POST", AT "plans", FOR_DEVELOPERS, control__post_plan, TAKES(plan), "wire_plan", "wire_progress", MAX_HTTP_BODY,
          "Apply a plan; 409 when the environment changed since the difference was taken."),
    ROUTE("GET", AT "plans/{id}", FOR_READERS, control__get_plan, NULL, NULL, "wire_progress", 0,
          "How far a plan is; with after=VERSION&wait_ms=N a long poll."),
    ROUTE("POST", AT "plans/{id}/cancel", FOR_DEVELOPERS, control__cancel_plan, NULL, NULL, "wire_progress", SMALL,
          "Stop a plan."),
    ROUTE("POST", AT "runs", FOR_DEVELOPERS, control__post_run, TAKES(run_request), "wire_run_request", "wire_progress", LOOKUP,
          "Run what is due; status skipped when nothing is."),
    ROUTE("GET", AT "runs/{id}", FOR_READERS, control__get_run, NULL, NULL, "wire_progress", 0,
          "How far a run is; with after=VERSION&wait_ms=N a long poll."),
    ROUTE("GET", AT "runs", FOR_READERS, control__list_runs, NULL, NULL, "wire_runs", 0,
          "Runs, the newest first; environment= and limit= narrow them."),
    ROUTE("POST", AT "runs/{id}/cancel", FOR_DEVELOPERS, control__cancel_run, NULL, NULL, "wire_progress", SMALL,
          "Stop a run."),
    ROUTE("GET", AT "evaluations", FOR_READERS, control__evaluations, NULL, NULL, "wire_evaluations", 0,
          "Attempts at evaluations, the newest first; run_id=, plan_id=, environment=, name=, limit=, log=1."),
    ROUTE("POST", AT "queries", FOR_DEVELOPERS, control__query, TAKES(query), "wire_query", "data", 2 * MAX_SQL_BYTES,
          "Run a read-only query on an apply executor and wait for its rows, which are never stored."),
    ROUTE("POST", AT "janitor", FOR_DEVELOPERS, control__post_janitor, NULL, NULL, "wire_progress", SMALL,
          "Drop expired environments and the tables nobody needs; ignore_ttl=1 spares nothing young."),
    ROUTE("GET", AT "janitor/{id}", FOR_READERS, control__get_janitor, NULL, NULL, "wire_progress", 0,
          "How far a pass of the janitor is; with after=VERSION&wait_ms=N a long poll."),

    ROUTE("GET", AT "audit-log", FOR_ADMINS, control__audit_log, NULL, NULL, NULL, 0,
          "Who did what, the newest first; limit= and before=ID narrow it."),

    ROUTE("GET", V1 "dags/{environment}", FOR_READERS, control__v1_dag, NULL, NULL, "wire_v1_dag", 0,
          "An environment's models and what they read."),
    ROUTE("GET", V1 "runs", FOR_READERS, control__v1_runs, NULL, NULL, "wire_v1_run[]", 0,
          "Runs, the newest first unless sort=asc."),
    ROUTE("GET", V1 "runs/{id}", FOR_READERS, control__v1_run, NULL, NULL, "wire_v1_run", 0,
          "One run."),
    ROUTE("GET", V1 "runs/{id}/evaluations", FOR_READERS, control__v1_run_evaluations, NULL, NULL, "wire_v1_evaluation[]", 0,
          "A run's evaluations in the order they were planned in, with the ends of their logs."),
    ROUTE("GET", V1 "plans", FOR_READERS, control__v1_plans, NULL, NULL, "wire_v1_plan[]", 0,
          "Plans, the newest first unless sort=asc."),
    ROUTE("GET", V1 "plans/{id}", FOR_READERS, control__v1_plan, NULL, NULL, "wire_v1_plan", 0,
          "One plan."),
    ROUTE("GET", V1 "evaluations", FOR_READERS, control__v1_evaluations, NULL, NULL, "wire_v1_evaluation[]", 0,
          "Evaluations, the oldest first unless sort=desc, with the ends of their logs."),
    ROUTE("GET", V1 "evaluations/{id}", FOR_READERS, control__v1_evaluation, NULL, NULL, "wire_v1_evaluation", 0,
          "One evaluation with its whole log."),

    {{"POST", "/auth/token", FOR_ALL, handle, "A token for a client's secret (RFC 6749, 4.4), or for a token that may more (RFC 8693).", NULL, NULL, MAX_HTTP_FORM}, control__token, NULL, true},
    ROUTE("POST", V1 "runs", FOR_DEVELOPERS, control__post_run, TAKES(run_request), "wire_run_request", "wire_v1_run", LOOKUP,
          "Run now what is due; status skipped when nothing is."),
    ROUTE("POST", V1 "runs/{id}/cancel", FOR_DEVELOPERS, control__cancel_run, NULL, NULL, "wire_v1_run", SMALL,
          "Stop a run."),
    ROUTE("POST", V1 "plans/{id}/cancel", FOR_DEVELOPERS, control__cancel_plan, NULL, NULL, "wire_v1_plan", SMALL,
          "Stop a plan."),
    ROUTE("POST", V1 "environments/{name}/pause", FOR_DEVELOPERS, control__pause, NULL, NULL, NULL, SMALL,
          "Take an environment off the cadence."),
    ROUTE("POST", V1 "environments/{name}/resume", FOR_DEVELOPERS, control__resume, NULL, NULL, NULL, SMALL,
          "Put an environment on the cadence."),
    ROUTE("POST", V1 "environments/{name}/models/{model}/pause", FOR_DEVELOPERS, control__pause_model, NULL, NULL, NULL, SMALL,
          "Leave a model, and all that read it, out of the environment's runs."),
    ROUTE("POST", V1 "environments/{name}/models/{model}/resume", FOR_DEVELOPERS, control__resume_model, NULL, NULL, NULL, SMALL,
          "Let a model run again."),
    ROUTE("POST", V1 "environments/{name}/restate", FOR_DEVELOPERS, control__v1_restate, TAKES(v1_restate), "wire_v1_restate", "wire_v1_plan", LOOKUP,
          "Fill models again, and all that read them, by a plan that changes nothing."),

    ROUTE("GET", SYNC "enterprise-version", FOR_EXECUTORS | FOR_READERS, control__artifact_version, NULL, NULL, NULL, 0,
          "This server's version, and that of the executor it lets clients install."),
    {{"GET", SYNC "enterprise-version/upgrade", FOR_EXECUTORS, handle_upgrade, "Where the executor to install is, its version, and a token for the download.", NULL, NULL, 0}, control__artifact_upgrade, NULL, false},
    {{"GET", AT "artifacts/{version}", FOR_EXECUTORS | FOR_DOWNLOAD, control__artifact_send, "The executor, as a file that Linux executes and Python opens.", NULL, NULL, 0}, NULL, NULL, true},

    VIEW(SEEN, control__environment_page, "An environment: its models, runs and plans."),
    VIEW(SEEN "/models/{model}", control__model_page, "A model: what it reads, its newest evaluations."),
    VIEW(SEEN "/plans/{id}", control__plan_page, "A plan: its evaluations or audits; with evaluation_id= one with its log."),
    VIEW(SEEN "/runs/{id}", control__run_page, "A run: its evaluations or audits; with evaluation_id= one with its log."),
    PAGE("GET", "/auth/session", control__session_page, "Where people sign in to see a page; to= is its address."),
    PAGE("POST", "/auth/session", control__session_begin, "The form of that page; sends the browser on, with a cookie."),
    PAGE("POST", "/auth/revoke", control__revoke, "Let a token end now (RFC 7009)."),
    PAGE("GET", "/auth", control__sign_in_page, "Where people sign in for a program (RFC 6749, 4.1; PKCE by S256)."),
    PAGE("POST", "/auth", control__sign_in, "The form of that page; sends the browser back with a code."),
    PAGE("POST", "/auth/device", control__device, "A device asks for codes (RFC 8628)."),
    PAGE("GET", "/auth/device", control__device_page, "Where people approve a device."),
    PAGE("POST", "/auth/device/approve", control__device_approve, "The form of that page."),
    PAGE("GET", "/account/password", control__password_page, "Where people change their own password."),
    PAGE("POST", "/account/password", control__password_change, "The form of that page; ends all sign-ins of the person."),
    ROUTE("GET", "/.well-known/openid-configuration", FOR_ALL, control__discovery, NULL, NULL, NULL, 0, "Where OAuth clients find what they need."),
    ROUTE("GET", "/.well-known/jwks.json", FOR_ALL, control__key_set, NULL, NULL, NULL, 0, "The public keys that verify tokens (RFC 7517)."),
    ROUTE("GET", "/openapi.json", FOR_ALL, control__openapi, NULL, NULL, NULL, 0, "This API as an OpenAPI document."),
    {{"GET", "/healthz", FOR_ALL, control__alive, "The process answers.", NULL, NULL, 0}, control__health, NULL, false},
    ROUTE("GET", "/readyz", FOR_ALL, control__health, NULL, NULL, NULL, 0, "The state database answers."),
    ROUTE("GET", "/metrics", FOR_METRICS, control__metrics, NULL, NULL, NULL, 0, "Figures in Prometheus' text format."),
    {{NULL, NULL, 0, NULL, NULL, NULL, NULL, 0}, NULL, NULL, false},
};
/* clang-format on */

const struct endpoint *control__endpoints(void)
{
    return endpoints;
}

static struct http_route routes[G_N_ELEMENTS(endpoints)];

static void copy_routes(void)
{
    for (size_t i = 0; i < G_N_ELEMENTS(routes); i++)
        routes[i] = endpoints[i].route;
}

const struct http_route *control_routes(void)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;

    pthread_once(&once, copy_routes);
    return routes;
}

/* The last rows of the table, from the first one that needs no organisation. */
const struct http_route *control__open_routes(void)
{
    const struct http_route *r = control_routes();

    while (strcmp(r->path, "/healthz") != 0)
        r++;
    return r;
}

static void handle(struct http_call *call, void *data)
{
    const struct endpoint *endpoint = &endpoints[http_route_of(call) - control_routes()];
    g_autoptr(GError) error = NULL;
    g_autoptr(json_t) body = NULL;
    struct op *op;
    void *message = NULL;

    if (!control__check_numbers(endpoint, call, &error) ||
        (endpoint->takes && (!(body = http_body_json(call, &error)) ||
                             !(message = wire_from_json(endpoint->takes, body, &error))))) {
        http_reply_error(call, error);
        return;
    }
    if (endpoint->takes) /* the message has all of it */
        http_drop_body(call);
    op = g_new0(struct op, 1);
    op->endpoint = endpoint;
    op->call = call;
    op->message = message;
    g_clear_pointer(&body, json_decref); /* what of it the message keeps is the loop's alone now */
    http_suspend(call);
    control__submit(data, op);
}

/* Reading a file anew is not for the loop. */
static void handle_upgrade(struct http_call *call, void *data)
{
    g_autoptr(GError) error = NULL;

    if (control__artifact_look(data, &error))
        handle(call, data);
    else
        http_reply_error(call, error);
}

void control__answer(struct op *op, const struct wire_type *type, const void *message)
{
    json_decref(op->answer);
    op->answer = wire_to_json(type, message);
}

void control__move_items(GPtrArray *from, GPtrArray *to)
{
    g_ptr_array_set_free_func(from, NULL);
    for (guint i = 0; i < from->len; i++)
        g_ptr_array_add(to, from->pdata[i]);
    g_ptr_array_unref(from);
}

int64_t control__query_int(const struct op *op, const char *name, int64_t missing, int64_t most)
{
    const char *text = http_query(op->call, name);

    return text ? CLAMP(g_ascii_strtoll(text, NULL, 10), 0, most) : missing;
}
