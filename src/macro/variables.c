#include "calendar/date.h"
#include "macro/macro_int.h"

#include <string.h>

#define US_DAY INT64_C(86400000000)

/* A moment: microseconds, and whether its fraction has 999 nanoseconds more (T-SQL's ends). */
struct moment {
    int64_t us;
    bool plus_999_ns;
};

static const char *const prefixes[] = {"start_", "end_", "execution_", "latest_"};
static const char *const suffixes[] = {"dt",   "dtntz", "date",   "ds",  "ts",
                                       "tstz", "epoch", "millis", "hour"};

/* "start_ds" is 0 and "ds". */
static const char *split(const char *name, size_t *prefix)
{
    for (*prefix = 0; *prefix < G_N_ELEMENTS(prefixes); (*prefix)++) {
        if (!g_str_has_prefix(name, prefixes[*prefix]))
            continue;
        const char *suffix = name + strlen(prefixes[*prefix]);
        for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++)
            if (strcmp(suffix, suffixes[i]) == 0)
                return suffixes[i];
    }
    return NULL;
}

static bool is_time_variable(const char *name)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    size_t prefix;
    return split(lower, &prefix) != NULL;
}

bool macro__is_predefined(const char *name)
{
    static const char *const names[] = {"this_model", "this_env",        "runtime_stage",
                                        "gateway",    "model_kind_name", "default_catalog"};
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (g_ascii_strcasecmp(name, names[i]) == 0)
            return true;
    return is_time_variable(name);
}

/* Ends are inclusive: the last moment before the batch's end that the engine can tell apart. */
static struct moment moment_of(const struct macro_run *run, size_t prefix)
{
    const struct macro_context *c = run->context;
    bool tsql = strcmp(sql_dialect_name(c->dialect), "tsql") == 0;
    if (prefix == 0)
        return (struct moment){c->has_times ? c->start_ms * 1000 : 0, false};
    if (prefix == 1)
        return (struct moment){(c->has_times ? c->end_ms * 1000 : US_DAY) - 1, tsql};
    return (struct moment){c->has_times ? c->execution_ms * 1000 : 0, false};
}

static char *timestamp(struct macro_run *run, struct moment m, const char *zone)
{
    g_autofree char *text = date_timestamp_us(m.us);
    return arena_printf(run->arena, "%s%s%s", text, m.plus_999_ns ? "999" : "", zone);
}

static struct sql_node *number(struct macro_run *run, const char *text)
{
    return sql_node_new(run->arena, SQL_NUMBER, text, -1);
}

static struct sql_node *cast(struct macro_run *run, const char *form, const char *text)
{
    g_auto(GStrv) around = g_strsplit(form, "%s", 2);
    return macro__parse(run, arena_printf(run->arena, "%s%s%s", around[0], text, around[1]), NULL);
}

/* ClickHouse reads no offset: its type names the zone. */
static struct sql_node *zoned(struct macro_run *run, struct moment m)
{
    const struct macro_engine *engine = macro__engine(run);
    bool clickhouse = strcmp(engine->dialect, "clickhouse") == 0;
    char *text = timestamp(run, m, clickhouse ? "" : "+00:00");
    return cast(run, m.us % 1000000 ? engine->zoned_fine : engine->zoned, text);
}

static struct sql_node *time_value(struct macro_run *run, const char *suffix, struct moment m)
{
    const struct macro_engine *engine = macro__engine(run);
    g_autofree char *date = date_format_us(m.us, "%Y-%m-%d");
    int64_t ms = (m.us + m.plus_999_ns) / 1000;
    if (strcmp(suffix, "ds") == 0)
        return macro__string(run, date);
    if (strcmp(suffix, "ts") == 0)
        return macro__string(run, timestamp(run, m, ""));
    if (strcmp(suffix, "tstz") == 0)
        return macro__string(run, timestamp(run, m, "+00:00"));
    if (strcmp(suffix, "date") == 0)
        return cast(run, engine->date, date);
    if (strcmp(suffix, "dt") == 0)
        return zoned(run, m);
    if (strcmp(suffix, "dtntz") == 0)
        return cast(run, m.us % 1000000 ? engine->plain_fine : engine->plain,
                    timestamp(run, m, ""));
    if (strcmp(suffix, "millis") == 0)
        return number(run, arena_printf(run->arena, "%" G_GINT64_FORMAT, ms));
    if (strcmp(suffix, "epoch") == 0)
        return number(run, macro__float_text(run, (double)ms / 1000.0));
    g_autofree char *hour = date_format_us(m.us, "%H");
    return number(run, *hour == '0' ? hour + 1 : hour);
}

