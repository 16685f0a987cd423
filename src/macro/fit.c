#include "macro/macro_int.h"

#include <string.h>

/* Slots that hold any number of nodes. */
static bool is_list(const struct sql_node *parent, enum sql_slot slot)
{
    static const bool lists[SLOT_COUNT] = {
        [SLOT_PROJECTION] = true, [SLOT_JOIN] = true,       [SLOT_GROUP_BY] = true,
        [SLOT_ORDER_BY] = true,   [SLOT_CLUSTER_BY] = true, [SLOT_ARG] = true,
        [SLOT_VALUE] = true,      [SLOT_PARTITION] = true,  [SLOT_USING] = true,
        [SLOT_BODY] = true,       [SLOT_EXCLUDE] = true,    [SLOT_COLUMN] = true,
        [SLOT_DISTINCT] = true,   [SLOT_REPLACE] = true,    [SLOT_WITH] = true,
        [SLOT_PIVOT] = true,      [SLOT_SETTING] = true,
    };
    if (parent->kind == SQL_UNARY || parent->kind == SQL_BETWEEN || parent->kind == SQL_CAST ||
        parent->kind == SQL_INTERVAL || parent->kind == SQL_INDEX || parent->kind == SQL_CASE)
        return false;
    return lists[slot];
}

/* Clauses that may be missing altogether. */
static bool is_clause(enum sql_slot slot)
{
    static const bool clauses[SLOT_COUNT] = {
        [SLOT_WHERE] = true, [SLOT_HAVING] = true, [SLOT_QUALIFY] = true,
        [SLOT_LIMIT] = true, [SLOT_OFFSET] = true,
    };
    return clauses[slot];
}

static bool is_query(const struct sql_node *n)
{
    return n->kind == SQL_SELECT || n->kind == SQL_SET_OPERATION || n->kind == SQL_VALUES;
}

/* Would a tree that was read from text hold this node here? */
static bool is_regular(const struct sql_node *parent, enum sql_slot slot, const struct sql_node *n)
{
    if (is_query(n))
        return slot == SLOT_QUERY || parent->kind == SQL_MACRO_CALL;
    switch (parent->kind) {
    case SQL_MACRO_CALL:
        return true;
    case SQL_TABLE:
    case SQL_COLUMN:
        return slot == SLOT_PART ? n->kind == SQL_IDENTIFIER || n->kind == SQL_COLUMN ||
                                       n->kind == SQL_STRING || n->kind == SQL_TABLE
                                 : n->kind == SQL_IDENTIFIER || n->kind == SQL_COLUMN;
    case SQL_ALIAS:
        return n->kind != SQL_ALIAS;
    case SQL_CTE:
    case SQL_ORDER:
    case SQL_PAREN:
        return n->kind != SQL_TABLE;
    case SQL_SELECT:
        return n->kind != SQL_TABLE && slot != SLOT_FROM &&
               (slot != SLOT_JOIN || n->kind == SQL_JOIN);
    case SQL_TYPE:
    case SQL_PHRASE:
    case SQL_GROUP:
    case SQL_STATEMENT:
    case SQL_WITH:
    case SQL_JOIN:
    case SQL_VALUES:
        return false;
    case SQL_IN:
        return slot != SLOT_EXPRESSION;
    case SQL_INTERVAL:
        return slot == SLOT_ARG;
    default:
        return n->kind != SQL_TABLE && (n->kind != SQL_ALIAS || slot == SLOT_ARG);
    }
}

bool macro__fit(struct macro_run *run, struct sql_node *parent, enum sql_slot slot,
                const struct sql_node *macro, struct sql_node *result)
{
    bool list = is_list(parent, slot) || parent->kind == SQL_PAREN || parent->kind == SQL_ORDER;
    if (!result && !list && !is_clause(slot)) {
        macro__fail(run, macro, "the macro @%.*s gives nothing where an expression is needed.",
                    (int)macro->len, macro->text);
        return false;
    }
    if (result && result->next && !list) {
        macro__fail(run, macro, "the macro @%.*s gives several expressions where one is needed.",
                    (int)macro->len, macro->text);
        return false;
    }
    for (const struct sql_node *n = result; n; n = n->next)
        run->loose |= !is_regular(parent, slot, n);
    return true;
}

