/* A definition as lines for a person: the MODEL block in SQLMesh's layout, and the statements. */
#include "project/project.h"

#include "sql/parse.h"
#include "sql/print.h"

#include <string.h>

struct writer {
    struct arena *arena;
    const struct model *model;
    const struct sql_dialect *dialect;
    GString *out;
    bool any; /* a property is written already */
};

typedef struct sql_node *(*parser)(struct arena *a, const struct source *s,
                                   const struct sql_dialect *d, GError **error);

/* A piece of SQL as it is printed; what cannot be read stays as it is. */
static char *pretty(struct writer *w, const char *sql, parser parse, bool lines)
{
    struct source s = {w->model->name, sql, strlen(sql)};
    struct sql_node *node = parse(w->arena, &s, w->dialect, NULL);

    if (!node)
        return g_strstrip(g_strdup(sql));
    return lines ? sql_print_pretty(node, w->dialect) : sql_print(node, w->dialect);
}

static void begin(struct writer *w, const char *name)
{
    g_string_append_printf(w->out, "%s\n  %s ", w->any ? "," : "", name);
    w->any = true;
}

static void put_word(struct writer *w, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    begin(w, name);
    g_string_append(w->out, value);
}

static void put_quoted(struct writer *w, const char *name, const char *value)
{
    g_autofree char *quoted = value ? sql_quote_string(w->dialect, value) : NULL;

    put_word(w, name, quoted);
}

static void put_flag(struct writer *w, const char *name, bool value)
{
    if (value)
        put_word(w, name, "TRUE");
}

/* One value alone, several in brackets. */
static void put_list(struct writer *w, const char *name, char *const *values, bool brackets)
{
    g_autofree char *joined = NULL;

    if (!values || !*values)
        return;
    joined = g_strjoinv(", ", (char **)values);
    begin(w, name);
    if (brackets || values[1])
        g_string_append_printf(w->out, "(%s)", joined);
    else
        g_string_append(w->out, joined);
}

/* A JSON value as it might stand in a MODEL block; texts are SQL already. */
static void append_value(struct writer *w, const json_t *value)
{
    g_autofree char *text = json_scalar_text(value);
    size_t i;
    json_t *item;

    if (json_is_array(value)) {
        g_string_append_c(w->out, '(');
        json_array_foreach (value, i, item) {
            g_string_append(w->out, i ? ", " : "");
            append_value(w, item);
        }
        g_string_append_c(w->out, ')');
    } else if (text)
        g_string_append(w->out, text);
    else {
        g_autofree char *json = json_text(value);

        g_string_append(w->out, json);
    }
}

static void put_object(struct writer *w, const char *name, const json_t *object)
{
    const char *key, *comma = "";
    json_t *value;

    if (!json_is_object(object) || json_object_size(object) == 0)
        return;
    begin(w, name);
    g_string_append_c(w->out, '(');
    json_object_foreach ((json_t *)object, key, value) {
        g_string_append_printf(w->out, "%s\n    %s = ", comma, key);
        append_value(w, value);
        comma = ",";
    }
    g_string_append(w->out, "\n  )");
}

/* ---- kinds ----------------------------------------------------------------------------------- */

/* The properties inside kind NAME ( … ), each a line; brackets only when there are any. */
static void kind_line(struct writer *w, guint *lines, const char *name)
{
    g_string_append_printf(w->out, "%s\n    %s ", (*lines)++ ? "," : " (", name);
}

static void kind_count(struct writer *w, guint *lines, const char *name, int64_t value)
{
    if (value == 0)
        return;
    kind_line(w, lines, name);
    g_string_append_printf(w->out, "%" G_GINT64_FORMAT, value);
}

static void kind_text(struct writer *w, guint *lines, const char *name, const char *value,
                      bool quoted)
{
    g_autofree char *text = NULL;

    if (!value)
        return;
    text = quoted ? sql_quote_string(w->dialect, value) : g_strdup(value);
    kind_line(w, lines, name);
    g_string_append(w->out, text);
}

