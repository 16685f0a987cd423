/* translate.c -- a tree of one dialect said in another: what may stand in it, kind by kind. */
#include "sql/translate_int.h"

#include "sql/parse.h"
#include "sql/print.h"
#include "sql/scope_int.h"

#include <string.h>

/* ---- names ----------------------------------------------------------------------------------- */

/* Where the case of tables counts it is that of names with a schema; CTEs are never such. */
static bool keeps_case(const struct sql_node *table, const struct sql_dialect *d)
{
    const struct sql_node *part = sql_child(table, SLOT_PART);

    return d->rules->tables_keep_case && part && part->next && part->next->slot == SLOT_PART;
}

static void fold_one(struct arena *a, struct sql_node *n, const struct sql_dialect *d)
{
    n->text = sql_normalize(a, n, d);
    n->len = (uint32_t)strlen(n->text);
}

static bool is_name(const struct sql_node *n)
{
    return n->text && (n->kind == SQL_IDENTIFIER || n->kind == SQL_ALIAS || n->kind == SQL_CTE);
}

void sql_fold_names(struct arena *a, struct sql_node *tree, const struct sql_dialect *d)
{
    bool kept = tree->kind == SQL_TABLE && keeps_case(tree, d);

    if (is_name(tree))
        fold_one(a, tree, d);
    SQL_EACH_CHILD (tree, c)
        if (!kept || c->slot != SLOT_PART)
            sql_fold_names(a, c, d);
}

/* ---- refusing -------------------------------------------------------------------------------- */

bool sql__not_the_same(struct translation *t, const struct sql_node *at, const char *what,
                       const char *why)
{
    error_set_at(t->error, sql_error(), ERROR_INVALID, t->source, at->at,
                 "%s is not known to mean the same in %s as in %s%s%s.", what,
                 sql_dialect_name(t->to), sql_dialect_name(t->from), why ? ": " : "",
                 why ? why : "");
    return false;
}

/* ---- the whole ------------------------------------------------------------------------------- */

static bool refuse(struct translation *t, const struct sql_node *n)
{
    g_autofree char *text = sql_print(n, t->from);

    if (strlen(text) > 40)
        memcpy(text + 37, "...", 4);
    return sql__not_the_same(t, n, *text ? text : sql_kind_name(n->kind), NULL);
}

static bool translate(struct translation *t, struct sql_node *n)
{
    const struct translation_rule *rule = &sql__translation_rules[n->kind];

    if (!rule->allowed || n->flags & ~rule->flags)
        return refuse(t, n);
    SQL_EACH_CHILD (n, c)
        if (!(rule->slots >> c->slot & 1))
            return refuse(t, c);
    if (rule->check && !rule->check(t, n))
        return false;
    if (is_name(n))
        n->quote = (uint8_t)t->to->rules->quote;
    SQL_EACH_CHILD (n, c)
        if (c->slot != SLOT_TYPE && c->slot != SLOT_FRAME && !translate(t, c))
            return false;
    return true;
}

/* Does the other dialect read what was printed for it as what was meant? */
static bool reads_back(struct translation *t, const struct sql_node *tree)
{
    g_autofree char *text = sql_print(tree, t->to);
    struct source s = {"printed", text, strlen(text)};
    const struct sql_node *again =
        sql__translation_rules[tree->kind].slots & SQL__SLOT(WITH) || tree->kind == SQL_SUBQUERY
            ? sql_parse_query(t->arena, &s, t->to, NULL)
            : sql_parse_expression(t->arena, &s, t->to, NULL);

    return (again && sql_equal(tree, again)) || sql__not_the_same(t, tree, "this text", NULL);
}

bool sql_same_dialect(const struct sql_dialect *a, const struct sql_dialect *b)
{
    return a->rules == b->rules;
}

bool sql_translate(struct arena *a, struct sql_node *tree, const struct sql_dialect *from,
                   const struct sql_dialect *to, const struct source *source, GError **error)
{
    struct translation t = {a, from, to, source, error};

    if (!from->rules->common || !to->rules->common || !to->rules->common->says) {
        error_set_at(error, sql_error(), ERROR_INVALID, source, tree->at,
                     "Heddle does not translate from %s to %s.", sql_dialect_name(from),
                     sql_dialect_name(to));
        return false;
    }
    if (tree->kind == SQL_TYPE)
        return sql__translate_type(&t, tree, false);
    sql_fold_names(a, tree, from);
    return translate(&t, tree) && reads_back(&t, tree);
}
