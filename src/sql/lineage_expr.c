/* lineage_expr.c -- the columns in expressions, and the sources they belong to; see lineage.h. */
#include "sql/keyword.h"
#include "sql/lineage_int.h"

#include <string.h>

enum { MAX_PARTS = 8 };

static struct sql_output *named(const struct line_columns *columns, const char *name)
{
    for (unsigned i = 0; i < columns->list->len; i++) {
        struct sql_output *o = columns->list->pdata[i];

        if (o->name && strcmp(o->name, name) == 0)
            return o;
    }
    return NULL;
}

bool sql__line_may_have(const struct line_source *s, const char *name)
{
    return named(&s->columns, name) || !s->columns.known;
}

bool sql__line_column_of(struct line *l, struct line_source *s, const char *name,
                         struct sql_output *out)
{
    const struct sql_output *o = named(&s->columns, name);

    if (o) {
        sql__line_take(out, o->origins, o->complete);
    } else if (s->columns.known) {
        return false;
    } else if (s->through) {
        sql__line_take(out, s->through, true);
    } else if (s->table) {
        g_autoptr(GPtrArray) one = g_ptr_array_new();

        g_ptr_array_add(one, (void *)sql__line_origin(l, s->table, name));
        sql__line_take(out, one, true);
    } else {
        for (unsigned i = 0; i < s->columns.list->len; i++) /* a query with a * in it */
            if (!((struct sql_output *)s->columns.list->pdata[i])->name)
                sql__line_take(out, ((struct sql_output *)s->columns.list->pdata[i])->origins,
                               false);
        out->complete = false;
    }
    return true;
}

static void refer(struct line *l, const struct line_place *p, const struct sql_node *node,
                  const char *name, const struct line_source *s, enum sql_belongs belongs)
{
    struct sql_reference *r;

    if (!l->references)
        return;
    r = arena_new_of(l->arena, struct sql_reference);
    *r = (struct sql_reference){.node = node, .column = name, .belongs = belongs};
    r->clause = p->clause;
    r->source = s ? s->name : NULL;
    r->table = s ? s->table : NULL;
    g_ptr_array_add(l->references, r);
}

static bool is_bound(const struct line_place *p, const char *name)
{
    for (; p; p = p->outer)
        for (const struct line_bound *b = p->bound; b; b = b->next)
            if (strcmp(b->name, name) == 0)
                return true;
    return false;
}

static struct line_source *source_named(const struct line_place *p, const char *name)
{
    for (struct line_source *s = p->first; s; s = s->next)
        if (s->name && strcmp(s->name, name) == 0)
            return s;
    return NULL;
}

/* The one source that has an unqualified column; *any counts those that are known to have it. */
static struct line_source *owner(const struct line_place *p, const char *name, unsigned *any)
{
    struct line_source *known = NULL, *unknown = NULL;
    unsigned open = 0;

    *any = 0;
    for (struct line_source *s = p->first; s; s = s->next) {
        if (named(&s->columns, name)) {
            known = s;
            ++*any;
        } else if (!s->columns.known) {
            unknown = s;
            open++;
        }
    }
    if (*any > 0)
        return *any == 1 ? known : NULL;
    return open == 1 ? unknown : NULL;
}

/* A name that USING joined: every source it joins. */
static bool take_merged(struct line *l, const struct line_place *at, const struct line_place *p,
                        const struct sql_node *node, const char *name, struct sql_output *out)
{
    for (const struct line_merged *m = p->merged; m; m = m->next) {
        if (strcmp(m->name, name) != 0)
            continue;
        for (unsigned i = 0; i < m->sources->len; i++) {
            sql__line_column_of(l, m->sources->pdata[i], name, out);
            refer(l, at, node, name, m->sources->pdata[i], at == p ? SQL_TO_SOURCE : SQL_TO_OUTER);
        }
        return true;
    }
    return false;
}

static const struct sql_output *alias_named(const struct line_place *p, const char *name)
{
    const struct line_columns given = {p->given, true};
    const struct sql_output *o = p->given ? named(&given, name) : NULL;

    /* "a" in SELECT a names the column, not itself */
    return o && o->expression && o->expression->kind == SQL_ALIAS ? o : NULL;
}

static bool take_alias(struct line *l, const struct line_place *p, const struct sql_node *node,
                       const char *name, struct sql_output *out)
{
    const struct sql_output *o = alias_named(p, name);

    if (!o || o == out)
        return false;
    sql__line_take(out, o->origins, o->complete);
    refer(l, p, node, name, NULL, SQL_TO_ALIAS);
    return true;
}

