#include "sql/parse_int.h"

#include <stdarg.h>
#include <string.h>

ERROR_DOMAIN_DEFINE(sql)

enum {
    MAX_HEIGHT = 3000,  /* of a tree: code that walks trees recurses */
    BATCH = 8,          /* nodes taken from the arena at a time */
    LOOK_AHEAD = 8,     /* tokens the parser may look at behind the current one */
    NODES_A_TOKEN = 64, /* no statement takes so many: a reader that makes no way would */
};

void sql__fail(struct parser *p, int code, const char *format, ...)
{
    g_autofree char *what = NULL;
    va_list args;

    if (p->failed)
        return;
    p->failed = true;
    if (!p->trying) {
        va_start(args, format);
        what = g_strdup_vprintf(format, args);
        va_end(args);
        error_set_at(p->error, sql_error(), code, p->source, p->t->at, "%s", what);
    }
    p->t = p->end;
}

static void fail_unclosed(struct parser *p)
{
    char first = p->source->text[p->t->at];
    const char *what = first == '/' || first == '-' ? "comment" : first == '{' ? "block" : "quote";

    sql__fail(p, ERROR_INVALID, "this %s is never closed.", what);
}

/* Where a fault lies is often not where it is noticed. */
static void hint_open(struct parser *p)
{
    unsigned line, column;

    if (!p->open)
        return;
    source_place(p->source, p->open->at, &line, &column);
    error_hint(p->error, "the \"%.*s\" at line %u, column %u is still open here.",
               (int)p->open->len, p->source->text + p->open->at, line, column);
}

struct sql_node *sql__expected(struct parser *p, const char *what)
{
    unsigned line, column;

    if (p->failed)
        return NULL;
    if (p->t->kind == T_UNCLOSED) {
        fail_unclosed(p);
    } else if (p->t->kind != T_END) {
        sql__fail(p, ERROR_INVALID, "%s was expected here, not \"%.*s\".", what,
                  (int)MIN(p->t->len, 40), p->source->text + p->t->at);
        hint_open(p);
    } else if (p->open) {
        source_place(p->source, p->open->at, &line, &column);
        sql__fail(p, ERROR_INVALID,
                  "%s was expected here, not the end; the \"%.*s\" at line %u, column %u is open.",
                  what, (int)p->open->len, p->source->text + p->open->at, line, column);
    } else {
        sql__fail(p, ERROR_INVALID, "%s was expected here, not the end of the text.", what);
    }
    return NULL;
}

void sql__too_deep(struct parser *p)
{
    sql__fail(p, ERROR_LIMIT, "brackets and subqueries are nested too deep; %d levels may be.",
              MAX_SQL_DEPTH);
}

struct sql__mark sql__try(struct parser *p)
{
    struct sql__mark m = {p->t, p->open, p->depth, p->trying};

    p->trying = true;
    return m;
}

bool sql__tried(struct parser *p, const struct sql__mark *m)
{
    bool well = !p->failed;

    p->trying = m->trying;
    if (well)
        return true;
    p->failed = false;
    p->t = m->t;
    p->open = m->open;
    p->half = NULL;
    p->depth = m->depth;
    return false;
}

bool sql__expect_op(struct parser *p, enum sql_op op)
{
    g_autofree char *what = NULL;

    if (sql__take_op(p, op))
        return true;
    what = p->trying ? NULL : g_strdup_printf("\"%s\"", sql_op_text(op));
    sql__expected(p, what ? what : "");
    return false;
}

bool sql__expect_close(struct parser *p, enum sql_op op, const struct sql_token *open)
{
    const struct sql_token *before = p->open;

    p->open = open;
    if (!sql__expect_op(p, op))
        return false;
    p->open = before;
    return true;
}

bool sql__expect_kw(struct parser *p, enum sql_keyword k)
{
    if (sql__take_kw(p, k))
        return true;
    sql__expected(p, sql_keyword_text(k));
    return false;
}

bool sql__take_word(struct parser *p, const char *word)
{
    return sql__is_word(p, p->t, word) ? (p->t++, true) : false;
}

void sql__more_nodes(struct parser *p)
{
    p->batch = arena_alloc(p->arena, BATCH * sizeof *p->batch);
    p->batch_end = p->batch + BATCH;
    p->nodes += BATCH;
    if (p->nodes > p->most_nodes)
        sql__fail(p, ERROR_LIMIT, "reading this takes more memory than %d nodes a word.",
                  NODES_A_TOKEN);
}

