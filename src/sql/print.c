#include "sql/print_int.h"

#include <string.h>

void sql__put(struct printer *w, const char *text)
{
    g_string_append(w->out, text);
}

void sql__break(struct printer *w)
{
    if (!w->pretty) {
        g_string_append_c(w->out, ' ');
        return;
    }
    g_string_append_c(w->out, '\n');
    for (unsigned i = 0; i < w->indent; i++)
        g_string_append(w->out, "  ");
}

bool sql__print_around(struct printer *w, const struct sql_node *n, enum sql_slot slot,
                       const char *before, const char *separator, const char *after)
{
    bool any = false;

    for (const struct sql_node *c = n->child; c; c = c->next) {
        if (c->slot != slot)
            continue;
        sql__put(w, any ? separator : before);
        sql__print(w, c);
        any = true;
    }
    if (any)
        sql__put(w, after);
    return any;
}

bool sql__print_slot(struct printer *w, const struct sql_node *n, enum sql_slot slot,
                     const char *separator)
{
    return sql__print_around(w, n, slot, "", separator, "");
}

static void put_quoted(struct printer *w, const char *text, size_t len, char open)
{
    bool backslash = sql__has(w->dialect, SQLD_NAME_BACKSLASH);
    char close = open == '[' ? ']' : open;

    g_string_append_c(w->out, open);
    for (size_t i = 0; i < len; i++) {
        if (backslash && (text[i] == close || text[i] == '\\'))
            g_string_append_c(w->out, '\\');
        else if (text[i] == close)
            g_string_append_c(w->out, close);
        g_string_append_c(w->out, text[i]);
    }
    g_string_append_c(w->out, close);
}

static void put_escaped(struct printer *w, char c)
{
    static const char letters[256] = {
        ['\n'] = 'n', ['\t'] = 't', ['\r'] = 'r', ['\b'] = 'b', ['\f'] = 'f'};
    char letter = letters[(unsigned char)c];

    if (letter) {
        g_string_append_c(w->out, '\\');
        g_string_append_c(w->out, letter);
    } else if (c == '\0') {
        g_string_append(w->out, "\\0");
    } else {
        g_string_append_c(w->out, c);
    }
}

static void put_string(struct printer *w, const char *text, size_t len)
{
    bool backslash = sql__has(w->dialect, SQLD_BACKSLASH);
    const char *quote = sql__has(w->dialect, SQLD_BACKSLASH_ONLY) ? "\\'" : "''";

    g_string_append_c(w->out, '\'');
    for (size_t i = 0; i < len; i++) {
        if (text[i] == '\'')
            g_string_append(w->out, quote);
        else if (!backslash)
            g_string_append_c(w->out, text[i]);
        else if (text[i] == '\\')
            g_string_append(w->out, "\\\\");
        else
            put_escaped(w, text[i]);
    }
    g_string_append_c(w->out, '\'');
}

/* The quote a name was written with, if the dialect has it, else the dialect's own. */
static char quote_for(const struct sql_dialect *d, char quote)
{
    if ((quote == '`' && sql__has(d, SQLD_BACKTICK)) ||
        (quote == '[' && sql__has(d, SQLD_BRACKET_NAME)) ||
        (quote == '"' && d->rules->quote == '[') || (quote == '"' && d->rules->quote == '"'))
        return quote;
    return d->rules->quote;
}

void sql__print_name(struct printer *w, const struct sql_node *n)
{
    if (n->flags & SQL_VERBATIM)
        g_string_append_len(w->out, n->text, n->len);
    else if (n->quote == '\'')
        put_string(w, n->text, n->len);
    else if (n->quote)
        put_quoted(w, n->text, n->len, quote_for(w->dialect, n->quote));
    else
        g_string_append_len(w->out, n->text, n->len);
}

static void print_string(struct printer *w, const struct sql_node *n)
{
    if (n->flags & SQL_VERBATIM)
        g_string_append_len(w->out, n->text, n->len);
    else
        put_string(w, n->text, n->len);
}

static void print_text(struct printer *w, const struct sql_node *n)
{
    g_string_append_len(w->out, n->text, n->len);
}

static void print_list(struct printer *w, const struct sql_node *n)
{
    if (sql__print_slot(w, n, SLOT_TABLE, ", "))
        sql__print_joins(w, n);
    else
        sql__print_slot(w, n, SLOT_ARG, ", ");
}

/* Would a bracket right behind it be a macro's? */
static bool ends_in_macro(const struct sql_node *n)
{
    while (n->kind == SQL_TABLE && n->last)
        n = n->last;
    return n->kind == SQL_MACRO_VAR && !(n->flags & SQL_BRACED);
}

static void print_phrase(struct printer *w, const struct sql_node *n)
{
    const struct sql_node *before = NULL;

    for (const struct sql_node *c = n->child; c; before = c, c = c->next) {
        if (before && (!(c->flags & SQL_JOINED) || ends_in_macro(before)))
            sql__put(w, " ");
        sql__print(w, c);
    }
}

static void print_statement(struct printer *w, const struct sql_node *n)
{
    const struct sql_node *with = sql_child(n, SLOT_WITH);

    if (n->flags & SQL_OPAQUE) {
        print_text(w, n);
        return;
    }
    if (with) {
        sql__print(w, with);
        sql__break(w);
    }
    sql__print_slot(w, n, SLOT_ARG, " ");
}

