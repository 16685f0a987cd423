/* columns.c -- columns that a MODEL block declares, and comments in a query that describe them. */
#include "project/project_int.h"
#include "sql/keyword.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <string.h>

/* A column's name from its token, by the dialect. */
static const char *column_name(struct arena *a, const struct source *s, const struct sql_dialect *d,
                               const struct sql_token *t)
{
    const char *text = s->text + t->at;
    bool quoted = t->kind != T_WORD;
    struct sql_node *n = sql_node_new(a, SQL_IDENTIFIER, quoted ? text + 1 : text,
                                      quoted ? (long)t->len - 2 : (long)t->len);

    n->quote = quoted ? (uint8_t)*text : 0;
    return sql_normalize(a, n, d);
}

/* The COMMENT 'text' behind a type ends it. */
static const char *cut_comment(struct reading *r, struct sql_range *type)
{
    uint32_t end = type->at + type->len;
    struct sql_lexer lx;

    sql_lexer_init(&lx, &r->source, r->dialect);
    lx.at = type->at;
    for (struct sql_token t = sql_lexer_next(&lx); t.kind != T_END && t.at < end;
         t = sql_lexer_next(&lx)) {
        struct sql_token text;

        if (!sql_token_is(&r->source, &t, "COMMENT"))
            continue;
        text = sql_lexer_next(&lx);
        if (text.kind != T_STRING || text.at >= end)
            return NULL;
        type->len = t.at - type->at;
        return arena_strndup(r->arena, r->source.text + text.at + 1, text.len - 2);
    }
    return NULL;
}

static struct sql_node *read_type(struct reading *r, struct sql_range at, GError **error)
{
    struct source s = {r->source.name, r->source.text + at.at, at.len};
    GError *e = NULL;
    struct sql_node *type = sql_parse_type(r->arena, &s, r->dialect, &e);

    if (type && memchr(s.text, '@', s.len)) {
        r->macros.source = NULL;
        type = macro_expand(r->arena, type, &r->macros, &e);
    }
    if (!type) {
        project__fail(r, at.at, error, "this is no type that can be read%s%s",
                      e && memchr(s.text, '@', s.len) ? ": " : ".",
                      e && memchr(s.text, '@', s.len) ? e->message : "");
        g_clear_error(&e);
    }
    return type;
}

static bool add_column(struct reading *r, struct sql_range part, GString *canonical, GError **error)
{
    struct sql_token name = project__token_at(r, part.at);
    struct model_column *c = arena_new_of(r->arena, struct model_column);
    struct sql_range type = {.at = name.at + name.len};
    struct sql_node *n;

    if (name.kind != T_WORD && name.kind != T_QUOTED)
        return project__fail(r, part.at, error, "the name of a column is expected here.");
    type.len = part.at + part.len - type.at;
    c->name = column_name(r->arena, &r->source, r->dialect, &name);
    if (type.len == 0)
        return project__fail(r, part.at, error, "the type of the column \"%s\" is missing.",
                             c->name);
    type.at = project__token_at(r, type.at).at;
    type.len = part.at + part.len - type.at;
    c->description = cut_comment(r, &type);
    if (!(n = read_type(r, type, error)))
        return false;
    g_autofree char *text = sql_print(n, r->dialect);
    c->type = arena_strdup(r->arena, text);
    g_string_append_printf(canonical, "%s ", c->name);
    sql_canonical_to(canonical, n, r->dialect);
    g_string_append_c(canonical, '\n');
    g_ptr_array_add(r->draft->model->columns, c);
    return true;
}

bool project__set_columns(struct reading *r, const struct property_row *row,
                          const struct property *p, GError **error)
{
    GArray *parts = project__read_list(r, p->value, error);
    g_autoptr(GString) canonical = g_string_new("");
    bool ok = parts != NULL;

    r->draft->model->columns = project__list(r->arena);
    for (guint i = 0; ok && i < parts->len; i++)
        ok = add_column(r, g_array_index(parts, struct sql_range, i), canonical, error);
    if (parts)
        g_array_unref(parts);
    g_hash_table_insert(r->draft->canonical, (char *)row->name,
                        arena_strdup(r->arena, canonical->str));
    return ok;
}