struct sql_node *sql__word(struct parser *p, enum sql_kind kind)
{
    struct sql_node *n = sql__node(p, kind);

    n->text = sql__token_text(p, p->t);
    n->len = p->t->len;
    sql__step(p);
    return n;
}

struct sql_node *sql__words(struct parser *p, enum sql_kind kind, const char *text)
{
    struct sql_node *n = sql__node(p, kind);

    n->text = text;
    n->len = strlen(text);
    return n;
}

void sql__list(struct parser *p, struct sql_node *parent, enum sql_slot slot, sql__reader item)
{
    do
        sql__add(parent, slot, item(p));
    while (sql__take_op(p, OP_COMMA));
}

void sql__bracket_list(struct parser *p, struct sql_node *parent, enum sql_slot slot,
                       sql__reader item)
{
    const struct sql_token *open = p->t;

    if (!sql__expect_op(p, OP_LPAREN))
        return;
    if (!sql__at_op(p, OP_RPAREN))
        sql__list(p, parent, slot, item);
    sql__expect_close(p, OP_RPAREN, open);
}

void sql__full_list(struct parser *p, struct sql_node *parent, enum sql_slot slot, sql__reader item)
{
    if (sql__at_op(p, OP_LPAREN) && p->t[1].op == OP_RPAREN && p->t[1].kind == T_OPERATOR) {
        sql__step(p);
        item(p);
        sql__expected(p, "a name");
        return;
    }
    sql__bracket_list(p, parent, slot, item);
}

/* Cut the part of the source into tokens; the last one is T_END. */
static void tokenize(struct parser *p, struct sql_range r)
{
    struct source part = {.text = p->source->text, .len = (size_t)r.at + r.len};
    size_t room = r.len / 4 + 16, n = 1;
    struct sql_token *tokens = arena_alloc(p->arena, room * sizeof *tokens);
    struct sql_lexer lx;

    tokens[0] = (struct sql_token){.kind = T_END, .at = r.at}; /* one may look back */
    sql_lexer_init(&lx, &part, p->dialect);
    lx.at = r.at;
    for (;;) {
        n += sql_lexer_fill(&lx, tokens + n, room - LOOK_AHEAD - n);
        if (tokens[n - 1].kind == T_END)
            break;
        tokens =
            memcpy(arena_alloc(p->arena, 2 * room * sizeof *tokens), tokens, n * sizeof *tokens);
        room *= 2;
    }
    for (unsigned i = 0; i < LOOK_AHEAD; i++)
        tokens[n + i] = tokens[n - 1];
    p->t = tokens + 1;
    p->end = tokens + n - 1;
    p->most_nodes = (n + 100) * NODES_A_TOKEN;
}

static bool parser_init(struct parser *p, const struct source *s, struct sql_range r)
{
    const char *nul;

    p->source = s;
    p->t = p->end = &(const struct sql_token){.kind = T_END, .at = r.at};
    if (s->len > MAX_SQL_BYTES) {
        sql__fail(p, ERROR_LIMIT, "a text of SQL may have %d bytes; this one has %zu.",
                  MAX_SQL_BYTES, s->len);
        return false;
    }
    nul = memchr(s->text + r.at, '\0', r.len);
    if (nul) {
        p->t = p->end = &(const struct sql_token){.kind = T_END, .at = (uint32_t)(nul - s->text)};
        sql__fail(p, ERROR_INVALID, "a NUL byte stands here: this is no text.");
        return false;
    }
    p->base = r.at;
    p->text = arena_strndup(p->arena, s->text + r.at, r.len);
    tokenize(p, r);
    return true;
}

/* The height of a tree, found without recursion. */
static bool is_too_high(const struct sql_node *tree)
{
    const struct sql_node *stack[MAX_HEIGHT];
    unsigned depth = 0;

    for (const struct sql_node *n = tree; n;) {
        if (n->child) {
            if (depth == MAX_HEIGHT)
                return true;
            stack[depth++] = n;
            n = n->child;
            continue;
        }
        while (!n->next && depth > 0)
            n = stack[--depth];
        n = depth > 0 ? n->next : NULL;
    }
    return false;
}

