/* blueprints.c -- a file that stands for several models, and the comment above a block. */
#include "project/project_int.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <string.h>

static json_t *to_json(struct reading *r, const struct sql_node *value);

static bool is_sql(const json_t *value)
{
    return json_is_object(value);
}

/* NULL: a value in it is SQL. */
static json_t *list_to_json(struct reading *r, const struct sql_node *value)
{
    g_autoptr(json_t) list = json_array();

    SQL_EACH_CHILD (value, c) {
        json_t *item = to_json(r, c);

        json_array_append_new(list, item);
        if (is_sql(item))
            return NULL;
    }
    return g_steal_pointer(&list);
}

/* Texts, numbers and lists of them are JSON; SQL is {sql, text} until it is bound. */
static json_t *to_json(struct reading *r, const struct sql_node *value)
{
    const char *text;

    if (value->kind == SQL_BOOLEAN)
        return json_boolean(sql_text_is_nocase(value, "true"));
    if (value->kind == SQL_NUMBER) {
        gint64 n;

        text = sql_text(r->arena, value);
        return g_ascii_string_to_signed(text, 10, G_MININT64, G_MAXINT64, &n, NULL)
                   ? json_integer(n)
                   : json_real(g_ascii_strtod(text, NULL));
    }
    if (value->kind == SQL_TUPLE || value->kind == SQL_ARRAY) {
        json_t *list = list_to_json(r, value);

        if (list)
            return list;
    }
    if (value->kind == SQL_STRING)
        return json_string(sql_text(r->arena, value));
    g_autofree char *sql = sql_print(value, r->dialect);
    text = project__scalar(r->arena, value);
    return json_pack("{s:s, s:s}", "sql", sql, "text", text ? text : sql);
}

static json_t *read_one(struct reading *r, struct sql_node *n, GError **error)
{
    GPtrArray *pairs = project__items(r->arena, n);
    json_t *object = project__keep_json(r->arena, json_object());

    for (guint i = 0; i < pairs->len; i++) {
        const struct sql_node *pair = pairs->pdata[i];
        const char *name;
        struct sql_node *value;

        if (!project__pair(pair, &name, &value, r->arena)) {
            project__fail(r, pair->at, error, "a blueprint is written (name := value, …).");
            return NULL;
        }
        g_autofree char *lower = g_ascii_strdown(name, -1);
        json_object_set_new(object, lower, to_json(r, value));
    }
    return object;
}

/* Written out, or given by a macro that needs no Python. */
static bool is_list_of_blueprints(struct reading *r, const struct property *p, struct sql_node *n,
                                  GError **error)
{
    g_auto(GStrv) unknown = NULL;

    if (n->kind == SQL_MACRO_VAR) {
        project__fail(r, p->value.at, error,
                      "blueprints are a list of (name := value, …), or a macro that gives one; "
                      "@EACH(@%s, x -> (name := @x)) makes one of a variable.",
                      sql_text(r->arena, n));
        return false;
    }
    if (n->kind != SQL_MACRO_CALL)
        return true;
    unknown = macro_unknown_calls(n, &r->macros);
    if (!*unknown)
        return true;
    project__fail(
        r, p->value.at, error,
        "the macro @%s, which gives the blueprints here, is in Python, which this version "
        "does not run.",
        *unknown);
    return false;
}

static GPtrArray *read_list(struct reading *r, const struct property *p, GError **error)
{
    struct sql_node *n = project__unexpanded(r, p, error);
    GPtrArray *items, *out = project__list(r->arena);
    const char *name;
    struct sql_node *value;

    if (!n)
        return NULL;
    if (!is_list_of_blueprints(r, p, n, error))
        return NULL;
    if (n->kind == SQL_MACRO_CALL && !(n = project__expression(r, p, error)))
        return NULL;
    items = project__items(r->arena, n);
    if (items->len > 0 && project__pair(items->pdata[0], &name, &value, r->arena)) {
        g_ptr_array_set_size(items, 0);
        g_ptr_array_add(items, n);
    }
    for (guint i = 0; i < items->len; i++) {
        json_t *one = read_one(r, items->pdata[i], error);

        if (!one)
            return NULL;
        g_ptr_array_add(out, one);
    }
    return out;
}

/* A value that is SQL (a column, an expression) is bound as @DEF binds: a text would be quoted. */
bool project__bind_blueprint(struct reading *r, GError **error)
{
    const char *name;
    json_t *value;

    json_object_foreach (r->draft->model->blueprint_variables, name, value) {
        const char *sql = json_get_string(value, "sql", NULL);
        struct model_statement *s;
        struct sql_node *n;
        struct source source;

        if (!sql)
            continue;
        s = arena_new_of(r->arena, struct model_statement);
        s->sql = arena_printf(r->arena, "@DEF(%s, %s)", name, sql);
        source = (struct source){"a blueprint", s->sql, strlen(s->sql)};
        if (!(n = sql_parse_statement(r->arena, &source, r->dialect, error)))
            return false;
        project__hash(r->draft->data, s->sql);
        g_ptr_array_add(r->draft->definitions, n);
        g_ptr_array_add(r->draft->model->definitions, s);
    }
    json_object_foreach (r->draft->model->blueprint_variables, name, value)
        if (is_sql(value)) {
            json_t *text = json_incref(json_object_get(value, "text"));

            json_object_set_new(r->draft->model->blueprint_variables, name, text);
        }
    project__start_reading(r, r->loader, r->draft);
    return true;
}

GPtrArray *project__read_blueprints(struct reading *r, GError **error)
{
    GArray *ranges = sql_split(&r->source, r->dialect), *properties = NULL;
    GPtrArray *out = NULL;

    if (ranges->len > 0 && project__is_block(&r->source, r->dialect,
                                             g_array_index(ranges, struct sql_range, 0), "MODEL"))
        properties = project__read_block(r, g_array_index(ranges, struct sql_range, 0), error);
    for (guint i = 0; properties && i < properties->len; i++) {
        const struct property *p = &g_array_index(properties, struct property, i);

        if (strcmp(p->name, "blueprints") == 0)
            out = read_list(r, p, error);
    }
    if (properties)
        g_array_unref(properties);
    g_array_unref(ranges);
    return out;
}

/* Comments above the block are its description when it has none. */
bool project__describe_block(struct reading *r, uint32_t end)
{
    g_autoptr(GString) out = g_string_new("");
    const char *text = r->source.text;

    for (uint32_t at = 0; at + 1 < end && !r->draft->model->description;) {
        const char *from = text + at + 2, *to;

        if (text[at] == '-' && text[at + 1] == '-')
            to = memchr(from, '\n', (size_t)(text + end - from));
        else if (text[at] == '/' && text[at + 1] == '*')
            to = strstr(from, "*/");
        else {
            at++;
            continue;
        }
        to = to && to < text + end ? to : text + end;
        g_autofree char *line = g_strndup(from, (size_t)(to - from));
        g_string_append_printf(out, "%s%s", out->len > 0 ? "\n" : "", g_strstrip(line));
        at = (uint32_t)(to - text) + (text[at] == '/' ? 2 : 1);
    }
    if (out->len > 0)
        r->draft->model->description = arena_strdup(r->arena, out->str);
    return true;
}
