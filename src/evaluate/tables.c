/* tables.c -- in a tree, a model's name becomes the table that holds its rows; an EMBEDDED model
 * becomes its query in brackets. */
#include "evaluate/evaluate_int.h"

#include "sql/scope.h"
#include "sql/translate.h"

#include <string.h>

static bool same(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* A reference may leave out the catalog, and nothing else. */
static bool fits(const struct evaluate_parent *p, const char *catalog, const char *schema,
                 const char *name)
{
    if (strcmp(p->name, name) != 0)
        return false;
    if (catalog)
        return same(p->catalog, catalog) && same(p->schema, schema);
    return !schema || same(p->schema, schema);
}

/* How well: the model's own catalog first. */
static int rank(const struct evaluate_run *r, const struct evaluate_parent *p, const char *schema)
{
    bool own = r->model && same(p->catalog, r->model->catalog);

    return 1 + (own ? 1 : 0) + (same(p->schema, schema) ? 2 : 0);
}

struct evaluate_parent *evaluate__find_parent(const struct evaluate_run *r, const char *catalog,
                                              const char *schema, const char *name)
{
    struct evaluate_parent *best = NULL;
    int best_rank = 0;

    for (guint i = 0; i < r->parents->len; i++) {
        struct evaluate_parent *p = r->parents->pdata[i];
        int found = fits(p, catalog, schema, name) ? rank(r, p, schema) : 0;

        if (!schema && p->catalog)
            continue; /* a bare name is never a model in a schema */
        if (found > best_rank) {
            best = p;
            best_rank = found;
        }
    }
    return best;
}

struct placing {
    struct evaluate_run *r;
    GPtrArray *inlined; /* struct sql_node *, struct evaluate_parent *, … */
};

static void add_part(struct evaluate_run *r, struct sql_node *table, const char *text)
{
    struct sql_node *part;

    if (!text)
        return;
    part = sql_node_new(r->arena, SQL_IDENTIFIER, text, -1);
    part->quote = '"';
    sql_append(table, SLOT_PART, part);
}

static struct sql_node *rename_table(const struct sql_table *t, void *data)
{
    struct placing *p = data;
    const struct evaluate_parent *parent =
        evaluate__find_parent(p->r, t->catalog, t->schema, t->name);
    struct sql_node *with;

    if (!parent || (!parent->table && !parent->embedded))
        return NULL;
    with = sql_node_new(p->r->arena, SQL_TABLE, NULL, 0);
    if (parent->table) {
        add_part(p->r, with, parent->table->catalog);
        add_part(p->r, with, parent->table->schema);
        add_part(p->r, with, parent->table->name);
        return with;
    }
    add_part(p->r, with, t->name);
    g_ptr_array_add(p->inlined, t->node);
    g_ptr_array_add(p->inlined, (void *)parent);
    return with;
}

static bool goes_before_alias(const struct sql_node *n)
{
    return n->slot == SLOT_PART || n->slot == SLOT_VERSION;
}

/* What stands behind the table's name stays. */
void evaluate__put_query(struct evaluate_run *r, struct sql_node *table, struct sql_node *query,
                         const char *alias)
{
    bool named = sql_child(table, SLOT_ALIAS) != NULL;
    struct sql_node *rest = table->child, *next;

    while (rest && goes_before_alias(rest))
        rest = rest->next;
    table->kind = SQL_SUBQUERY;
    table->child = table->last = NULL;
    sql_append(table, SLOT_QUERY, query);
    if (!named && alias) {
        struct sql_node *name = sql_node_new(r->arena, SQL_IDENTIFIER, alias, -1);

        name->quote = '"';
        sql_append(table, SLOT_ALIAS, name);
    }
    for (; rest; rest = next) {
        next = rest->next;
        sql_append(table, rest->slot, rest);
    }
}

static struct sql_node *embedded_query(struct evaluate_run *r, const struct evaluate_parent *p,
                                       GError **error)
{
    struct evaluate_run inner = *r;

    inner.model = model_from_definition(r->arena, p->embedded, error);
    if (!inner.model)
        return NULL;
    return evaluate__set_dialect(&inner, inner.model->dialect, error)
               ? evaluate__query_tree(&inner, error)
               : NULL;
}

bool evaluate__place_tables(struct evaluate_run *r, struct sql_node *tree, GError **error)
{
    g_autoptr(GPtrArray) inlined = g_ptr_array_new();
    struct placing p = {r, inlined};

    sql_rename_tables(r->arena, tree, r->spoken, rename_table, &p);
    for (guint i = 0; i < inlined->len; i += 2) {
        struct sql_node *query = embedded_query(r, inlined->pdata[i + 1], error);

        if (!query)
            return false;
        evaluate__put_query(r, inlined->pdata[i], query, NULL);
    }
    return true;
}

/* Nodes whose IDENTIFIERs are names of columns and tables. */
static const uint8_t named[] = {SQL_COLUMN, SQL_STAR,  SQL_TABLE, SQL_SUBQUERY, SQL_TABLE_FUNCTION,
                                SQL_VALUES, SQL_PAREN, SQL_CTE,   SQL_ALIAS,    SQL_LAMBDA};

static enum sql_visit quote(struct sql_node *n, void *data)
{
    (void)data;
    if ((n->kind == SQL_ALIAS || n->kind == SQL_CTE) && n->text && !n->quote)
        n->quote = '"';
    if (memchr(named, n->kind, sizeof named))
        SQL_EACH_CHILD (n, c)
            if (c->kind == SQL_IDENTIFIER && !c->quote)
                c->quote = '"';
    return SQL_GO_IN;
}

static enum sql_visit quote_queries(struct sql_node *n, void *data)
{
    if (n->kind != SQL_SELECT && n->kind != SQL_SET_OPERATION && n->kind != SQL_SUBQUERY)
        return SQL_GO_IN;
    sql_walk(n, quote, data);
    return SQL_SKIP;
}

/* Quoting is for engines where folded names mean the same in quotes: words such as "at" are then
 * no keywords. */
static bool may_quote(const struct evaluate_run *r)
{
    const char *name = sql_dialect_name(r->dialect);

    return strcmp(name, "duckdb") == 0 || strcmp(name, "postgres") == 0;
}

void evaluate__fold_names(struct evaluate_run *r, struct sql_node *tree)
{
    sql_fold_names(r->arena, tree, r->dialect);
    if (r->spoken != r->dialect) /* evaluate__say() does the rest */
        return;
    evaluate__say_types(r, tree);
    if (may_quote(r))
        sql_walk(tree, quote_queries, r);
}

bool evaluate__say(struct evaluate_run *r, struct sql_node *tree, const struct source *source,
                   GError **error)
{
    const char *name = sql_dialect_name(r->spoken);

    if (r->spoken == r->dialect ||
        sql_translate(r->arena, tree, r->dialect, r->spoken, source, error))
        return true;
    error_hint(error, "write it in the SQL of %s and say so (dialect %s), or use a gateway of %s.",
               name, name, sql_dialect_name(r->dialect));
    return false;
}