static void print_tuple(struct printer *w, const struct sql_node *n)
{
    sql__put(w, "(");
    sql__print_slot(w, n, SLOT_ARG, ", ");
    sql__put(w, n->flags & SQL_COMMA_AFTER ? ",)" : ")");
}

static void print_column(struct printer *w, const struct sql_node *n)
{
    sql__print_slot(w, n, SLOT_PART, ".");
}

static void print_macro_var(struct printer *w, const struct sql_node *n)
{
    sql__put(w, n->flags & SQL_BRACED ? "@{" : "@");
    print_text(w, n);
    if (n->flags & SQL_BRACED)
        sql__put(w, "}");
}

static void print_macro_string(struct printer *w, const struct sql_node *n)
{
    sql__put(w, "@");
    if (n->quote == '"')
        put_quoted(w, n->text, n->len, '"');
    else
        put_string(w, n->text, n->len);
}

static void print_macro_call(struct printer *w, const struct sql_node *n)
{
    if (n->flags & SQL_CLAUSE) {
        sql__print_clause_macro(w, n);
        return;
    }
    sql__put(w, "@");
    print_text(w, n);
    sql__put(w, "(");
    sql__print_slot(w, n, SLOT_ARG, ", ");
    sql__put(w, ")");
    sql__print_after_call(w, n);
}

typedef void (*print_function)(struct printer *w, const struct sql_node *n);

static const print_function functions[SQL_KIND_COUNT] = {
    [SQL_LIST] = print_list,
    [SQL_SELECT] = sql__print_select,
    [SQL_SET_OPERATION] = sql__print_set_operation,
    [SQL_SUBQUERY] = sql__print_subquery,
    [SQL_VALUES] = sql__print_values,
    [SQL_WITH] = sql__print_with,
    [SQL_CTE] = sql__print_cte,
    [SQL_JOIN] = sql__print_join,
    [SQL_TABLE] = sql__print_table,
    [SQL_TABLE_FUNCTION] = sql__print_table_function,
    [SQL_ALIAS] = sql__print_alias,
    [SQL_COLUMN] = print_column,
    [SQL_IDENTIFIER] = sql__print_name,
    [SQL_STAR] = sql__print_star,
    [SQL_STRING] = print_string,
    [SQL_NUMBER] = print_text,
    [SQL_BOOLEAN] = print_text,
    [SQL_NULL] = print_text,
    [SQL_PARAMETER] = print_text,
    [SQL_UNARY] = sql__print_unary,
    [SQL_BINARY] = sql__print_binary,
    [SQL_BETWEEN] = sql__print_between,
    [SQL_IN] = sql__print_in,
    [SQL_CASE] = sql__print_case,
    [SQL_WHEN] = sql__print_when,
    [SQL_CAST] = sql__print_cast,
    [SQL_TYPE] = sql__print_type,
    [SQL_FUNCTION] = sql__print_function,
    [SQL_WINDOW] = sql__print_window,
    [SQL_PAREN] = sql__print_paren,
    [SQL_TUPLE] = print_tuple,
    [SQL_ARRAY] = sql__print_array,
    [SQL_STRUCT] = sql__print_struct,
    [SQL_LAMBDA] = sql__print_lambda,
    [SQL_PROPERTY] = sql__print_property,
    [SQL_INTERVAL] = sql__print_interval,
    [SQL_STATEMENT] = print_statement,
    [SQL_MACRO_VAR] = print_macro_var,
    [SQL_MACRO_CALL] = print_macro_call,
    [SQL_MACRO_STRING] = print_macro_string,
    [SQL_JINJA] = print_text,
    [SQL_KEYWORD] = print_text,
    [SQL_PHRASE] = print_phrase,
    [SQL_ORDER] = sql__print_order,
    [SQL_GROUP] = print_tuple,
    [SQL_PIVOT] = sql__print_pivot,
    [SQL_INDEX] = sql__print_index,
    [SQL_SLICE] = sql__print_slice,
};

void sql__print(struct printer *w, const struct sql_node *n)
{
    functions[n->kind](w, n);
}

void sql_print_to(GString *out, const struct sql_node *node, const struct sql_dialect *d)
{
    struct printer w = {.out = out, .dialect = d};

    sql__print(&w, node);
}

char *sql_print(const struct sql_node *node, const struct sql_dialect *d)
{
    GString *out = g_string_sized_new(256);

    sql_print_to(out, node, d);
    return g_string_free(out, FALSE);
}

char *sql_print_pretty(const struct sql_node *node, const struct sql_dialect *d)
{
    struct printer w = {.out = g_string_sized_new(256), .dialect = d, .pretty = true};

    sql__print(&w, node);
    return g_string_free(w.out, FALSE);
}

char *sql_quote_identifier(const struct sql_dialect *d, const char *name)
{
    struct printer w = {.out = g_string_new(NULL), .dialect = d};

    put_quoted(&w, name, strlen(name), d->rules->quote);
    return g_string_free(w.out, FALSE);
}

char *sql_quote_string(const struct sql_dialect *d, const char *value)
{
    struct printer w = {.out = g_string_new(NULL), .dialect = d};

    put_string(&w, value, strlen(value));
    return g_string_free(w.out, FALSE);
}