static struct sql_node *text_or_nothing(struct macro_run *run, const char *text)
{
    return text ? macro__string(run, text) : NULL;
}

static struct sql_node *predefined(struct macro_run *run, const char *name)
{
    const struct macro_context *c = run->context;
    size_t prefix;
    const char *suffix = split(name, &prefix);
    if (suffix)
        return time_value(run, suffix, moment_of(run, prefix));
    if (strcmp(name, "this_model") == 0)
        return c->this_model ? macro__parse_table(run, c->this_model, NULL) : NULL;
    if (strcmp(name, "this_env") == 0)
        return text_or_nothing(run, c->this_env);
    if (c->schemas && strcmp(name, "schemas") == 0)
        return macro__from_json(run, c->schemas, SQL_TUPLE);
    if (c->views && strcmp(name, "views") == 0)
        return macro__from_json(run, c->views, SQL_TUPLE);
    if (strcmp(name, "model_kind_name") == 0)
        return text_or_nothing(run, c->model_kind_name);
    if (strcmp(name, "runtime_stage") == 0)
        return macro__string(run, c->runtime_stage ? c->runtime_stage : "loading");
    return NULL;
}

static struct sql_node *from_array(struct macro_run *run, const json_t *value, enum sql_kind kind)
{
    struct sql_node *list = sql_node_new(run->arena, kind, NULL, 0);
    size_t i;
    json_t *item;
    json_array_foreach (value, i, item)
        sql_append(list, SLOT_ARG, macro__from_json(run, item, SQL_ARRAY));
    return list;
}

static struct sql_node *from_object(struct macro_run *run, const json_t *value)
{
    g_autoptr(GString) keys = g_string_new(NULL), values = g_string_new(NULL);
    const char *key;
    json_t *item;
    json_object_foreach ((json_t *)value, key, item) {
        g_string_append(keys, keys->len ? ", " : "");
        g_string_append(keys, macro__print(run, macro__string(run, key)));
        g_string_append(values, values->len ? ", " : "");
        g_string_append(values, macro__print(run, macro__from_json(run, item, SQL_ARRAY)));
    }
    return macro__parse(run, arena_printf(run->arena, "MAP([%s], [%s])", keys->str, values->str),
                        NULL);
}

struct sql_node *macro__from_json(struct macro_run *run, const json_t *value, enum sql_kind list)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        return macro__string(run, json_string_value(value));
    case JSON_INTEGER:
        return number(run,
                      arena_printf(run->arena, "%" JSON_INTEGER_FORMAT, json_integer_value(value)));
    case JSON_REAL:
        return number(run, macro__float_text(run, json_real_value(value)));
    case JSON_TRUE:
        return sql_node_new(run->arena, SQL_BOOLEAN, "TRUE", -1);
    case JSON_FALSE:
        return sql_node_new(run->arena, SQL_BOOLEAN, "FALSE", -1);
    case JSON_ARRAY:
        return from_array(run, value, list);
    case JSON_OBJECT:
        return from_object(run, value);
    default:
        return sql_node_new(run->arena, SQL_NULL, "NULL", -1);
    }
}

struct sql_node *macro__variable(struct macro_run *run, const char *name, enum sql_kind list)
{
    g_autofree char *lower = g_ascii_strdown(name, -1);
    for (const struct macro_binding *b = run->bindings; b; b = b->next)
        if (b->value->kind != SQL_LAMBDA && strcmp(b->name, lower) == 0)
            return macro__clone(run, b->value);
    struct sql_node *value = predefined(run, lower);
    if (value || run->error)
        return value;
    const json_t *json = json_object_get(run->context->blueprint_variables, lower);
    if (!json)
        json = json_object_get(run->context->variables, lower);
    if (json)
        return macro__from_json(run, json, list);
    return strcmp(lower, "gateway") == 0 ? text_or_nothing(run, run->context->gateway) : NULL;
}
