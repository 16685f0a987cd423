#include "control/neighbours.h"

#include "base/limits.h"

#include <string.h>

#define POLL_MS 25000

void control__executor_view_free(struct executor_view *v)
{
    if (!v)
        return;
    g_free(v->name);
    g_free(v->default_gateway);
    g_ptr_array_unref(v->gateways);
    g_free(v);
}

/* Their places are those of enum queue_class. */
static const char *const kinds[] = {"apply", "run", "both"};

/* -1 for a kind that is none. */
static int class_of(const char *kind)
{
    for (int i = 0; i <= CLASS_COUNT; i++)
        if (strcmp(kinds[i], kind) == 0)
            return i;
    return -1;
}

static struct executor_view *view_of(const struct wire_hello *hello)
{
    struct executor_view *v = g_new0(struct executor_view, 1);

    v->class = class_of(hello->kind);
    v->name = hello->name && *hello->name ? g_strdup(hello->name) : NULL;
    v->gateways = g_ptr_array_new_with_free_func(g_free);
    for (guint i = 0; i < hello->gateways->len; i++) {
        const struct wire_gateway *g = hello->gateways->pdata[i];

        g_ptr_array_add(v->gateways, g_strdup(g->name));
        if (g->is_default && !v->default_gateway)
            v->default_gateway = g_ascii_strdown(g->name, -1);
    }
    return v;
}

static struct executor_view *remember(struct control *c, int64_t project,
                                      const struct wire_hello *hello)
{
    struct executor_view *v = view_of(hello);

    g_hash_table_replace(
        c->executors, g_strdup_printf("%" G_GINT64_FORMAT "/%s", project, hello->executor_id), v);
    return v;
}

struct executor_view *control__executor(struct control *c, int64_t project, const char *id,
                                        GError **error)
{
    g_autofree char *key = g_strdup_printf("%" G_GINT64_FORMAT "/%s", project, id);
    struct executor_view *known = g_hash_table_lookup(c->executors, key);
    g_autoptr(wire_hello) hello = NULL;

    if (known)
        return known;
    hello = state_executor(c->state, project, id, error);
    return hello ? remember(c, project, hello) : NULL;
}

static char *seen_key(int64_t project, int class, const char *gateway)
{
    g_autofree char *lower = gateway ? g_ascii_strdown(gateway, -1) : NULL;

    return g_strdup_printf("%" G_GINT64_FORMAT "/%d/%s", project, class, lower ? lower : "");
}

static void saw(struct control *c, int64_t project, int class, const char *gateway)
{
    char *key = seen_key(project, class, gateway);
    const int64_t *told = g_hash_table_lookup(c->seen_told, key);

    if (c->ear && (!told || *told + CONTROL_SERVED_MS / 3 < c->now_ms)) {
        control__tell(c, TOLD_SEEN, json_string(key));
        g_hash_table_replace(c->seen_told, g_strdup(key), g_memdup2(&c->now_ms, sizeof c->now_ms));
    }
    g_hash_table_replace(c->seen, key, g_memdup2(&c->now_ms, sizeof c->now_ms));
}

void control__saw(struct control *c, int64_t project, struct executor_view *v)
{
    v->seen_ms = c->now_ms;
    for (int k = 0; k < CLASS_COUNT; k++) {
        if (v->class != k && v->class != CLASS_COUNT)
            continue;
        saw(c, project, k, NULL);
        for (guint i = 0; i < v->gateways->len; i++)
            saw(c, project, k, v->gateways->pdata[i]);
    }
}

bool control__is_served(struct control *c, int64_t project, int class, const char *gateway)
{
    g_autofree char *key = seen_key(project, class, gateway);
    const int64_t *seen = g_hash_table_lookup(c->seen, key);

    return seen && *seen + CONTROL_SERVED_MS > c->now_ms;
}

static bool check_hello(const struct wire_hello *hello, GError **error)
{
    if (class_of(hello->kind) < 0) {
        g_set_error(error, control_error(), ERROR_INVALID,
                    "An executor is of kind \"apply\", \"run\" or \"both\", not \"%s\".",
                    hello->kind);
        return false;
    }
    if (*hello->executor_id && strlen(hello->executor_id) <= MAX_NAME_BYTES)
        return true;
    g_set_error(error, control_error(), ERROR_INVALID, "executor_id must have 1 to %d bytes.",
                MAX_NAME_BYTES);
    return false;
}

/* One that cannot outlive this process is not stored. */
static bool store_hello(struct control *c, int64_t project, const struct wire_hello *hello,
                        GError **error)
{
    if (c->settings.alone)
        return state_report_gateways(c->state, project, hello->gateways, c->now_ms, error);
    return state_hello(c->state, project, hello, c->now_ms, error);
}

bool control__hello(struct control *c, struct op *op, GError **error)
{
    const struct wire_hello *hello = op->message;
    g_autoptr(wire_welcome) welcome = wire_welcome_new();

    if (!check_hello(hello, error) || !store_hello(c, op->project, hello, error))
        return false;
    control__saw(c, op->project, remember(c, op->project, hello));
    control__tell(c, TOLD_HELLO,
                  json_sprintf("%" G_GINT64_FORMAT "/%s", op->project, hello->executor_id));
    welcome->lease_ttl_ms = c->settings.lease_ttl_ms;
    welcome->poll_ms = POLL_MS;
    welcome->now_ms = c->now_ms;
    welcome->max_log_bytes = MAX_TASK_LOG;
    welcome->queries = !c->settings.no_queries;
    control__answer(op, &wire_welcome_type, welcome);
    return true;
}

bool control__gateways(struct control *c, struct op *op, GError **error)
{
    g_autoptr(wire_gateways) out = wire_gateways_new();
    GPtrArray *list = state_gateways(c->state, op->project, error);

    if (!list)
        return false;
    control__move_items(list, out->gateways);
    control__answer(op, &wire_gateways_type, out);
    return true;
}