static struct sql_node *finish(struct parser *p, struct sql_node *tree)
{
    sql__take_op(p, OP_SEMICOLON);
    if (!p->failed && p->t->kind != T_END)
        sql__expected(p, "the end");
    if (!p->failed && p->chain + 8 * p->deepest > MAX_HEIGHT && is_too_high(tree))
        sql__fail(p, ERROR_LIMIT,
                  "the operators in a row and the brackets make a tree more than "
                  "%d levels high.",
                  MAX_HEIGHT);
    return p->failed ? NULL : tree;
}

static struct sql_node *parse(struct arena *a, const struct source *s, struct sql_range r,
                              const struct sql_dialect *d, GError **error, sql__reader reader)
{
    struct parser p = {.arena = a, .dialect = d, .error = error};

    if (!parser_init(&p, s, r))
        return NULL;
    return finish(&p, reader(&p));
}

static struct sql_range whole(const struct source *s)
{
    return (struct sql_range){.at = 0, .len = MIN(s->len, MAX_SQL_BYTES)};
}

struct sql_node *sql_parse_query_in(struct arena *a, const struct source *s, struct sql_range r,
                                    const struct sql_dialect *d, GError **error)
{
    return parse(a, s, r, d, error, sql__query);
}

struct sql_node *sql_parse_expression_in(struct arena *a, const struct source *s,
                                         struct sql_range r, const struct sql_dialect *d,
                                         GError **error)
{
    return parse(a, s, r, d, error, sql__argument);
}

struct sql_node *sql_parse_query(struct arena *a, const struct source *s,
                                 const struct sql_dialect *d, GError **error)
{
    return parse(a, s, whole(s), d, error, sql__query);
}

struct sql_node *sql_parse_expression(struct arena *a, const struct source *s,
                                      const struct sql_dialect *d, GError **error)
{
    return parse(a, s, whole(s), d, error, sql__argument);
}

struct sql_node *sql_parse_type(struct arena *a, const struct source *s,
                                const struct sql_dialect *d, GError **error)
{
    return parse(a, s, whole(s), d, error, sql__type);
}

struct sql_node *sql_parse_table(struct arena *a, const struct source *s,
                                 const struct sql_dialect *d, GError **error)
{
    return parse(a, s, whole(s), d, error, sql__table_name);
}

struct sql_node *sql_parse_statement(struct arena *a, const struct source *s,
                                     const struct sql_dialect *d, GError **error)
{
    return sql_parse_statement_in(a, s, whole(s), d, error);
}

/* The statement as its bytes, when quotes and brackets are closed. */
static struct sql_node *opaque(struct parser *p, struct sql_range r)
{
    const struct sql_token *first = p->t;
    const struct sql_token *open[MAX_SQL_DEPTH];
    struct sql_node *n;
    unsigned depth = 0;

    for (; p->t < p->end; p->t++) {
        enum sql_op op = p->t->kind == T_OPERATOR ? p->t->op : OP_NONE;

        if (p->t->kind == T_UNCLOSED)
            return sql__expected(p, "");
        if (op == OP_LPAREN && depth < MAX_SQL_DEPTH)
            open[depth++] = p->t;
        else if (op == OP_RPAREN && depth > 0)
            depth--;
    }
    if (depth > 0) {
        p->t = open[depth - 1];
        sql__fail(p, ERROR_INVALID, "this \"(\" is never closed.");
        return NULL;
    }
    n = sql__node(p, SQL_STATEMENT);
    n->flags = SQL_OPAQUE;
    n->at = first->at;
    n->text = p->text + (first->at - p->base);
    n->len = first == p->end ? 0 : p->end[-1].at + p->end[-1].len - first->at;
    (void)r;
    return n;
}

struct sql_node *sql_parse_statement_in(struct arena *a, const struct source *s, struct sql_range r,
                                        const struct sql_dialect *d, GError **error)
{
    struct parser p = {.arena = a, .dialect = d, .error = error};
    struct sql__mark m;
    struct sql_node *n;

    if (!parser_init(&p, s, r))
        return NULL;
    m = sql__try(&p);
    n = finish(&p, sql__statement(&p));
    return sql__tried(&p, &m) ? n : opaque(&p, r);
}

bool sql_begins_query(const struct source *s, struct sql_range r, const struct sql_dialect *d)
{
    g_autoptr(arena) a = arena_new();
    g_autoptr(GError) error = NULL;
    struct parser p = {.arena = a, .dialect = d, .error = &error};

    return parser_init(&p, s, r) && sql__at_query(&p);
}