/* WITH value AS name: such a name hides columns. */
static bool take_value(struct line *l, const struct line_place *at, const struct sql_node *node,
                       const char *name, struct sql_output *out)
{
    for (const struct line_place *p = at; p; p = p->outer) {
        const struct line_columns values = {p->values, true};
        const struct sql_output *o = p->values ? named(&values, name) : NULL;

        if (!o || o == out)
            continue;
        sql__line_take(out, o->origins, o->complete);
        refer(l, at, node, name, NULL, SQL_TO_ALIAS);
        return true;
    }
    return false;
}

/* In ORDER BY a projection's name comes first, whatever it is. */
static bool is_ordered_output(const struct line_place *p, const char *name)
{
    const struct line_columns given = {p->given, true};

    return p->clause == SLOT_ORDER_BY && p->given && named(&given, name);
}

/* An unqualified name, at its place and the places around it. */
static bool take_name(struct line *l, const struct line_place *at, const struct sql_node *node,
                      const char *name, struct sql_output *out)
{
    if (is_bound(at, name) || take_value(l, at, node, name, out))
        return true;
    if (is_ordered_output(at, name)) {
        refer(l, at, node, name, NULL, SQL_TO_ALIAS);
        return true;
    }
    for (const struct line_place *p = at; p; p = p->outer) {
        unsigned any;
        struct line_source *s;

        if (take_merged(l, at, p, node, name, out))
            return true;
        s = owner(p, name, &any);
        if (s && !any && p == at && take_alias(l, at, node, name, out))
            return true;
        if (s && sql__line_column_of(l, s, name, out)) {
            refer(l, at, node, name, s, p == at ? SQL_TO_SOURCE : SQL_TO_OUTER);
            return true;
        }
        if (p == at && !any && take_alias(l, at, node, name, out))
            return true;
        if (any > 1) /* several have it */
            break;
    }
    return false;
}

/* A whole row: SELECT t FROM t */
static bool take_row(struct line *l, const struct line_place *at, const struct sql_node *node,
                     const char *name, struct sql_output *out)
{
    for (const struct line_place *p = at; p; p = p->outer) {
        struct line_source *s = source_named(p, name);

        if (!s)
            continue;
        if (s->through)
            sql__line_take(out, s->through, true);
        for (unsigned i = 0; i < s->columns.list->len; i++) {
            const struct sql_output *o = s->columns.list->pdata[i];

            sql__line_take(out, o->origins, o->complete);
        }
        out->complete = out->complete && (s->columns.known || s->through);
        refer(l, at, node, "*", s, p == at ? SQL_TO_SOURCE : SQL_TO_OUTER);
        return true;
    }
    return false;
}

/* t.c: the column of a source, here or around. */
static bool take_of(struct line *l, const struct line_place *at, const struct sql_node *node,
                    const char *const part[2], struct sql_output *out)
{
    for (const struct line_place *p = at; p; p = p->outer) {
        struct line_source *s = source_named(p, part[0]);

        if (!s)
            continue;
        if (!sql__line_column_of(l, s, part[1], out))
            return false;
        refer(l, at, node, part[1], s, p == at ? SQL_TO_SOURCE : SQL_TO_OUTER);
        return true;
    }
    return false;
}

static void take_column(struct line *l, const struct line_place *p, const struct sql_node *n,
                        struct sql_output *out)
{
    const char *parts[MAX_PARTS] = {NULL};
    unsigned count = 0;

    for (const struct sql_node *c = n->child; c && c->slot == SLOT_PART; c = c->next) {
        if (c->kind != SQL_IDENTIFIER || c->flags & SQL_TEMPLATE || count == MAX_PARTS) {
            out->complete = false;
            refer(l, p, n, NULL, NULL, SQL_TO_NOTHING);
            return;
        }
        parts[count++] = sql__normalize_text(l->arena, c, l->dialect, false);
    }
    if (count > 1 && is_bound(p, parts[0]))
        return;
    for (unsigned i = count; i > 1; i--) /* catalog.schema.t.c, then t.c.field */
        if (take_of(l, p, n, &parts[i - 2], out))
            return;
    if (count > 0 && (take_name(l, p, n, parts[0], out) || take_row(l, p, n, parts[0], out)))
        return;
    out->complete = false;
    refer(l, p, n, count > 0 ? parts[count - 1] : NULL, NULL, SQL_TO_NOTHING);
}