/* The parts of a name: each COLUMN, TABLE or string among them becomes identifiers. */
static void settle_parts(struct macro_run *run, struct sql_node *parent)
{
    struct sql_node old = *parent;
    parent->child = parent->last = NULL;
    SQL_EACH_CHILD (&old, c) {
        bool is_name = c->slot == SLOT_PART || c->slot == SLOT_ALIAS || c->slot == SLOT_COLUMN;
        if (is_name && c->kind == SQL_STRING) {
            sql_append(parent, c->slot, macro__identifier(run, sql_text(run->arena, c), true));
        } else if (is_name && (c->kind == SQL_COLUMN || c->kind == SQL_TABLE)) {
            enum sql_slot slot = c->slot;
            SQL_EACH_CHILD (c, part)
                sql_append(parent, part->slot == SLOT_PART ? slot : part->slot, part);
        } else {
            sql_append(parent, c->slot, c);
        }
    }
}

/* AS @name: the name goes into the node's text. */
static void settle_alias(struct macro_run *run, struct sql_node *parent)
{
    struct sql_node **link = &parent->child;
    while (*link && (*link)->slot != SLOT_ALIAS)
        link = &(*link)->next;
    const char *name = *link ? macro__name(run, *link) : NULL;
    if (!name)
        return;
    struct sql_node *inner = (*link)->kind == SQL_COLUMN ? (*link)->child : *link;
    struct sql_node *identifier = macro__identifier(run, name, inner->quote != 0);
    parent->text = identifier->text;
    parent->len = identifier->len;
    parent->quote = identifier->quote;
    sql_replace(parent, link, NULL);
}

/* CAST(x AS @type): a string or a name is a type's name. */
static void settle_type(struct macro_run *run, struct sql_node *parent)
{
    struct sql_node *part = sql_child(parent, SLOT_PART);
    if (!part)
        return;
    char *text = part->kind == SQL_STRING ? sql_text(run->arena, part) : macro__print(run, part);
    parent->text = text;
    parent->len = (uint32_t)strlen(text);
    parent->child = parent->last = NULL;
    run->loose = true;
}

/* ORDER BY @EACH(…): one ORDER each, all with the direction that was written. */
void macro__settle_orders(struct macro_run *run, struct sql_node *parent)
{
    struct sql_node old = *parent;
    parent->child = parent->last = NULL;
    SQL_EACH_CHILD (&old, c) {
        if (c->kind != SQL_ORDER || !c->child || !c->child->next ||
            c->child->next->slot != SLOT_EXPRESSION) {
            if (c->kind != SQL_ORDER || c->child)
                sql_append(parent, c->slot, c);
            continue;
        }
        enum sql_slot slot = c->slot;
        SQL_EACH_CHILD (c, e) {
            struct sql_node *order = sql_node_new(run->arena, SQL_ORDER, NULL, 0);
            order->flags = c->flags;
            sql_append(order, SLOT_EXPRESSION, e);
            sql_append(parent, slot, order);
        }
    }
}

void macro__settle(struct macro_run *run, struct sql_node *parent)
{
    switch (parent->kind) {
    case SQL_TABLE:
    case SQL_COLUMN:
        settle_parts(run, parent);
        break;
    case SQL_ALIAS:
    case SQL_CTE:
        settle_alias(run, parent);
        break;
    case SQL_TYPE:
        settle_type(run, parent);
        break;
    case SQL_PAREN:
        if (parent->child && parent->child->next && parent->child->slot == SLOT_EXPRESSION) {
            parent->kind = SQL_TUPLE;
            SQL_EACH_CHILD (parent, c)
                c->slot = SLOT_ARG;
        }
        break;
    default:
        break;
    }
}