static void describe(struct draft *d, const char *name, const char *description)
{
    struct model_column *c = arena_new_of(d->arena, struct model_column);

    c->name = name;
    c->description = description;
    g_ptr_array_add(d->model->column_descriptions, c);
}

bool project__set_column_descriptions(struct reading *r, const struct property_row *row,
                                      const struct property *p, GError **error)
{
    struct sql_node *n = project__expression(r, p, error);
    GPtrArray *items = n ? project__items(r->arena, n) : NULL;

    (void)row;
    r->draft->model->column_descriptions = project__list(r->arena);
    r->draft->has_descriptions = true;
    for (guint i = 0; items && i < items->len; i++) {
        const struct sql_node *item = items->pdata[i];
        const char *name, *text;
        struct sql_node *value, *key;

        if (!project__pair(item, &name, &value, r->arena) ||
            !(text = project__scalar(r->arena, value)))
            return project__fail(r, item->at, error,
                                 "a description is written as column = 'text'.");
        key = item->kind == SQL_BINARY ? sql_child(item, SLOT_LEFT) : NULL;
        if (key && key->kind == SQL_COLUMN && key->child)
            name = sql_normalize(r->arena, key->child, r->dialect);
        describe(r->draft, name, text);
    }
    return items != NULL;
}

/* ---- comments behind projections ------------------------------------------------------------- */

struct commenter {
    struct draft *draft;
    struct sql_lexer lexer;
    struct sql_token before; /* the token before this one */
    struct sql_token last;   /* of the projection; T_END when it has none yet */
    struct sql_node *node;   /* the projection; NULL: behind the last one */
    const char *comment;     /* of the projection */
    const char *ended_name;  /* the projection the last comma ended */
    const char *ended_comment;
};

/* The text of the comment at `at`; *end is moved behind it. */
static const char *comment_at(struct arena *a, const char *text, uint32_t at, uint32_t limit,
                              uint32_t *end)
{
    const char *from = text + at + 2, *stop = text + limit, *to;
    char *copy;

    if (text[at] == '-') {
        to = memchr(from, '\n', (size_t)(stop - from));
        *end = to ? (uint32_t)(to - text) : limit;
        to = to ? to : stop;
    } else {
        for (to = from; to + 1 < stop && !(to[0] == '*' && to[1] == '/'); to++)
            ;
        *end = MIN((uint32_t)(to - text) + 2, limit);
    }
    copy = arena_strndup(a, from, (size_t)(to - from));
    return g_strstrip(copy);
}

static bool begins_comment(const char *text, uint32_t at, uint32_t end)
{
    return at + 1 < end &&
           ((text[at] == '-' && text[at + 1] == '-') || (text[at] == '/' && text[at + 1] == '*'));
}

/* A comment belongs to the token before it when it stands on its line, else to the next one. */
static void take_comment(struct commenter *c, const struct sql_token *next, bool same_line,
                         const char *text)
{
    bool after_comma = c->before.kind == T_OPERATOR && c->before.op == OP_COMMA;
    bool before_comma = next->kind == T_OPERATOR && next->op == OP_COMMA;

    if (same_line && after_comma)
        c->ended_comment = text;
    else if (same_line ? c->last.kind != T_END : before_comma || next->kind != T_END)
        c->comment = text;
}

static void take_gap(struct commenter *c, const struct sql_token *next)
{
    const struct source *s = c->lexer.source;
    uint32_t at = c->before.at + c->before.len, end = MIN(next->at, (uint32_t)s->len);
    bool same_line = true;

    while (at < end) {
        if (begins_comment(s->text, at, end)) {
            const char *text = comment_at(c->draft->arena, s->text, at, end, &at);
            take_comment(c, next, same_line, text);
        } else {
            same_line = same_line && s->text[at] != '\n';
            at++;
        }
    }
}