static void kind_flag(struct writer *w, guint *lines, const char *name, bool value)
{
    kind_text(w, lines, name, value ? "TRUE" : NULL, false);
}

static void kind_time_column(struct writer *w, guint *lines)
{
    const struct model *m = w->model;
    g_autofree char *format = NULL;

    if (!m->time_column)
        return;
    format = m->time_format ? sql_quote_string(w->dialect, m->time_format) : NULL;
    kind_line(w, lines, "time_column");
    if (format)
        g_string_append_printf(w->out, "(%s, %s)", m->time_column, format);
    else
        g_string_append(w->out, m->time_column);
}

static void kind_properties(struct writer *w, guint *lines)
{
    const char *name;
    json_t *value;

    json_object_foreach (w->model->kind_properties, name, value) {
        kind_line(w, lines, name);
        append_value(w, value);
    }
}

static void kind_seed(struct writer *w, guint *lines)
{
    const struct model_seed *s = w->model->seed;

    if (!s)
        return;
    kind_text(w, lines, "path", s->path, true);
    kind_text(w, lines, "csv_settings.delimiter", s->delimiter, true);
    kind_text(w, lines, "csv_settings.quotechar", s->quotechar, true);
    kind_text(w, lines, "csv_settings.escapechar", s->escapechar, true);
    kind_text(w, lines, "csv_settings.encoding", s->encoding, true);
    kind_count(w, lines, "batch_size", s->batch_size);
}

static void put_kind(struct writer *w)
{
    const struct model *m = w->model;
    guint lines = 0;

    put_word(w, "kind", model_kind_names[m->kind]);
    kind_time_column(w, &lines);
    kind_text(w, &lines, "partition_by_time_column", m->partition_by_time_column, false);
    kind_seed(w, &lines);
    kind_properties(w, &lines);
    kind_count(w, &lines, "batch_size", m->batch_size);
    kind_count(w, &lines, "batch_concurrency", m->batch_concurrency);
    kind_count(w, &lines, "lookback", m->lookback);
    kind_flag(w, &lines, "forward_only", m->forward_only);
    kind_flag(w, &lines, "disable_restatement", m->disable_restatement);
    kind_text(w, &lines, "on_destructive_change", m->on_destructive_change, true);
    kind_text(w, &lines, "on_additive_change", m->on_additive_change, true);
    if (lines > 0)
        g_string_append(w->out, "\n  )");
}

/* ---- columns and audits ---------------------------------------------------------------------- */

static void put_columns(struct writer *w)
{
    const GPtrArray *columns = w->model->columns;

    if (!columns || columns->len == 0)
        return;
    begin(w, "columns");
    for (guint i = 0; i < columns->len; i++) {
        const struct model_column *c = columns->pdata[i];
        g_autofree char *type = c->type ? pretty(w, c->type, sql_parse_type, false) : g_strdup("");

        g_string_append_printf(w->out, "%s\n    %s %s", i ? "," : "(", c->name, type);
    }
    g_string_append(w->out, "\n  )");
}

static void put_descriptions(struct writer *w)
{
    const GPtrArray *columns = w->model->column_descriptions;
    guint n = 0;

    for (guint i = 0; columns && i < columns->len; i++) {
        const struct model_column *c = columns->pdata[i];
        g_autofree char *text =
            c->description ? sql_quote_string(w->dialect, c->description) : NULL;

        if (!text)
            continue;
        if (n == 0)
            begin(w, "column_descriptions");
        g_string_append_printf(w->out, "%s\n    %s = %s", n++ ? "," : "(", c->name, text);
    }
    if (n > 0)
        g_string_append(w->out, "\n  )");
}

