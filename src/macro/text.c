#include "macro/macro_int.h"
#include "sql/keyword.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <string.h>

char *macro__print(struct macro_run *run, const struct sql_node *node)
{
    g_autofree char *text = sql_print(node, run->context->dialect);
    return arena_strdup(run->arena, text);
}

char *macro__print_operand(struct macro_run *run, const struct sql_node *node)
{
    char *text = macro__print(run, node);
    bool operation = node->kind == SQL_BINARY || node->kind == SQL_UNARY ||
                     node->kind == SQL_BETWEEN || node->kind == SQL_IN;
    return operation ? arena_printf(run->arena, "(%s)", text) : text;
}

static bool begins_query(const char *text)
{
    static const char *const words[] = {"SELECT", "WITH", "FROM", "VALUES"};
    while (g_ascii_isspace(*text))
        text++;
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++) {
        size_t n = strlen(words[i]);
        if (g_ascii_strncasecmp(text, words[i], n) == 0 && !g_ascii_isalnum(text[n]) &&
            text[n] != '_')
            return true;
    }
    return false;
}

/* "a AS b", "a, b": read as the projections of a query. */
static struct sql_node *parse_projections(struct macro_run *run, const char *text)
{
    char *query = arena_printf(run->arena, "SELECT %s", text);
    struct source source = {"the text", query, strlen(query)};
    g_autoptr(GError) error = NULL;
    struct sql_node *select = sql_parse_query(run->arena, &source, run->context->dialect, &error);
    if (!select || select->kind != SQL_SELECT)
        return NULL;
    SQL_EACH_CHILD (select, c)
        if (c->slot != SLOT_PROJECTION)
            return NULL;
    return select->child;
}

static struct sql_node *parse_statement(struct macro_run *run, const struct source *source)
{
    struct sql_node *n = sql_parse_statement(run->arena, source, run->context->dialect, NULL);
    return n && !(n->flags & SQL_OPAQUE) ? n : NULL;
}

/* The places of nodes read from a macro's text are those of the macro. */
static void set_place(struct sql_node *node, uint32_t at)
{
    node->at = at;
    SQL_EACH_CHILD (node, c)
        set_place(c, at);
}

struct sql_node *macro__parse(struct macro_run *run, const char *text, const struct sql_node *at)
{
    if (run->error)
        return NULL;
    struct source source = {"the text", text, strlen(text)};
    const struct sql_dialect *d = run->context->dialect;
    g_autoptr(GError) error = NULL;
    struct sql_node *n = begins_query(text) ? sql_parse_query(run->arena, &source, d, &error)
                                            : sql_parse_expression(run->arena, &source, d, &error);
    if (!n)
        n = parse_projections(run, text);
    if (!n)
        n = parse_statement(run, &source);
    if (!n)
        return macro__fail(run, at, "this macro gives \"%s\", which is no SQL: %s", text,
                           error->message);
    for (struct sql_node *c = n; c; c = c->next)
        set_place(c, at ? at->at : 0);
    return n;
}

struct sql_node *macro__parse_table(struct macro_run *run, const char *text,
                                    const struct sql_node *at)
{
    if (*text == '(')
        return macro__parse(run, text, at);
    struct source source = {"the text", text, strlen(text)};
    g_autoptr(GError) error = NULL;
    struct sql_node *n = sql_parse_table(run->arena, &source, run->context->dialect, &error);
    if (!n)
        return macro__fail(run, at, "\"%s\" is no table's name: %s", text, error->message);
    set_place(n, at ? at->at : 0);
    return n;
}

struct sql_node *macro__string(struct macro_run *run, const char *text)
{
    struct sql_node *n = sql_node_new(run->arena, SQL_STRING, text, -1);
    n->quote = '\'';
    return n;
}

static bool is_safe_name(const char *text)
{
    if (!g_ascii_isalpha(*text) && *text != '_')
        return false;
    for (; *text; text++)
        if (!g_ascii_isalnum(*text) && *text != '_')
            return false;
    return true;
}

struct sql_node *macro__identifier(struct macro_run *run, const char *text, bool quoted)
{
    struct sql_node *n = sql_node_new(run->arena, SQL_IDENTIFIER, text, -1);
    if (quoted || !is_safe_name(text)) {
        g_autofree char *sample = sql_quote_identifier(run->context->dialect, "x");
        n->quote = (uint8_t)*sample;
    }
    return n;
}

struct sql_node *macro__column(struct macro_run *run, struct sql_node *identifier)
{
    struct sql_node *n = sql_node_new(run->arena, SQL_COLUMN, NULL, 0);
    sql_append(n, SLOT_PART, identifier);
    return n;
}

struct sql_node *macro__alias(struct macro_run *run, struct sql_node *expression,
                              const struct sql_node *name)
{
    struct sql_node *n = sql_node_new(run->arena, SQL_ALIAS, name->text, name->len);
    n->quote = name->quote;
    sql_append(n, SLOT_EXPRESSION, expression);
    return n;
}

const char *macro__name(struct macro_run *run, const struct sql_node *node)
{
    if (node->kind == SQL_COLUMN && node->child && !node->child->next)
        node = node->child;
    if (node->kind != SQL_IDENTIFIER && (node->kind != SQL_STRING || node->flags & SQL_VERBATIM))
        return NULL;
    return sql_text(run->arena, node);
}

char *macro__bare(struct macro_run *run, const struct sql_node *node)
{
    const char *name = macro__name(run, node);
    return name ? arena_strdup(run->arena, name) : macro__print(run, node);
}

/* Length of a name as templates have it: a letter or _, then digits too. */
static size_t name_length(const char *text, size_t len)
{
    size_t n = 0;
    while (n < len &&
           (g_ascii_isalpha(text[n]) || text[n] == '_' || (n > 0 && g_ascii_isdigit(text[n]))))
        n++;
    return n;
}

/* At "@": the name behind it and the length of all; 0 when there is none. */
static size_t reference(const char *text, size_t len, const char **name, size_t *name_len)
{
    bool braced = len > 1 && text[1] == '{';
    *name = text + 1 + braced;
    *name_len = len > 1 ? name_length(*name, len - 1 - braced) : 0;
    size_t end = 1 + braced + *name_len;
    if (*name_len == 0 || (braced && (end >= len || text[end] != '}')))
        return 0;
    return end + braced;
}

void macro__template_names(const char *text, size_t len,
                           void (*see)(const char *name, size_t len, void *data), void *data)
{
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '@')
            continue;
        const char *name;
        size_t name_len;
        if (i + 1 < len && text[i + 1] == '@') {
            i++;
        } else if (reference(text + i, len - i, &name, &name_len)) {
            see(name, name_len, data);
        }
    }
}

char *macro__template(struct macro_run *run, const char *text, size_t len)
{
    g_autoptr(GString) out = g_string_sized_new(len + 16);
    for (size_t i = 0; i < len;) {
        const char *name;
        size_t name_len, all = 0;
        struct sql_node *value = NULL;
        if (text[i] == '@' && i + 1 < len && text[i + 1] == '@') {
            g_string_append_c(out, '@');
            i += 2;
            continue;
        }
        if (text[i] == '@' && (all = reference(text + i, len - i, &name, &name_len)) > 0)
            value = macro__variable(run, arena_strndup(run->arena, name, name_len), SQL_ARRAY);
        if (value) {
            g_string_append(out, macro__bare(run, value));
            i += all;
        } else {
            g_string_append_c(out, text[i++]);
        }
    }
    return arena_strndup(run->arena, out->str, out->len);
}
