/* local.c -- a control plane and an executor inside a command. */
#include "local/local_int.h"

#include "base/log.h"
#include "control/control.h"
#include "executor/executor.h"

#include <string.h>

#define ORGANISATION "local"
#define PROJECT      "project"
#define OPEN_MS      30000 /* a gateway that was never opened before may take so long to answer */
#define DRAIN_MS     5000

struct local {
    struct folder folder;
    json_t *stamps; /* of the gateways that are served */
    struct control *control;
    struct executor *executor;
    char *url, *token, *executor_token;
    bool stays; /* others may use it */
};

static const struct config_gateway *default_gateway(const struct config *config)
{
    return config_gateway(config, NULL, NULL);
}

/* When the warehouse ends with the command, so does the state, as in SQLMesh. */
static bool is_short_lived(const struct config *config)
{
    const struct config_gateway *g = default_gateway(config);

    return g && local__is_memory(g);
}

/* A database in memory beside a warehouse that stays would be empty each time, and the state would
 * say otherwise: it is left out. */
static GPtrArray *served_gateways(const struct config *config)
{
    bool short_lived = is_short_lived(config);
    GPtrArray *served = g_ptr_array_new();

    for (guint i = 0; i < config->gateways->len; i++) {
        struct config_gateway *g = config->gateways->pdata[i];

        if (short_lived || !local__is_memory(g))
            g_ptr_array_add(served, g);
        else
            log_event(LOG_INFO, "a gateway in memory is not served beside one that stays",
                      "gateway", g->name, NULL);
    }
    return served;
}

static char *url_of(const char *listen, int port)
{
    int host = (int)(g_strrstr(listen, ":") - listen);

    return g_strdup_printf("http://%.*s:%d/sqlmesh/" ORGANISATION "/" PROJECT, host, listen, port);
}

static bool start_control(struct local *l, const struct local_settings *s, GError **error)
{
    g_autofree char *path = local__folder_file(&l->folder, "state.db");
    g_autofree char *file = g_strconcat("sqlite:", path, NULL);
    struct control_settings settings = {
        .state_url = is_short_lived(s->config) ? "sqlite::memory:" : file,
        .listen = s->listen ? s->listen : "127.0.0.1:0",
        .no_scheduler = !s->scheduler,
        .no_janitor = !s->scheduler,
        .alone = true,
        .threads = 1,
    };

    if (!(l->control = control_start(&settings, error)) ||
        !control_local_tokens(l->control, ORGANISATION, PROJECT, &l->executor_token, &l->token,
                              error))
        return false;
    l->url = url_of(settings.listen, control_port(l->control));
    return true;
}

/* One executor for plans and runs: one worker a gateway then has a DuckDB file, or memory, and
 * nobody waits for a turn. A gateway that does not answer fails what needs it, not what does not.
 */
static bool start_executor(struct local *l, const struct local_settings *s,
                           const struct config *served, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autoptr(GPtrArray) known = local__known(&l->folder, served);
    struct executor_options options = {
        .kind = "both",
        .name = "local",
        .url = l->url,
        .token = l->executor_token,
        .config = served,
        .known = known,
        .memory_allowed = true,
    };

    if (!(l->executor = executor_start(&options, error)))
        return false;
    if (executor_wait_ready(l->executor, OPEN_MS, &why))
        return true;
    /* With no gateway ever seen, names of tables are not known: nothing can be done but wait. */
    if (known->len == 0 && !s->scheduler) {
        g_propagate_error(error, g_steal_pointer(&why));
        return false;
    }
    if (known->len == served->gateways->len)
        log_event(LOG_WARNING, "the executor inside this command is not welcomed yet", NULL);
    return true;
}

static bool serve(struct local *l, const struct local_settings *s, GError **error)
{
    g_autoptr(GPtrArray) gateways = served_gateways(s->config);
    struct config served = *s->config;
    struct cli_plane plane;

    served.gateways = gateways;
    l->stamps = local__stamps(&served);
    if (!start_control(l, s, error) || !start_executor(l, s, &served, error))
        return false;
    plane = (struct cli_plane){l->url, l->token};
    l->stays = s->scheduler;
    return !l->stays || local__folder_tell(&l->folder, &plane, error);
}

/* NULL without an error: a dev runs, *running says where. */
static struct local *start(const struct local_settings *s, struct cli_plane *running,
                           GError **error)
{
    struct local *l = g_new0(struct local, 1);

    executor_step_back();
    l->folder.lock = -1;
    if (local__folder_open(&l->folder, s->config->path, error) &&
        local__folder_take(&l->folder, running, error) && !running->url && serve(l, s, error))
        return l;
    local_stop(l);
    return NULL;
}

struct local *local_start(const struct local_settings *settings, GError **error)
{
    struct cli_plane running = {0};
    struct local *l = start(settings, &running, error);

    if (running.url) {
        g_set_error(error, local_error(), ERROR_BUSY,
                    "A heddle dev runs for this project already, at %s.", running.url);
        error_hint(error, "use it: commands in this folder find it by themselves.");
    }
    g_free(running.url);
    g_free(running.token);
    return l;
}

static void remember(struct local *l)
{
    g_autoptr(GPtrArray) facts = executor_gateways(l->executor);
    g_autoptr(GError) error = NULL;

    if (!local__remember(&l->folder, l->stamps, facts, &error))
        log_event(LOG_WARNING, "what gateways are could not be remembered", "why", error->message,
                  NULL);
}

void local_stop(struct local *l)
{
    if (!l)
        return;
    if (l->executor) {
        remember(l);
        executor_stop(l->executor, l->stays ? DRAIN_MS : 0);
    }
    control_stop(l->control);
    local__folder_close(&l->folder);
    json_decref(l->stamps);
    g_free(l->url);
    g_free(l->token);
    g_free(l->executor_token);
    g_free(l);
}

const char *local_url(const struct local *l)
{
    return l->url;
}

const char *local_token(const struct local *l)
{
    return l->token;
}

void local_expect_work(void *data)
{
    struct local **l = data;

    if (*l)
        executor_expect_work((*l)->executor);
}

bool local_plane(const struct config *config, struct cli_plane *plane, void *data, GError **error)
{
    struct local_settings settings = {.config = config};
    struct local **keep = data, *l = start(&settings, plane, error);

    if (!l)
        return plane->url != NULL;
    *keep = l;
    plane->url = g_strdup(l->url);
    plane->token = g_strdup(l->token);
    return true;
}