static void append_audit(struct writer *w, const struct model_audit *a)
{
    const char *name, *comma = "";
    json_t *value;

    g_string_append(w->out, a->name);
    if (json_object_size(a->arguments) == 0)
        return;
    g_string_append_c(w->out, '(');
    json_object_foreach (a->arguments, name, value) {
        g_string_append_printf(w->out, "%s%s := ", comma, name);
        append_value(w, value);
        comma = ", ";
    }
    g_string_append_c(w->out, ')');
}

static void put_audits(struct writer *w)
{
    const GPtrArray *audits = w->model->audits;

    if (!audits || audits->len == 0)
        return;
    begin(w, "audits");
    for (guint i = 0; i < audits->len; i++) {
        g_string_append(w->out, i ? ",\n    " : "(\n    ");
        append_audit(w, audits->pdata[i]);
    }
    g_string_append(w->out, "\n  )");
}

/* ---- the whole ------------------------------------------------------------------------------- */

static void put_block(struct writer *w)
{
    const struct model *m = w->model;

    if (m->description)
        g_string_append_printf(w->out, "/* %s */\n", m->description);
    g_string_append(w->out, "MODEL (");
    put_word(w, "name", m->name);
    put_word(w, "project", m->project);
    put_word(w, "stamp", m->stamp);
    put_word(w, "owner", m->owner);
    put_quoted(w, "start", m->start);
    put_quoted(w, "end", m->end);
    put_quoted(w, "cron", m->cron);
    put_quoted(w, "cron_tz", m->cron_tz);
    put_word(w, "interval_unit", m->interval_unit);
    put_list(w, "tags", m->tags, false);
    put_word(w, "dialect", m->dialect);
    put_kind(w);
    put_word(w, "table_format", m->table_format);
    put_word(w, "storage_format", m->storage_format);
    put_list(w, "partitioned_by", m->partitioned_by, true);
    put_list(w, "clustered_by", m->clustered_by, true);
    put_columns(w);
    put_descriptions(w);
    put_audits(w);
    put_list(w, "grains", m->grains, true);
    put_list(w, "references", m->references, true);
    put_object(w, "physical_properties", m->physical_properties);
    put_object(w, "virtual_properties", m->virtual_properties);
    put_object(w, "session_properties", m->session_properties);
    put_flag(w, "allow_partials", m->allow_partials);
    put_word(w, "gateway", m->gateway);
    g_string_append(w->out, "\n)\n");
}

static void put_statements(struct writer *w, const GPtrArray *list)
{
    for (guint i = 0; list && i < list->len; i++) {
        const struct model_statement *s = list->pdata[i];
        g_autofree char *text = pretty(w, s->sql, sql_parse_statement, true);

        g_string_append_printf(w->out, "%s\n", text);
    }
}

static void put_query(struct writer *w)
{
    g_autofree char *text =
        w->model->query ? pretty(w, w->model->query, sql_parse_query, true) : NULL;

    if (text)
        g_string_append_printf(w->out, "%s\n", text);
}

static void put_virtual_update(struct writer *w)
{
    const GPtrArray *list = w->model->on_virtual_update;

    if (!list || list->len == 0)
        return;
    g_string_append(w->out, "ON_VIRTUAL_UPDATE_BEGIN\n");
    put_statements(w, list);
    g_string_append(w->out, "ON_VIRTUAL_UPDATE_END\n");
}

char *project_definition_text(const json_t *definition, GError **error)
{
    g_autoptr(arena) a = arena_new();
    struct writer w = {.arena = a};

    w.model = model_from_definition(a, definition, error);
    if (!w.model)
        return NULL;
    w.dialect = sql_dialect_find(w.model->dialect, NULL);
    if (!w.dialect)
        w.dialect = sql_dialect_find(NULL, NULL);
    w.out = g_string_new(NULL);
    put_block(&w);
    put_statements(&w, w.model->definitions);
    put_statements(&w, w.model->pre);
    put_query(&w);
    put_statements(&w, w.model->post);
    put_virtual_update(&w);
    return g_string_free(w.out, FALSE);
}
