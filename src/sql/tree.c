#include "sql/lex.h"
#include "sql/tree.h"

#include <string.h>

struct sql_node *sql_node_new(struct arena *a, enum sql_kind kind, const char *text, long len)
{
    struct sql_node *n = arena_new_of(a, struct sql_node);

    n->kind = kind;
    if (text) {
        n->len = len < 0 ? strlen(text) : (size_t)len;
        n->text = arena_strndup(a, text, n->len);
    }
    return n;
}

struct sql_node *sql_prepend(struct sql_node *parent, enum sql_slot slot, struct sql_node *child)
{
    child->slot = slot;
    child->next = parent->child;
    parent->child = child;
    if (!parent->last)
        parent->last = child;
    return child;
}

struct sql_node *sql_child(const struct sql_node *parent, enum sql_slot slot)
{
    struct sql_node *c = parent->child;

    while (c && c->slot != slot)
        c = c->next;
    return c;
}

void sql_replace(struct sql_node *parent, struct sql_node **link, struct sql_node *with)
{
    struct sql_node *old = *link;

    if (with) {
        with->slot = old->slot;
        with->next = old->next;
        *link = with;
    } else {
        *link = old->next;
    }
    if (parent->last == old) {
        parent->last = parent->child;
        while (parent->last && parent->last->next)
            parent->last = parent->last->next;
    }
}

struct sql_node *sql_clone(struct arena *a, const struct sql_node *node)
{
    struct sql_node *n = arena_alloc(a, sizeof *n);

    *n = *node;
    n->child = n->last = n->next = NULL;
    if (node->text)
        n->text = arena_strndup(a, node->text, node->len);
    for (const struct sql_node *c = node->child; c; c = c->next)
        sql_append(n, c->slot, sql_clone(a, c));
    return n;
}

static bool same_text(const struct sql_node *a, const struct sql_node *b)
{
    return a->len == b->len && (a->len == 0 || memcmp(a->text, b->text, a->len) == 0);
}

bool sql_equal(const struct sql_node *a, const struct sql_node *b)
{
    const struct sql_node *c = a->child, *d = b->child;

    if (a->kind != b->kind || a->op != b->op || a->flags != b->flags || !same_text(a, b))
        return false;
    for (; c && d; c = c->next, d = d->next)
        if (c->slot != d->slot || !sql_equal(c, d))
            return false;
    return !c && !d;
}

bool sql_text_is(const struct sql_node *node, const char *text)
{
    return node->text && node->len == strlen(text) && memcmp(node->text, text, node->len) == 0;
}

bool sql_text_is_nocase(const struct sql_node *node, const char *text)
{
    return node->len && ((node->text[0] ^ text[0]) & 0xdf) == 0 && node->len == strlen(text) &&
           sql_same_letters(node->text, text, node->len);
}

char *sql_text(struct arena *a, const struct sql_node *node)
{
    return arena_strndup(a, node->text ? node->text : "", node->len);
}

const char *sql_kind_name(enum sql_kind kind)
{
    static const char *const names[] = {
#define X(name, says) #name,
        SQL_KINDS(X)
#undef X
    };

    return kind < SQL_KIND_COUNT ? names[kind] : "?";
}

const char *sql_slot_name(enum sql_slot slot)
{
    static const char *const names[] = {
#define X(name) #name,
        SQL_SLOTS(X)
#undef X
    };

    return slot < SLOT_COUNT ? names[slot] : "?";
}

const char *sql_flag_name(unsigned bit)
{
    static const char *const names[32] = {
#define X(name, bit, says) [bit] = #name,
        SQL_FLAGS(X)
#undef X
    };

    return bit < G_N_ELEMENTS(names) ? names[bit] : NULL;
}

bool sql_walk(struct sql_node *node, sql_visitor visit, void *data)
{
    enum sql_visit answer = visit(node, data);

    if (answer == SQL_STOP)
        return false;
    if (answer == SQL_GO_IN) {
        SQL_EACH_CHILD (node, c) {
            if (!sql_walk(c, visit, data))
                return false;
        }
    }
    return true;
}
