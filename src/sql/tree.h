/* tree.h -- the tree every other part of Heddle that understands SQL stands on.
 *
 * One node type for everything. A node has a kind (what it is), a slot (what it is to its parent),
 * a text (a name, a literal's value or an operator's spelling), flags, and children in the order
 * they are printed in. What a node of a kind must have is the table in tree.c, which also names
 * kinds and slots for `heddle sql tree` and errors.
 *
 * Ownership  nodes and texts live in one arena; a tree never points into the text it was parsed
 *            from. Children are a singly linked list; a node has one parent at most: to use it
 *            twice, sql_clone() it.
 * Change     code that rewrites trees works on links (`struct sql_node **`): *link = other keeps
 *            the rest of the list when it goes through sql_replace().
 */
#ifndef HEDDLE_SQL_TREE_H
#define HEDDLE_SQL_TREE_H

#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>

/* The first ones are those that other modules name; sql/kinds.h (an X-macro list: kind, slots it
 * may have, one sentence) holds all of them. */
#include "sql/kinds.h"

struct sql_node {
    uint8_t kind;  /* enum sql_kind */
    uint8_t slot;  /* enum sql_slot: role in the parent */
    uint8_t quote; /* the quote an identifier or string was written with, 0 for none */
    uint8_t op;    /* enum sql_op of operators and of words that choose a form, or 0 */
    uint32_t flags;
    uint32_t at;                   /* byte offset in the source, for errors */
    uint32_t len;                  /* bytes of text */
    const char *text;              /* not NUL-terminated as a rule; NULL when the kind has none */
    struct sql_node *child, *last; /* first and last child */
    struct sql_node *next;         /* next sibling */
};

#define SQL_EACH_CHILD(node, c)                                                                    \
    for (struct sql_node *c = (node)->child, *c##_next; c && (c##_next = c->next, 1); c = c##_next)

/* A node without children; `text` is copied into the arena (len < 0: NUL-terminated). */
struct sql_node *sql_node_new(struct arena *a, enum sql_kind kind, const char *text, long len);
/* Append a child in a slot. Returns the child. */
static inline struct sql_node *sql_append(struct sql_node *parent, enum sql_slot slot,
                                          struct sql_node *child)
{
    child->slot = slot;
    child->next = NULL;
    if (parent->last)
        parent->last->next = child;
    else
        parent->child = child;
    parent->last = child;
    return child;
}
/* The same at the front of the list. */
struct sql_node *sql_prepend(struct sql_node *parent, enum sql_slot slot, struct sql_node *child);
/* The first child in a slot, or NULL. */
struct sql_node *sql_child(const struct sql_node *parent, enum sql_slot slot);
/* Put `with` (its siblings dropped) where *link is, keeping slot and following siblings; `with`
 * may be NULL to take the node out. `parent` is the node whose list it is. */
void sql_replace(struct sql_node *parent, struct sql_node **link, struct sql_node *with);
/* A deep copy, without the node's own siblings. */
struct sql_node *sql_clone(struct arena *a, const struct sql_node *node);
/* Same kind, flags, text and children? (Places and quotes are not compared.) */
bool sql_equal(const struct sql_node *a, const struct sql_node *b);
bool sql_text_is(const struct sql_node *node, const char *text);        /* exactly */
bool sql_text_is_nocase(const struct sql_node *node, const char *text); /* ASCII, any case */
/* The node's text as a NUL-terminated copy in the arena. */
char *sql_text(struct arena *a, const struct sql_node *node);

const char *sql_kind_name(enum sql_kind kind);
const char *sql_slot_name(enum sql_slot slot);
const char *sql_flag_name(unsigned bit); /* "NOT" of SQL_NOT; NULL: no flag has this bit */

/* Visit a tree, parents first; the visitor says whether to go into the node's children. */
enum sql_visit { SQL_GO_IN, SQL_SKIP, SQL_STOP };
typedef enum sql_visit (*sql_visitor)(struct sql_node *node, void *data);
/* False when a visitor said SQL_STOP. */
bool sql_walk(struct sql_node *node, sql_visitor visit, void *data);

#endif
