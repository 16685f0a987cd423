/* sql_read.c -- what `heddle sql` says of a text as it is read and printed again. */
#include "cli/sql_int.h"

#include "sql/keyword.h"
#include "sql/print.h"
#include "sql/scope.h"

#include <string.h>

static const char *const token_names[] = {
    [T_END] = "end",        [T_WORD] = "word",           [T_QUOTED] = "name",
    [T_STRING] = "string",  [T_NUMBER] = "number",       [T_OPERATOR] = "operator",
    [T_AT] = "macro",       [T_PARAMETER] = "parameter", [T_JINJA] = "jinja",
    [T_BAD] = "unreadable", [T_UNCLOSED] = "unclosed",
};

json_t *cli__sql_text(const char *text, size_t len)
{
    g_autofree char *valid =
        g_utf8_validate(text, (gssize)len, NULL)
            ? NULL
            : g_convert(text, (gssize)len, "UTF-8", "ISO-8859-1", NULL, NULL, NULL);

    return valid ? json_string(valid) : json_stringn(text, len);
}

json_t *cli__sql_tokens(const struct cli_sql *s, const struct source *source, GError **error)
{
    json_t *out = json_array();
    struct sql_lexer lx;

    (void)error;
    sql_lexer_init(&lx, source, s->dialect);
    for (struct sql_token t = sql_lexer_next(&lx); t.kind != T_END; t = sql_lexer_next(&lx)) {
        unsigned line, column;

        source_place(source, t.at, &line, &column);
        json_array_append_new(out, json_pack("{s:s, s:o, s:i, s:i}", "kind", token_names[t.kind],
                                             "text", cli__sql_text(source->text + t.at, t.len),
                                             "line", (int)line, "column", (int)column));
    }
    return out;
}

void cli__sql_show_tokens(const json_t *answer)
{
    size_t i;
    json_t *t;

    json_array_foreach (answer, i, t) {
        g_autofree char *place = g_strdup_printf("%d:%d", (int)json_get_int(t, "line", 0),
                                                 (int)json_get_int(t, "column", 0));

        printf("%-9s %-10s %s\n", place, json_get_string(t, "kind", ""),
               json_get_string(t, "text", ""));
    }
}

static json_t *flags_json(uint32_t flags)
{
    json_t *out = json_array();

    for (unsigned bit = 0; bit < 32; bit++)
        if (flags >> bit & 1 && sql_flag_name(bit))
            json_array_append_new(out, json_string(sql_flag_name(bit)));
    return out;
}

/* Members of a node that say something. */
static json_t *node_json(const struct sql_node *n)
{
    json_t *out = json_object(), *children = n->child ? json_array() : NULL;

    if (n->slot != SLOT_NONE)
        json_object_set_new(out, "slot", json_string(sql_slot_name(n->slot)));
    json_object_set_new(out, "kind", json_string(sql_kind_name(n->kind)));
    if (n->op)
        json_object_set_new(out, "op", json_string(sql_op_text(n->op)));
    if (n->text)
        json_object_set_new(out, "text", cli__sql_text(n->text, n->len));
    if (n->quote)
        json_object_set_new(out, "quote", cli__sql_text((const char *)&n->quote, 1));
    if (n->flags)
        json_object_set_new(out, "flags", flags_json(n->flags));
    for (const struct sql_node *c = n->child; c; c = c->next)
        json_array_append_new(children, node_json(c));
    if (children)
        json_object_set_new(out, "children", children);
    return out;
}

static json_t *tree_of(const struct cli_sql *s, struct arena *a, struct sql_node *n,
                       const struct source *source)
{
    (void)s, (void)a, (void)source;
    return node_json(n);
}

json_t *cli__sql_tree(const struct cli_sql *s, const struct source *source, GError **error)
{
    return cli__sql_statements(s, source, tree_of, error);
}

static void show_node(const json_t *n, int indent)
{
    const char *text = json_get_string(n, "text", NULL), *op = json_get_string(n, "op", NULL);
    const char *slot = json_get_string(n, "slot", NULL);
    size_t i;
    json_t *each;

    printf("%*s%s%s%s", indent, "", slot ? slot : "", slot ? " " : "",
           json_get_string(n, "kind", ""));
    if (op)
        printf(" %s", op);
    if (text)
        printf(" '%s'", text);
    json_array_foreach (json_object_get(n, "flags"), i, each)
        printf(" %s", json_string_value(each));
    putchar('\n');
    json_array_foreach (json_object_get(n, "children"), i, each)
        show_node(each, indent + 2);
}

