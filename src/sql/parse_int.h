/* parse_int.h -- the parser's state and the functions its files share.
 *
 * A text is cut into tokens first, then read by recursive descent. After the first error the
 * current token is the end of the text and stays there, so every loop ends and no caller has to
 * ask; the functions then return NULL or a half-built node, and adding NULL adds nothing.
 */
#ifndef HEDDLE_SQL_PARSE_INT_H
#define HEDDLE_SQL_PARSE_INT_H

#include "base/limits.h"
#include "sql/dialect_int.h"
#include "sql/keyword.h"
#include "sql/parse.h"

struct parser {
    struct arena *arena;
    const struct source *source;
    const struct sql_dialect *dialect;
    const char *text;          /* a copy of the part being read, in the arena */
    uint32_t base;             /* where that part begins in the source */
    const struct sql_token *t; /* the current token; the last one is T_END, many times */
    const struct sql_token *end;
    const struct sql_token *open;                /* the innermost unclosed bracket, for errors */
    const struct sql_token *half;                /* a ">>" of which the first ">" closed a type */
    unsigned angles;                             /* types open with "<" */
    struct sql_node *batch, *batch_end;          /* room for nodes */
    const struct sql_token *object, *object_end; /* what the statement is about: TABLE, VIEW, … */
    const char *names;    /* words behind which a table's name follows; see sql/statements.h */
    uint32_t names_begin; /* the letters they begin with; 0: not looked at yet */
    unsigned blocks;      /* BEGIN … END around the current statement */
    unsigned depth, deepest;
    unsigned chain; /* operators read so far: bounds the height of the tree */
    unsigned tries; /* readings that were given up: bounds the work */
    size_t nodes, most_nodes;
    bool failed;
    bool trying; /* errors are not worded: the caller goes back */
    GError **error;
};

enum { CALLS_A_LEVEL = 3 }; /* of sql__enter(), at most, for one bracket in the text */

/* parse.c: tokens. */
void sql__fail(struct parser *p, int code, const char *format, ...) G_GNUC_PRINTF(3, 4);
/* "expected WHAT, found …" at the current token. */
struct sql_node *sql__expected(struct parser *p, const char *what);
void sql__too_deep(struct parser *p);
/* One level deeper; false when that is too deep. */
static inline bool sql__enter(struct parser *p)
{
    p->depth++;
    p->deepest = MAX(p->deepest, p->depth);
    if (p->depth <= CALLS_A_LEVEL * MAX_SQL_DEPTH)
        return true;
    sql__too_deep(p);
    return false;
}
static inline void sql__leave(struct parser *p)
{
    p->depth--;
}
/* Where to go back to when a reading turns out wrong. */
struct sql__mark {
    const struct sql_token *t, *open;
    unsigned depth;
    bool trying;
};
struct sql__mark sql__try(struct parser *p);
/* End of a try: true when it went well; else everything is as before it. */
bool sql__tried(struct parser *p, const struct sql__mark *m);
bool sql__expect_op(struct parser *p, enum sql_op op);
bool sql__expect_close(struct parser *p, enum sql_op op, const struct sql_token *open);
bool sql__expect_kw(struct parser *p, enum sql_keyword k);
static inline bool sql__is_word(const struct parser *p, const struct sql_token *t, const char *word)
{
    return sql_token_is(p->source, t, word);
}
static inline void sql__set_names(struct parser *p, const char *names)
{
    p->names = names;
    p->names_begin = 0;
}
/* Step over this word of no enum. */
bool sql__take_word(struct parser *p, const char *word);

static inline bool sql__at_op(const struct parser *p, enum sql_op op)
{
    return p->t->op == op && p->t->kind == T_OPERATOR;
}
static inline bool sql__at_kw(const struct parser *p, enum sql_keyword k)
{
    return p->t->keyword == k;
}
static inline void sql__step(struct parser *p)
{
    if (p->t < p->end)
        p->t++;
}
static inline bool sql__take_op(struct parser *p, enum sql_op op)
{
    return sql__at_op(p, op) ? (p->t++, true) : false;
}
static inline bool sql__take_kw(struct parser *p, enum sql_keyword k)
{
    return sql__at_kw(p, k) ? (p->t++, true) : false;
}
static inline const char *sql__token_text(const struct parser *p, const struct sql_token *t)
{
    return p->text + (t->at - p->base);
}
/* A number, or a name like 7a, which reads as another thing behind some marks. */
static inline bool sql__begins_with_digit(const struct parser *p, const struct sql_token *t)
{
    return t->kind == T_NUMBER || (t->kind == T_WORD && g_ascii_isdigit(*sql__token_text(p, t)));
}

/* parse.c: nodes. */
void sql__more_nodes(struct parser *p);
/* A node at the current token. */
static inline struct sql_node *sql__node(struct parser *p, enum sql_kind kind)
{
    if (p->batch == p->batch_end)
        sql__more_nodes(p);
    *p->batch = (struct sql_node){.kind = kind, .at = p->t->at};
    return p->batch++;
}
struct sql_node *sql__word(struct parser *p, enum sql_kind kind); /* its text, and step */
static inline struct sql_node *sql__add(struct sql_node *parent, enum sql_slot slot,
                                        struct sql_node *child)
{
    return child ? sql_append(parent, slot, child) : NULL;
}
/* A node of fixed words. */
struct sql_node *sql__words(struct parser *p, enum sql_kind kind, const char *text);
/* A comma-separated list of what `item` reads, into a slot. */
typedef struct sql_node *(*sql__reader)(struct parser *p);
void sql__list(struct parser *p, struct sql_node *parent, enum sql_slot slot, sql__reader item);
/* The same in brackets, where nothing may stand too. */
void sql__bracket_list(struct parser *p, struct sql_node *parent, enum sql_slot slot,
                       sql__reader item);
