/* A definition as lines for a person: the MODEL block in SQLMesh's layout, and the statements. */
#include "project/text_int.h"

#include "sql/parse.h"
#include "sql/print.h"

#include <string.h>

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

void project__put_word(struct writer *w, const char *name, const char *value)
{
    if (!value || !*value)
        return;
    begin(w, name);
    g_string_append(w->out, value);
}

static void put_quoted(struct writer *w, const char *name, const char *value)
{
    g_autofree char *quoted = value ? sql_quote_string(w->dialect, value) : NULL;

    project__put_word(w, name, quoted);
}

static void put_flag(struct writer *w, const char *name, bool value)
{
    if (value)
        project__put_word(w, name, "TRUE");
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

void project__append_value(struct writer *w, const json_t *value)
{
    g_autofree char *text = json_scalar_text(value);
    size_t i;
    json_t *item;

    if (json_is_array(value)) {
        g_string_append_c(w->out, '(');
        json_array_foreach (value, i, item) {
            g_string_append(w->out, i ? ", " : "");
            project__append_value(w, item);
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
        project__append_value(w, value);
        comma = ",";
    }
    g_string_append(w->out, "\n  )");
}

/* ---- columns and audits ---------------------------------------------------------------------- */

/* A type as it is printed; the case of its first word says nothing. */
static char *type_text(struct writer *w, const char *type)
{
    char *text = pretty(w, type, sql_parse_type, false);

    for (char *c = text; *c && *c != '(' && *c != '<' && *c != '"'; c++)
        *c = g_ascii_toupper(*c);
    return text;
}

static void put_columns(struct writer *w)
{
    const GPtrArray *columns = w->model->columns;

    if (!columns || columns->len == 0)
        return;
    begin(w, "columns");
    for (guint i = 0; i < columns->len; i++) {
        const struct model_column *c = columns->pdata[i];
        g_autofree char *type = c->type ? type_text(w, c->type) : g_strdup("");

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
        project__append_value(w, value);
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
    project__put_word(w, "name", m->name);
    project__put_word(w, "project", m->project);
    project__put_word(w, "stamp", m->stamp);
    project__put_word(w, "owner", m->owner);
    put_quoted(w, "start", m->start);
    put_quoted(w, "end", m->end);
    put_quoted(w, "cron", m->cron);
    put_quoted(w, "cron_tz", m->cron_tz);
    project__put_word(w, "interval_unit", m->interval_unit);
    put_list(w, "tags", m->tags, false);
    project__put_word(w, "dialect", m->dialect);
    project__put_kind(w);
    project__put_word(w, "table_format", m->table_format);
    project__put_word(w, "storage_format", m->storage_format);
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
    project__put_word(w, "gateway", m->gateway);
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
