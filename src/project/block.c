/* block.c -- MODEL (…) and AUDIT (…): from tokens to properties, places kept. */
#include "project/project_int.h"
#include "sql/keyword.h"

#include <string.h>

struct cursor {
    struct sql_lexer lexer;
    struct sql_token t; /* the current token; T_END at the range's end */
    uint32_t end;
};

static void step(struct cursor *c)
{
    c->t = sql_lexer_next(&c->lexer);
    if (c->t.at >= c->end)
        c->t = (struct sql_token){.kind = T_END, .at = c->end};
}

static void start(struct cursor *c, const struct source *s, const struct sql_dialect *d,
                  struct sql_range r)
{
    sql_lexer_init(&c->lexer, s, d);
    c->lexer.at = r.at;
    c->end = r.at + r.len;
    step(c);
}

static bool is_op(const struct sql_token *t, enum sql_op op)
{
    return t->kind == T_OPERATOR && t->op == op;
}

static int depth_of(const struct sql_token *t)
{
    if (t->kind != T_OPERATOR)
        return 0;
    switch (t->op) {
    case OP_LPAREN:
    case OP_LBRACKET:
    case OP_LBRACE:
        return 1;
    case OP_RPAREN:
    case OP_RBRACKET:
    case OP_RBRACE:
        return -1;
    default:
        return 0;
    }
}

bool project__is_word(const struct source *s, const struct sql_dialect *d, struct sql_range r,
                      const char *word)
{
    struct cursor c;

    if (r.len != strlen(word))
        return false;
    start(&c, s, d, r);
    return sql_token_is(s, &c.t, word);
}

bool project__is_block(const struct source *s, const struct sql_dialect *d, struct sql_range r,
                       const char *word)
{
    struct cursor c;

    if (r.len <= strlen(word) || g_ascii_strncasecmp(s->text + r.at, word, strlen(word)) != 0)
        return false;
    start(&c, s, d, r);
    if (!sql_token_is(s, &c.t, word))
        return false;
    step(&c);
    return is_op(&c.t, OP_LPAREN);
}

struct sql_token project__token_at(const struct reading *r, uint32_t at)
{
    struct sql_lexer lx;

    sql_lexer_init(&lx, &r->source, r->dialect);
    lx.at = at;
    return sql_lexer_next(&lx);
}

/* Move behind one value: to the comma or bracket that ends it. With `angles` a type's < > count
 * as brackets. */
static struct sql_range take_value(struct cursor *c, bool *has_macro, bool angles)
{
    struct sql_range r = {.at = c->t.at};
    uint32_t to = c->t.at;
    int depth = 0, angle = 0;

    for (; c->t.kind != T_END; step(c)) {
        int change = depth_of(&c->t);

        if (depth == 0 && (change < 0 || (angle == 0 && is_op(&c->t, OP_COMMA))))
            break;
        if (angles && depth == 0 && c->t.kind == T_OPERATOR)
            for (const char *s = c->lexer.source->text + c->t.at, *e = s + c->t.len; s < e; s++)
                angle += *s == '<' ? 1 : *s == '>' && angle > 0 ? -1 : 0;
        depth += change;
        *has_macro = *has_macro || c->t.kind == T_AT ||
                     ((c->t.kind == T_QUOTED || c->t.kind == T_WORD) &&
                      memchr(c->lexer.text + c->t.at, '@', c->t.len));
        to = c->t.at + c->t.len;
    }
    r.len = to - r.at;
    return r;
}

/* Step over the opening bracket; false when there is none. */
static bool open_bracket(struct cursor *c, enum sql_op *closing)
{
    if (is_op(&c->t, OP_LPAREN))
        *closing = OP_RPAREN;
    else if (is_op(&c->t, OP_LBRACKET))
        *closing = OP_RBRACKET;
    else
        return false;
    step(c);
    return true;
}

static bool take_property(struct reading *r, struct cursor *c, struct property *p, GError **error)
{
    *p = (struct property){.at = c->t.at};
    if (c->t.kind == T_AT)
        return project__fail(r, c->t.at, error,
                             "a macro that gives whole properties needs Python, which this version "
                             "does not run.");
    if (c->t.kind != T_WORD && c->t.kind != T_QUOTED && c->t.kind != T_STRING)
        return project__fail(r, c->t.at, error, "the name of a property is expected here.");
    if (c->t.kind == T_WORD) {
        g_autofree char *lower = g_ascii_strdown(r->source.text + c->t.at, c->t.len);
        p->name = arena_strdup(r->arena, lower);
    } else {
        p->name = arena_strndup(r->arena, r->source.text + c->t.at + 1, c->t.len - 2);
    }
    step(c);
    p->value = take_value(c, &p->has_macro, false);
    if (p->value.len == 0)
        return project__fail(r, p->at, error, "the property \"%s\" has no value.", p->name);
    return true;
}

/* Nothing may follow the closing bracket. */
static bool close_block(struct reading *r, struct cursor *c, uint32_t opened, enum sql_op closing,
                        GError **error)
{
    if (c->t.kind == T_UNCLOSED)
        return project__fail(r, c->t.at, error, "this quote or comment is never closed.");
    if (c->t.kind == T_END)
        return project__fail(r, opened, error, "this \"(\" is never closed.");
    if (!is_op(&c->t, closing))
        return project__fail(r, c->t.at, error, "this bracket closes nothing.");
    step(c);
    if (c->t.kind == T_END)
        return true;
    project__fail(r, c->t.at, error, "this stands behind the end of the block.");
    error_hint(error, "a semicolon may be missing after the block's last bracket.");
    return false;
}

GArray *project__read_block(struct reading *r, struct sql_range block, GError **error)
{
    GArray *properties = g_array_new(FALSE, FALSE, sizeof(struct property));
    enum sql_op closing = OP_RPAREN;
    struct property p;
    struct cursor c;
    uint32_t opened;

    start(&c, &r->source, r->dialect, block);
    if (c.t.kind == T_WORD)
        step(&c);
    opened = c.t.at;
    if (!open_bracket(&c, &closing)) {
        project__fail(r, c.t.at, error, "\"(\" is expected here.");
        goto failed;
    }
    while (c.t.kind != T_END && depth_of(&c.t) >= 0) {
        if (is_op(&c.t, OP_COMMA)) {
            step(&c);
            continue;
        }
        if (c.t.kind == T_UNCLOSED)
            break;
        if (!take_property(r, &c, &p, error))
            goto failed;
        g_array_append_val(properties, p);
    }
    if (close_block(r, &c, opened, closing, error))
        return properties;
failed:
    g_array_unref(properties);
    return NULL;
}

GArray *project__read_list(struct reading *r, struct sql_range list, GError **error)
{
    GArray *parts = g_array_new(FALSE, FALSE, sizeof(struct sql_range));
    enum sql_op closing = OP_RPAREN;
    bool has_macro = false;
    struct cursor c;

    start(&c, &r->source, r->dialect, list);
    if (!open_bracket(&c, &closing)) {
        project__fail(r, c.t.at, error, "a list in brackets is expected here.");
        g_array_unref(parts);
        return NULL;
    }
    while (c.t.kind != T_END && depth_of(&c.t) >= 0) {
        struct sql_range part = take_value(&c, &has_macro, true);

        if (part.len > 0)
            g_array_append_val(parts, part);
        if (is_op(&c.t, OP_COMMA))
            step(&c);
    }
    if (close_block(r, &c, list.at, closing, error))
        return parts;
    g_array_unref(parts);
    return NULL;
}