void cli__sql_show_tree(const json_t *answer)
{
    size_t i;
    json_t *n;

    json_array_foreach (answer, i, n)
        show_node(n, 0);
}

static json_t *print_of(const struct cli_sql *s, struct arena *a, struct sql_node *n,
                        const struct source *source)
{
    g_autofree char *text = sql_print(n, s->to ? s->to : s->dialect);

    (void)a, (void)source;
    return cli__sql_text(text, strlen(text));
}

json_t *cli__sql_print(const struct cli_sql *s, const struct source *source, GError **error)
{
    return cli__sql_statements(s, source, print_of, error);
}

void cli__sql_show_statements(const json_t *answer)
{
    size_t i;
    json_t *text;

    json_array_foreach (answer, i, text)
        printf("%s;\n", json_string_value(text));
}

void cli__sql_show_lines(const json_t *texts)
{
    size_t i;
    json_t *text;

    json_array_foreach (texts, i, text)
        puts(json_string_value(text));
}

static json_t *canonical_of(const struct cli_sql *s, struct arena *a, struct sql_node *n,
                            const struct source *source)
{
    g_autofree char *text = sql_canonical(n, s->dialect);

    (void)a, (void)source;
    return cli__sql_text(text, strlen(text));
}

json_t *cli__sql_canonical(const struct cli_sql *s, const struct source *source, GError **error)
{
    return cli__sql_statements(s, source, canonical_of, error);
}

/* The parts of a table's name as written, without quotes. */
static char *name_of(const struct sql_node *table)
{
    GString *name = g_string_new(NULL);

    for (const struct sql_node *c = table->child; c; c = c->next) {
        if (c->slot != SLOT_PART || c->len == 0)
            continue;
        g_string_append(name, name->len > 0 ? "." : c->kind == SQL_MACRO_VAR ? "@" : "");
        g_string_append_len(name, c->text, c->len);
    }
    return g_string_free(name, FALSE);
}

struct names {
    GHashTable *seen;
    json_t *list;
};

static void add_name(struct names *names, const struct sql_node *table)
{
    char *name = name_of(table);

    if (*name && !g_hash_table_contains(names->seen, name))
        json_array_append_new(names->list, cli__sql_text(name, strlen(name)));
    g_hash_table_add(names->seen, name);
}

/* Files, stages and variables that stand for a table: no model can be meant, but they are read. */
static enum sql_visit add_nameless(struct sql_node *n, void *names)
{
    const struct sql_node *part = n->kind == SQL_TABLE ? sql_child(n, SLOT_PART) : NULL;

    if (part && part->kind != SQL_IDENTIFIER)
        add_name(names, n);
    return SQL_GO_IN;
}

json_t *cli__sql_tables_of(struct arena *a, struct sql_node *n, const struct sql_dialect *d)
{
    g_autoptr(GPtrArray) tables = sql_tables(a, n, d);
    g_autoptr(GHashTable) seen = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    struct names names = {seen, json_array()};

    for (guint i = 0; i < tables->len; i++) {
        const struct sql_table *t = tables->pdata[i];

        add_name(&names, t->node);
    }
    sql_walk(n, add_nameless, &names);
    return names.list;
}

/* One list for all statements, each table once. */
static json_t *tables_of(const struct cli_sql *s, struct arena *a, struct sql_node *n,
                         const struct source *source)
{
    (void)source;
    return cli__sql_tables_of(a, n, s->dialect);
}

json_t *cli__sql_tables(const struct cli_sql *s, const struct source *source, GError **error)
{
    g_autoptr(json_t) lists = cli__sql_statements(s, source, tables_of, error);
    g_autoptr(GHashTable) seen = g_hash_table_new(g_str_hash, g_str_equal);
    json_t *out = lists ? json_array() : NULL, *list, *name;
    size_t i, k;

    json_array_foreach (lists, i, list)
        json_array_foreach (list, k, name)
            if (g_hash_table_add(seen, (char *)json_string_value(name)))
                json_array_append(out, name);
    return out;
}
