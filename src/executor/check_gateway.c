/* check_gateway.c -- a gateway's driver, its login, and what that may do: tried by a worker, as
 * tasks are. */
#include "executor/check_int.h"
#include "executor/executor_int.h"

#include <string.h>

#define PATIENCE_MS 60000 /* for a gateway to open: some warehouses must wake up first */
#define TURN_MS     3000  /* an idle executor gives way sooner */

struct look {
    const struct config_gateway *gateway;
    bool is_default;
    struct child *child;
    struct turn *turn;
    char *holder; /* who has the DuckDB file instead of us; or NULL */
};

static json_t *next_answer(struct child *child)
{
    int64_t until = clock_monotonic_ms() + PATIENCE_MS;
    enum child_event event = CHILD_QUIET;

    while (event != CHILD_GONE && clock_monotonic_ms() < until) {
        json_t *message;
        g_autofree char *text = NULL;

        event = executor__child_next(child, 1000, &message, &text);
        if (event == CHILD_SAYS)
            return message;
        if (event == CHILD_PRINTS)
            log_event(LOG_WARNING, "a worker printed", "text", text, NULL);
    }
    if (event != CHILD_GONE)
        executor__child_kill(child);
    return NULL;
}

/* What the worker answers, started if there is none. NULL and why when it does not. */
static json_t *ask(struct look *l, json_t *order, GString *why)
{
    g_autoptr(json_t) taken = order;
    g_autoptr(GError) error = NULL;
    json_t *said = NULL;

    if (!l->child && !(l->child = executor__child_start(NULL, &error))) {
        g_string_append(why, error->message);
        return NULL;
    }
    if (executor__child_send(l->child, taken))
        said = next_answer(l->child);
    if (!said) {
        g_autofree char *how = executor__child_end(g_steal_pointer(&l->child), 3000);

        g_string_append_printf(why, "the worker %s, or did not answer within a minute.", how);
    }
    return said;
}

/* Did it answer what was wanted? Else its words are the text. */
static bool is_answer(const json_t *said, const char *wanted, GString *text)
{
    if (!said)
        return false;
    if (strcmp(json_get_string(said, "is", ""), wanted) == 0)
        return true;
    g_string_append(text, json_get_string(said, "message", ""));
    return false;
}

static enum check_state try_driver(struct check *c, void *data, GString *text)
{
    struct look *l = data;
    g_autoptr(json_t) said =
        ask(l, json_pack("{s:s, s:s}", "do", "driver", "type", l->gateway->type), text);

    (void)c;
    if (!is_answer(said, "driver", text))
        return CHECK_FAILED;
    g_string_append_printf(text, "there is one for connections of type %s.", l->gateway->type);
    return CHECK_OK;
}

/* The turn at a DuckDB file; another executor's is an answer, too. */
static enum turn_state take_turn(struct look *l, GError **error)
{
    int64_t until_ms = clock_monotonic_ms() + TURN_MS;
    enum turn_state state;

    while ((state = executor__turn_try(l->turn, clock_monotonic_ms(), error)) == TURN_WAITS &&
           clock_monotonic_ms() < until_ms)
        g_usleep(20000);
    return state;
}

/* Rights that are tried by a step of their own need no look beforehand. An executor is of no use
 * when it may make nothing in its default gateway. */
static enum check_state open_it(const struct check *c, struct look *l, GString *text)
{
    const struct config_gateway *g = l->gateway;
    bool look = !c->options.with_rights || c->options.read_only;
    g_autoptr(json_t) said =
        ask(l,
            json_pack("{s:s, s:s, s:s, s:b, s:O}", "do", "open", "gateway", g->name, "type",
                      g->type, "look", look, "connection", g->connection),
            text);
    const char *lacks;

    if (!is_answer(said, "opened", text))
        return CHECK_FAILED;
    lacks = json_get_string(said, "lacks", NULL);
    g_string_append_printf(text, "it is open; version %s, catalog %s.%s%s",
                           json_get_string(said, "version", "unknown"),
                           json_get_string(said, "catalog", "unknown"), lacks ? " " : "",
                           lacks ? lacks : "");
    if (lacks)
        return l->is_default && !c->options.with_rights ? CHECK_FAILED : CHECK_WARNING;
    return CHECK_OK;
}

static enum check_state try_login(struct check *c, void *data, GString *text)
{
    struct look *l = data;
    bool duckdb = strcmp(l->gateway->type, "duckdb") == 0;
    g_autoptr(GError) error = NULL;
    enum turn_state state;

    l->turn = executor__turn_new(duckdb ? executor__turn_files(l->gateway->connection)
                                        : g_ptr_array_new());
    state = take_turn(l, &error);
    if (state == TURN_FAILED)
        return executor__check_failed(text, error);
    if (state == TURN_HELD)
        return open_it(c, l, text);
    l->holder = executor__turn_holder(l->turn);
    g_string_append_printf(text, "in use by another executor (%s).", l->holder);
    return CHECK_OK;
}

static enum check_state try_rights(struct check *c, void *data, GString *text)
{
    struct look *l = data;
    g_autoptr(json_t) said =
        ask(l, json_pack("{s:s, s:b}", "do", "rights", "read_only", c->options.read_only), text);

    if (!is_answer(said, "rights", text)) {
        if (said && !strstr(text->str, "\nhint: "))
            g_string_append_printf(text, "\nhint: the login must be allowed to %s.",
                                   c->options.read_only
                                       ? "run queries"
                                       : "make and drop schemas and tables, and to write to them");
        return CHECK_FAILED;
    }
    g_string_append(text, json_get_string(said, "text", ""));
    return CHECK_OK;
}

static void look_at(struct check *c, const struct config_gateway *g, bool is_default)
{
    struct look l = {.gateway = g, .is_default = is_default};
    bool with_rights = c->options.with_rights;

    c->gateway = g->name;
    if (executor_check_do(c, CHECK_DRIVER, try_driver, &l) == CHECK_FAILED) {
        executor_check_skip(c, CHECK_WAREHOUSE);
        if (with_rights)
            executor_check_skip(c, CHECK_RIGHTS);
    } else if (executor_check_do(c, CHECK_WAREHOUSE, try_login, &l) == CHECK_FAILED || l.holder) {
        if (with_rights)
            executor_check_skip(c, CHECK_RIGHTS);
    } else if (with_rights) {
        executor_check_do(c, CHECK_RIGHTS, try_rights, &l);
    }
    if (l.child)
        g_free(executor__child_end(l.child, 3000));
    executor__turn_free(l.turn);
    g_free(l.holder);
    c->gateway = NULL;
}

void executor_check_gateways(struct check *c, const struct config *config)
{
    for (guint i = 0; i < config->gateways->len; i++) {
        const struct config_gateway *g = config->gateways->pdata[i];

        if (*g->type && (!c->options.gateway || strcmp(g->name, c->options.gateway) == 0))
            look_at(c, g, executor__is_default(config, g));
    }
}