static void flush_ended(struct commenter *c)
{
    if (c->ended_name && c->ended_comment && *c->ended_comment)
        describe(c->draft, c->ended_name, c->ended_comment);
    c->ended_name = c->ended_comment = NULL;
}

/* What a projection is called: by its alias, or as the column it is or casts. */
static const char *projection_name(const struct draft *d, const struct sql_node *n)
{
    while (n && (n->kind == SQL_CAST || n->kind == SQL_PAREN))
        n = n->child;
    if (n && n->kind == SQL_COLUMN)
        n = n->last;
    if (!n || !n->text || (n->kind != SQL_ALIAS && n->kind != SQL_IDENTIFIER) ||
        n->flags & SQL_TEMPLATE)
        return NULL;
    return sql_normalize(d->arena, n, d->dialect);
}

static struct sql_node *next_projection(struct sql_node *n)
{
    while (n && n->slot != SLOT_PROJECTION)
        n = n->next;
    return n;
}

static void end_projection(struct commenter *c)
{
    flush_ended(c);
    if (c->last.kind != T_END && c->node) {
        c->ended_name = projection_name(c->draft, c->node);
        c->node = next_projection(c->node->next);
    }
    c->ended_comment = c->comment;
    c->comment = NULL;
    c->last = (struct sql_token){.kind = T_END};
}

static bool ends_list(const struct commenter *c, const struct sql_token *t)
{
    static const char *const words[] = {"FROM",    "WHERE",  "GROUP", "ORDER",
                                        "LIMIT",   "HAVING", "UNION", "INTERSECT",
                                        "QUALIFY", "WINDOW", "EXCEPT"};

    if (t->kind == T_END || (t->kind == T_OPERATOR && t->op == OP_SEMICOLON))
        return true;
    for (size_t i = 0; t->kind == T_WORD && i < G_N_ELEMENTS(words); i++)
        if (sql_token_is(c->lexer.source, t, words[i]))
            return true;
    return false;
}

static int depth_change(const struct sql_token *t)
{
    if (t->kind != T_OPERATOR)
        return 0;
    return t->op == OP_LPAREN || t->op == OP_LBRACKET || t->op == OP_LBRACE   ? 1
           : t->op == OP_RPAREN || t->op == OP_RBRACKET || t->op == OP_RBRACE ? -1
                                                                              : 0;
}

static void read_projections(struct commenter *c)
{
    struct sql_token t = c->before;
    int depth = 0;

    for (t = sql_lexer_next(&c->lexer);; t = sql_lexer_next(&c->lexer)) {
        if (depth == 0) {
            take_gap(c, &t);
            if (ends_list(c, &t))
                break;
        }
        depth += depth_change(&t);
        if (depth == 0 && t.kind == T_OPERATOR && t.op == OP_COMMA)
            end_projection(c);
        else {
            if (c->last.kind == T_END)
                flush_ended(c);
            c->last = t;
        }
        c->before = t;
        if (t.kind == T_END)
            break;
    }
    end_projection(c);
    flush_ended(c);
}

void project__describe_columns(struct draft *d)
{
    struct commenter c = {.draft = d, .last = {.kind = T_END}};
    const char *query = d->model->query;
    struct sql_node *select = d->query;
    int depth = 0;

    if (d->has_descriptions || !query || (!strstr(query, "--") && !strstr(query, "/*")))
        return;
    while (select && select->kind == SQL_SET_OPERATION)
        select = sql_child(select, SLOT_LEFT);
    if (!select || select->kind != SQL_SELECT)
        return;
    c.node = next_projection(select->child);
    sql_lexer_init(&c.lexer, &d->source, d->dialect);
    c.lexer.at = (uint32_t)d->model->query_at;
    for (struct sql_token t = sql_lexer_next(&c.lexer); t.kind != T_END;
         t = sql_lexer_next(&c.lexer)) {
        depth += depth_change(&t);
        if (depth == 0 && sql_token_is(&d->source, &t, "SELECT")) {
            c.before = t;
            read_projections(&c);
            return;
        }
        if (depth == 0 && t.kind == T_OPERATOR && t.op == OP_SEMICOLON)
            return;
    }
}