static void take_query(struct line *l, const struct line_place *p, struct sql_node *query,
                       struct sql_output *out)
{
    struct line_columns columns = sql__line_query(l, query, p, p->ctes);

    for (unsigned i = 0; i < columns.list->len; i++) {
        const struct sql_output *o = columns.list->pdata[i];

        sql__line_take(out, o->origins, o->complete);
    }
    out->complete = out->complete && columns.known;
}

static void take_children(struct line *l, const struct line_place *p, struct sql_node *n,
                          struct sql_output *out)
{
    SQL_EACH_CHILD (n, c) {
        sql__line_expression(l, p, c, out);
    }
}

static void take_lambda(struct line *l, const struct line_place *p, struct sql_node *n,
                        struct sql_output *out)
{
    struct line_place inner = *p;
    struct sql_node *body = sql_child(n, SLOT_BODY);

    for (const struct sql_node *c = n->child; c; c = c->next) {
        struct line_bound *b;

        if (c->slot != SLOT_ARG || !c->text)
            continue;
        b = arena_new_of(l->arena, struct line_bound);
        *b = (struct line_bound){inner.bound, sql_normalize(l->arena, c, l->dialect)};
        inner.bound = b;
    }
    if (body)
        sql__line_expression(l, &inner, body, out);
}

/* A word that is a unit of time to a function: DATE_TRUNC(month, x), DATEDIFF(day, x, y). */
static bool is_unit(const struct line_place *p, struct line *l, const struct sql_node *call,
                    const struct sql_node *arg)
{
    static const char units[] =
        " YEAR YEARS QUARTER MONTH MONTHS WEEK ISOWEEK DAY DAYS HOUR HOURS MINUTE MINUTES SECOND "
        "SECONDS MILLISECOND MICROSECOND DECADE CENTURY DAYOFWEEK DAYOFYEAR ISOYEAR EPOCH ";
    g_autofree char *word = NULL, *padded = NULL;
    unsigned any;

    if (arg->kind != SQL_COLUMN || !arg->child || arg->child->next || arg->child->quote ||
        !call->text || !arg->child->text)
        return false;
    word = g_ascii_strup(call->text, call->len);
    if (!strstr(word, "DATE") && !strstr(word, "TIME") && !strstr(word, "TRUNC") &&
        !strstr(word, "LAST_DAY"))
        return false;
    padded = g_strdup_printf(" %.*s ", (int)arg->child->len, arg->child->text);
    for (char *c = padded; *c; c++)
        *c = g_ascii_toupper(*c);
    if (!strstr(units, padded))
        return false;
    owner(p, sql_normalize(l->arena, arg->child, l->dialect), &any);
    return any == 0;
}

static void take_call(struct line *l, const struct line_place *p, struct sql_node *n,
                      struct sql_output *out)
{
    SQL_EACH_CHILD (n, c) {
        if (c->slot != SLOT_ARG || !is_unit(p, l, n, c))
            sql__line_expression(l, p, c, out);
    }
}

/* ORDER BY of a window or a call sees columns, not projections' names. */
static void take_inner_order(struct line *l, const struct line_place *p, struct sql_node *n,
                             struct sql_output *out)
{
    struct line_place inner = *p;

    if (p->clause == SLOT_ORDER_BY)
        inner.clause = SLOT_WINDOW;
    take_children(l, &inner, n, out);
}

static void take(struct line *l, const struct line_place *p, struct sql_node *n,
                 struct sql_output *out)
{
    switch ((enum sql_kind)n->kind) {
    case SQL_COLUMN:
        take_column(l, p, n, out);
        return;
    case SQL_SELECT:
    case SQL_SET_OPERATION:
    case SQL_SUBQUERY:
    case SQL_VALUES:
        take_query(l, p, n, out);
        return;
    case SQL_LAMBDA:
        take_lambda(l, p, n, out);
        return;
    case SQL_FUNCTION:
        take_call(l, p, n, out);
        return;
    case SQL_WINDOW:
        take_inner_order(l, p, n, out);
        return;
    case SQL_MACRO_CALL:
    case SQL_MACRO_VAR:
    case SQL_JINJA:
        out->complete = false;
        take_children(l, p, n, out);
        return;
    case SQL_STAR:
    case SQL_TYPE:
        return;
    default:
        take_children(l, p, n, out);
    }
}

void sql__line_expression(struct line *l, const struct line_place *p, struct sql_node *n,
                          struct sql_output *out)
{
    take(l, p, n, out);
}
