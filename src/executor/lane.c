#include "executor/executor_int.h"

#include "warehouse/warehouse.h"

#include <string.h>

#define RETRY_BASE_MS 1000
#define RETRY_CAP_MS  60000
#define MOST_SLOTS    256

const char *const executor__lane_state_names[] = {
    "opening", "ready", "waits for its turn at the file", "waits for a file in use", "down"};

/* Types on which SQLMesh runs one task at a time when nothing is said; the others: four. */
static const char *const one_at_a_time[] = {"duckdb", "motherduck", "bigquery", "clickhouse", NULL};

/* What SQLMesh runs at the same time on a connection of this type when nothing is said. */
static int64_t concurrent_tasks(const struct config_gateway *g)
{
    const json_t *given = json_object_get(g->connection, "concurrent_tasks");
    g_autofree char *text = given ? json_scalar_text(given) : NULL;
    int64_t wish = text ? g_ascii_strtoll(text, NULL, 10) : 0;

    if (strcmp(g->type, "duckdb") == 0)
        return 1;
    if (wish <= 0)
        wish = g_strv_contains(one_at_a_time, g->type) ? 1 : 4;
    return MIN(wish, MOST_SLOTS);
}

static bool check_memory(const struct executor *e, const struct config_gateway *g, guint files,
                         GError **error)
{
    if (files > 0 || e->memory_allowed || strcmp(g->type, "duckdb") != 0)
        return true;
    g_set_error(error, executor_error(), ERROR_INVALID,
                "Gateway %s is a DuckDB database in memory, which another process cannot see: what "
                "one executor writes there, no other would find.",
                g->name);
    error_hint(error, "set SQLMESH__GATEWAYS__%s__CONNECTION__DATABASE to a file's path.", g->name);
    return false;
}

struct lane *executor__lane_new(struct executor *e, const struct config_gateway *g, GError **error)
{
    bool duckdb = strcmp(g->type, "duckdb") == 0;
    GPtrArray *files = duckdb ? executor__turn_files(g->connection) : g_ptr_array_new();
    struct lane *lane;

    if (!check_memory(e, g, files->len, error)) {
        g_ptr_array_unref(files);
        return NULL;
    }
    lane = g_new0(struct lane, 1);
    lane->e = e;
    lane->name = g_ascii_strdown(g->name, -1);
    lane->type = g_strdup(g->type);
    lane->has_file = files->len > 0;
    lane->in_memory = duckdb && files->len == 0;
    lane->turn = executor__turn_new(files);
    lane->connection = json_deep_copy(g->connection);
    lane->slot_count = concurrent_tasks(g);
    lane->slots = g_new0(struct slot, (gsize)lane->slot_count);
    for (int64_t i = 0; i < lane->slot_count; i++)
        lane->slots[i].lane = lane;
    g_queue_init(&lane->queue);
    return lane;
}

bool executor__is_default(const struct config *config, const struct config_gateway *g)
{
    return config->default_gateway ? g_ascii_strcasecmp(config->default_gateway, g->name) == 0
                                   : g == config->gateways->pdata[0];
}

void executor__lane_free(struct lane *lane)
{
    executor__caller_close(&lane->claimer);
    executor__turn_free(lane->turn);
    json_decref(lane->connection);
    g_queue_clear(&lane->queue);
    wire_gateway_free(lane->facts);
    g_free(lane->trouble);
    g_free(lane->slots);
    g_free(lane->type);
    g_free(lane->name);
    g_free(lane);
}

void executor__lane_set_state(struct lane *lane, enum lane_state state, const char *trouble)
{
    pthread_mutex_lock(&lane->e->lock);
    if (state != lane->state || g_strcmp0(trouble, lane->trouble) != 0) {
        lane->state = state;
        g_free(lane->trouble);
        lane->trouble = trouble ? redact_text(lane->e->redactor, trouble) : NULL;
        executor__tell(lane->e);
    }
    pthread_mutex_unlock(&lane->e->lock);
}

static struct wire_gateway *facts_of(const struct lane *lane, const char *catalog,
                                     const char *version)
{
    struct wire_gateway *g = wire_gateway_new();

    g->name = g_strdup(lane->name);
    g->type = g_strdup(lane->type);
    g->default_catalog = g_strdup(catalog);
    g->version = redact_text(lane->e->redactor, version);
    g->dialect = g_strdup(warehouse_dialect_name(lane->type));
    g->is_default = lane->is_default;
    g->slots = lane->slot_count;
    return g;
}

void executor__lane_know(struct lane *lane, const GPtrArray *known)
{
    for (guint i = 0; known && i < known->len; i++) {
        const struct wire_gateway *g = known->pdata[i];

        if (g_ascii_strcasecmp(g->name, lane->name) != 0 || g_strcmp0(g->type, lane->type) != 0)
            continue;
        wire_gateway_free(lane->facts);
        lane->facts = facts_of(lane, g->default_catalog, g->version ? g->version : "");
        lane->tried = true;
    }
}

static bool is_same(const struct wire_gateway *a, const struct wire_gateway *b)
{
    return a && g_strcmp0(a->default_catalog, b->default_catalog) == 0 &&
           g_strcmp0(a->version, b->version) == 0;
}

void executor__lane_opened(struct lane *lane, const json_t *answer)
{
    struct wire_gateway *facts = facts_of(lane, json_get_string(answer, "catalog", NULL),
                                          json_get_string(answer, "version", ""));

    executor__lane_set_state(lane, LANE_READY, NULL);
    pthread_mutex_lock(&lane->e->lock);
    if (!is_same(lane->facts, facts)) {
        log_event(LOG_INFO, "the gateway answers", "gateway", lane->name, "type", lane->type,
                  "catalog", facts->default_catalog, "version", facts->version, NULL);
        lane->e->needs_hello = true;
    }
    wire_gateway_free(lane->facts);
    lane->facts = facts;
    lane->tried = true;
    lane->refusals = 0;
    executor__tell(lane->e);
    pthread_mutex_unlock(&lane->e->lock);
}

void executor__lane_refused(struct lane *lane, const GError *why)
{
    struct executor *e = lane->e;

    log_event(LOG_WARNING, "the gateway does not answer", "gateway", lane->name, "type", lane->type,
              "why", why->message, NULL);
    executor__lane_set_state(lane, LANE_DOWN, why->message);
    pthread_mutex_lock(&e->lock);
    lane->tried = true;
    lane->refusals++;
    lane->probe_ms =
        clock_monotonic_ms() + http_backoff_ms(lane->refusals, RETRY_BASE_MS, RETRY_CAP_MS);
    executor__tell(e);
    pthread_mutex_unlock(&e->lock);
}