/* The same with at least one. */
void sql__full_list(struct parser *p, struct sql_node *parent, enum sql_slot slot,
                    sql__reader item);

/* parse_name.c */
bool sql__at_name(const struct parser *p);          /* a word or quoted name that may be one */
struct sql_node *sql__identifier(struct parser *p); /* any word or quoted name, or a macro */
struct sql_node *sql__string(struct parser *p);     /* T_STRING */
void sql__take_name(struct parser *p, struct sql_node *n); /* a name as the text of n */
/* Is the current token a name that may follow something as its alias without AS? */
bool sql__at_alias(const struct parser *p, unsigned not_flag);
/* [AS] name or macro [(columns)] for a projection or a table: fills n, true when there was one. */
bool sql__alias_into(struct parser *p, struct sql_node *n);

/* parse_macro.c: the current token is T_AT. */
struct sql_node *sql__macro(struct parser *p);
/* In a table's place: brackets behind a space are no arguments, as in "@this_model (a, b)". */
struct sql_node *sql__table_macro(struct parser *p);
/* @WHERE and its like at the current token? Reads name and arguments of the call. */
struct sql_node *sql__clause_macro(struct parser *p, const char *name);

/* parse_expr.c, parse_primary.c, parse_function.c, parse_type.c */
struct sql_node *sql__expression(struct parser *p);
struct sql_node *sql__binary(struct parser *p, int least); /* operators that bind so tight */
/* The same, when its first operand has been read. */
struct sql_node *sql__binary_after(struct parser *p, struct sql_node *left, int least);
struct sql_node *sql__primary(struct parser *p);
struct sql_node *sql__aliased(struct parser *p); /* expression [AS alias] */
struct sql_node *sql__with_alias(struct parser *p, struct sql_node *expression);
struct sql_node *sql__argument(struct parser *p);
/* The same in brackets of no call: there a -> b reads a member of a. */
struct sql_node *sql__bracket_item(struct parser *p);
struct sql_node *sql__function(struct parser *p, struct sql_node *name);
struct sql_node *sql__call(struct parser *p, struct sql_node *what); /* at the brackets */
void sql__after_call(struct parser *p, struct sql_node *call);       /* FILTER, OVER, … */
struct sql_node *sql__lambda(struct parser *p);                      /* NULL when it is none */
struct sql_node *sql__type(struct parser *p);
bool sql__at_unit(const struct parser *p);      /* DAY, HOURS, … */
struct sql_node *sql__window(struct parser *p); /* (…) or a name, after OVER */
struct sql_node *sql__order(struct parser *p);
/* parse_rare.c: at the current token, or behind what has been read: then the argument, if nothing
 * rare follows. */
struct sql_node *sql__rare_value(struct parser *p); /* NULL: none begins here */
struct sql_node *sql__behind_name(struct parser *p, struct sql_node *n);
struct sql_node *sql__behind_expression(struct parser *p, struct sql_node *n);
/* At *: the star, into a node that may hold the parts before it. */
struct sql_node *sql__star(struct parser *p, struct sql_node *n);

/* parse_with.c, parse_query.c, parse_from.c */
struct sql_node *sql__with(struct parser *p); /* WITH or @WITH(…) with its CTEs, or NULL */
bool sql__at_query(const struct parser *p);
struct sql_node *sql__query(struct parser *p);
/* The hint between the token before and the current one, or NULL. */
struct sql_node *sql__hint(struct parser *p);
/* The rest of a query whose first term has been read. */
struct sql_node *sql__query_after(struct parser *p, struct sql_node *first);
struct sql_node *sql__query_or_expression(struct parser *p); /* at "(" before a query */
struct sql_node *sql__values(struct parser *p);              /* at VALUES */
struct sql_node *sql__group_item(struct parser *p);
struct sql_node *sql__bracketed(struct parser *p); /* ( query ) or ( expression, … ) */
struct sql_node *sql__table_name(struct parser *p);
bool sql__at_stage(const struct parser *p);
struct sql_node *sql__table_target(struct parser *p); /* a name, a file, or a stage of Snowflake */
struct sql_node *sql__table_base(struct parser *p);   /* the same without what follows */
struct sql_node *sql__table(struct parser *p);        /* a table, a subquery, … with its alias */
void sql__pipe_join(struct parser *p, struct sql_node *parent); /* a join after |> */
void sql__joins(struct parser *p, struct sql_node *parent);

/* grammar.c: read by a pattern, children into a slot. False when it does not begin here. */
bool sql__pattern(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *pattern);
/* A PHRASE read by a pattern, or NULL when it does not begin here. */
struct sql_node *sql__phrase(struct parser *p, const char *pattern);

/* parse_words.c: word by word, up to a comma; with commas to the end, or to AS before a query. */
struct sql_node *sql__words_item(struct parser *p);
struct sql_node *sql__one_word(struct parser *p); /* a word, name, literal or bracket */
struct sql_node *sql__words_until_end(struct parser *p);
struct sql_node *sql__words_until_query(struct parser *p);
struct sql_node *sql__words_grants(struct parser *p); /* SELECT is a privilege, no query */
struct sql_node *sql__dotted(struct parser *p);       /* a.b.*, as a COLUMN */
bool sql__at_words(const struct parser *p);
/* The token behind a bracket and what is in it. */
const struct sql_token *sql__behind_brackets(const struct parser *p, const struct sql_token *t);

/* parse_statement.c */
struct sql_node *sql__column_definition(struct parser *p);
struct sql_node *sql__statement(struct parser *p);
/* At the words that begin a statement other than a query? */
bool sql__at_statement(const struct parser *p);

#endif
