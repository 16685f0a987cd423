/* grammar.c -- reads clauses and statements by patterns.
 *
 *     WORD      this word, kept as a KEYWORD          [ a ]   a, or nothing
 *     {rule}    what a rule reads                     [ a ]*  a, as often as it comes
 *     = , . *   this mark                             < a | b >  one of them
 *     ( a )     a in brackets, a GROUP                (, a )  a, a, … in brackets; may be empty
 *     , e       e, e, … of the next element e
 *
 * A way is taken when its first words are there; there is no going back. Words of a pattern are
 * in upper case.
 */
#include "sql/parse_int.h"

#include <string.h>

/* What may begin a rule. */
enum begin {
    B_EXPRESSION, /* anything but a closing mark */
    B_NAME,
    B_STRING,
    B_BRACKET,
    B_PATTERN, /* what begins the rule's pattern */
};

struct rule {
    const char *name;
    enum begin begin;
    sql__reader read;    /* or */
    const char *pattern; /* a PHRASE */
};

static const struct rule *rule_find(const char *name, size_t len);
static void match(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *at);
static void match_element(struct parser *p, struct sql_node *into, enum sql_slot slot,
                          const char *at, bool again);

static const char *skip_space(const char *at)
{
    while (*at == ' ')
        at++;
    return at;
}

static size_t word_length(const char *at)
{
    return strspn(at, "ABCDEFGHIJKLMNOPQRSTUVWXYZ_0123456789");
}

/* Behind the element at `at`; brackets of every kind with what is in them. */
static const char *skip_element(const char *at)
{
    unsigned depth = 0;

    if (word_length(at))
        return at + word_length(at);
    do {
        if (strchr("[<({", *at))
            depth++;
        else if (strchr("]>)}", *at))
            depth--;
        at++;
    } while (depth > 0);
    return *at == '*' ? at + 1 : at;
}

static bool ends(char c)
{
    return c == '\0' || c == ']' || c == '>' || c == '|' || c == ')';
}

static bool token_is(const struct parser *p, const struct sql_token *t, const char *word, size_t n)
{
    return t->kind == T_WORD && t->len == n &&
           g_ascii_strncasecmp(sql__token_text(p, t), word, n) == 0;
}

static bool mark_is(const struct parser *p, const struct sql_token *t, char mark)
{
    return t->kind == T_OPERATOR && t->len == 1 && *sql__token_text(p, t) == mark;
}

/* How far the words of a pattern go along with the tokens. */
struct cursor {
    const struct sql_token *t;
    bool open; /* a rule was reached: what follows is not looked at */
};

static bool walk(const struct parser *p, struct cursor *c, const char *at);

/* The way of a choice that goes along, with *c moved behind its words; or NULL. */
static const char *walk_choice(const struct parser *p, struct cursor *c, const char *way)
{
    for (;;) {
        struct cursor here = *c;

        if (walk(p, &here, way)) {
            *c = here;
            return way;
        }
        while (!ends(*way))
            way = skip_space(skip_element(skip_space(way)));
        if (*way++ != '|')
            return NULL;
    }
}

static void walk_optional(const struct parser *p, struct cursor *c, const char *at, bool again)
{
    struct cursor here = *c;

    while (!c->open && walk(p, &here, at) && here.t != c->t) {
        *c = here;
        if (!again)
            return;
    }
    c->open = c->open || here.open;
}

static bool walk_rule(const struct parser *p, struct cursor *c, const struct rule *r)
{
    const struct sql_token *t = c->t;
    bool bracket = t->kind == T_OPERATOR && t->op == OP_LPAREN;
    bool name = t->kind == T_WORD || t->kind == T_QUOTED || t->kind == T_AT || t->kind == T_JINJA;
    struct cursor here = *c;

    c->open = true;
    switch (r->begin) {
    case B_NAME:
        return name;
    case B_STRING:
        return t->kind == T_STRING || t->kind == T_AT;
    case B_BRACKET:
        return bracket;
    case B_PATTERN:
        return walk(p, &here, r->pattern);
    default:
        return t->kind != T_END &&
               !(t->kind == T_OPERATOR && (t->op == OP_RPAREN || t->op == OP_COMMA ||
                                           t->op == OP_SEMICOLON || t->op == OP_EQ));
    }
}

static bool walk_element(const struct parser *p, struct cursor *c, const char *at, bool again)
{
    size_t n = word_length(at);

    if (n) {
        if (!token_is(p, c->t, at, n))
            return false;
        c->t++;
        return true;
    }
    switch (*at) {
    case '[':
        walk_optional(p, c, at + 1, again);
        return true;
    case '<':
        return walk_choice(p, c, at + 1) != NULL;
    case '{':
        return walk_rule(p, c, rule_find(at + 1, strcspn(at + 1, "}")));
    case '(':
        c->open = true;
        return mark_is(p, c->t, '(');
    default:
        if (*at == ',' && at[1] == ' ')
            c->open = true;
        else if (!mark_is(p, c->t, *at))
            return false;
        else
            c->t++;
        return true;
    }
}

/* Could what stands at the cursor be this pattern? Looks at words and marks up to a rule. */
static bool walk(const struct parser *p, struct cursor *c, const char *at)
{
    for (at = skip_space(at); !ends(*at) && !c->open; at = skip_space(at)) {
        const char *next = skip_element(at);

        if (!walk_element(p, c, at, next[-1] == '*'))
            return false;
        at = next;
    }
    return true;
}

static bool begins(const struct parser *p, const char *at)
{
    struct cursor c = {.t = p->t};

    return p->t->kind != T_END && walk(p, &c, at) && (c.t != p->t || c.open);
}

static void add_keyword(struct parser *p, struct sql_node *into, enum sql_slot slot,
                        const char *text, size_t len)
{
    struct sql_node *n = sql__node(p, SQL_KEYWORD);

    n->text = text;
    n->len = len;
    sql__add(into, slot, n);
    sql__step(p);
}

static void match_word(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *at,
                       size_t n)
{
    char word[40];

    if (token_is(p, p->t, at, n)) {
        add_keyword(p, into, slot, at, n);
        return;
    }
    g_strlcpy(word, at, MIN(n + 1, sizeof word));
    sql__expected(p, word);
}

static void match_rule(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *at)
{
    const struct rule *r = rule_find(at, strcspn(at, "}"));

    sql__add(into, slot, r->read ? r->read(p) : sql__phrase(p, r->pattern));
}

static void match_choice(struct parser *p, struct sql_node *into, enum sql_slot slot,
                         const char *at)
{
    struct cursor c = {.t = p->t};
    const char *way = walk_choice(p, &c, at);

    if (way)
        match(p, into, slot, way);
    else
        sql__expected(p, "another word");
}

/* One item of a list: what the pattern reads, as one node. */
static struct sql_node *item(struct parser *p, const char *at)
{
    struct sql_node *n = sql__node(p, SQL_PHRASE);

    match(p, n, SLOT_ARG, at);
    return n->child && !n->child->next ? n->child : n;
}

static void match_group(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *at)
{
    const struct sql_token *open = p->t;
    struct sql_node *n = sql__node(p, SQL_GROUP);
    bool list = *at == ',';

    if (!sql__expect_op(p, OP_LPAREN) || !sql__enter(p))
        return;
    if (!list || !sql__at_op(p, OP_RPAREN)) {
        do
            sql__add(n, SLOT_ARG, item(p, at + list));
        while (list && sql__take_op(p, OP_COMMA) && !sql__at_op(p, OP_RPAREN));
    }
    sql__expect_close(p, OP_RPAREN, open);
    sql__leave(p);
    sql__add(into, slot, n);
}

static void match_optional(struct parser *p, struct sql_node *into, enum sql_slot slot,
                           const char *at, bool again)
{
    while (!p->failed && begins(p, at)) {
        const struct sql_token *before = p->t;

        match(p, into, slot, at);
        if (!again || p->t == before)
            return;
    }
}

static void match_mark(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *at)
{
    const char mark[] = {'"', *at, '"', '\0'};

    if (mark_is(p, p->t, *at))
        add_keyword(p, into, slot, at, 1);
    else
        sql__expected(p, mark);
}

static void match_list(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *at)
{
    struct sql_node *n = sql__node(p, SQL_LIST);

    do {
        struct sql_node *one = sql__node(p, SQL_PHRASE);

        match_element(p, one, SLOT_ARG, at, false);
        sql__add(n, SLOT_ARG, one->child && !one->child->next ? one->child : one);
    } while (sql__take_op(p, OP_COMMA));
    sql__add(into, slot, n);
}

static void match_element(struct parser *p, struct sql_node *into, enum sql_slot slot,
                          const char *at, bool again)
{
    size_t n = word_length(at);

    if (n)
        match_word(p, into, slot, at, n);
    else if (*at == '{')
        match_rule(p, into, slot, at + 1);
    else if (*at == '<')
        match_choice(p, into, slot, at + 1);
    else if (*at == '(')
        match_group(p, into, slot, at + 1);
    else if (*at == '[')
        match_optional(p, into, slot, at + 1, again);
    else if (*at == ',' && at[1] == ' ')
        match_list(p, into, slot, skip_space(at + 1));
    else
        match_mark(p, into, slot, at);
}

/* Read one way of a pattern. */
static void match(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *at)
{
    for (at = skip_space(at); !ends(*at) && !p->failed; at = skip_space(at)) {
        const char *next = skip_element(at);
        bool list = *at == ',' && at[1] == ' ';

        match_element(p, into, slot, at, next[-1] == '*');
        at = list ? skip_element(skip_space(next)) : next;
    }
}

bool sql__pattern(struct parser *p, struct sql_node *into, enum sql_slot slot, const char *pattern)
{
    if (p->failed || !begins(p, pattern))
        return false;
    match(p, into, slot, pattern);
    return true;
}

struct sql_node *sql__phrase(struct parser *p, const char *pattern)
{
    struct sql_node *n = sql__node(p, SQL_PHRASE);

    return sql__pattern(p, n, SLOT_ARG, pattern) ? n : NULL;
}

static struct sql_node *read_word(struct parser *p)
{
    if (p->t->kind == T_AT || p->t->kind == T_JINJA)
        return sql__identifier(p);
    return p->t->kind == T_WORD ? sql__word(p, SQL_KEYWORD) : sql__expected(p, "a word");
}

/* An expression without AND, OR, comparison: what may be followed by such words. */
static struct sql_node *read_operand(struct parser *p)
{
    return sql__binary(p, BIND_OTHER);
}

static struct sql_node *read_query(struct parser *p)
{
    return sql__query(p);
}

static struct sql_node *read_name(struct parser *p)
{
    return sql__table_name(p);
}

/* name = value, 'name' = value, name => value; or only a name or a value. */
static struct sql_node *read_option(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_PROPERTY), *key;

    key = p->t->kind == T_WORD ? sql__word(p, SQL_KEYWORD) : sql__binary(p, BIND_COMPARE);
    while (key && sql__take_op(p, OP_DOT)) {
        key->len = p->t->at + p->t->len - key->at;
        sql__step(p);
    }
    if (!sql__at_op(p, OP_EQ) && !sql__at_op(p, OP_ARROW_FAT) && !sql__at_op(p, OP_COLON))
        return key;
    n->op = p->t->op;
    sql__step(p);
    sql__add(n, SLOT_KEY, key);
    sql__add(n, SLOT_VALUE, sql__argument(p));
    return n;
}

/* Brackets and what is in them, kept as text. */
static struct sql_node *read_raw_group(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_KEYWORD);
    const struct sql_token *from = p->t;
    unsigned depth = 0;

    do {
        if (sql__at_op(p, OP_LPAREN))
            depth++;
        else if (sql__at_op(p, OP_RPAREN))
            depth--;
        sql__step(p);
    } while (depth > 0 && p->t < p->end);
    if (depth > 0)
        return sql__expect_close(p, OP_RPAREN, from), NULL;
    n->text = sql__token_text(p, from);
    n->len = p->t[-1].at + p->t[-1].len - from->at;
    n->flags = SQL_OPAQUE;
    return n;
}

static struct sql_node *read_list_of_expressions(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_LIST);

    sql__list(p, n, SLOT_ARG, sql__aliased);
    return n;
}

static struct sql_node *read_alias_name(struct parser *p)
{
    return sql__identifier(p);
}

/* What may stand in brackets: a query, or expressions. */
static struct sql_node *read_group(struct parser *p)
{
    return sql__bracketed(p);
}

static struct sql_node *read_as_query(struct parser *p)
{
    return sql__at_query(p) || p->t->kind == T_AT || p->t->kind == T_JINJA ||
                   sql__at_kw(p, KW_TABLE)
               ? sql__query(p)
               : sql__expected(p, "a query");
}

/* (column definitions), unless a query stands in the brackets. */
static struct sql_node *read_columns(struct parser *p)
{
    struct sql_node *n;

    if (sql__at_query(p))
        return sql__bracketed(p);
    n = sql__node(p, SQL_GROUP);
    sql__bracket_list(p, n, SLOT_ARG, sql__column_definition);
    return n;
}

/* A name, perhaps with the types of a function's arguments. */
static struct sql_node *read_drop_name(struct parser *p)
{
    struct sql_node *n = sql__table_name(p);

    if (n && sql__at_op(p, OP_LPAREN))
        sql__pattern(p, n, SLOT_VERSION, "(, {type})");
    return n;
}

static struct sql_node *read_index_name(struct parser *p)
{
    return sql__at_kw(p, KW_ON) ? NULL : sql__table_name(p);
}

static struct sql_node *read_statement_or_name(struct parser *p)
{
    return sql__at_query(p) ? sql__query(p) : sql__table_name(p);
}

/* Tables with joins, as after FROM. */
static struct sql_node *read_tables(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_LIST);

    n->op = OP_DOT; /* joins print themselves */
    sql__add(n, SLOT_TABLE, sql__table(p));
    sql__joins(p, n);
    return n;
}

#define TABLE_OPTION                                                                               \
    "<WITH (, {option})|TBLPROPERTIES (, {option})|OPTIONS (, {option})|PARTITIONED BY {group}|"   \
    "PARTITION BY <RANGE {group}|LIST {group}|HASH {group}|{exprs}>|CLUSTER BY {exprs}|"           \
    "CLUSTERED BY {group} [INTO {operand} BUCKETS]|ORDER BY {expr}|PRIMARY KEY {expr}|"            \
    "COMMENT [=] {string}|USING {word}|LOCATION {string}|ENGINE [=] {expr}|TABLESPACE {ident}|"    \
    "DISTSTYLE {word}|DISTKEY {group}|<COMPOUND|INTERLEAVED> SORTKEY {group}|SORTKEY {group}|"     \
    "STORED AS {word}|COPY GRANTS|ON COMMIT <PRESERVE ROWS|DELETE ROWS|DROP>|BACKUP <YES|NO>|"     \
    "INHERITS (, {name})|AUTO REFRESH <YES|NO>|DATA_RETENTION_TIME_IN_DAYS = {operand}|"           \
    "AUTHORIZATION {ident}|DEFAULT COLLATE {operand}|SETTINGS , {expr}|TTL {expr}>"
#define COLUMN_CONSTRAINT                                                                          \
    "<CONSTRAINT {ident}|NOT NULL|NULL|PRIMARY KEY|UNIQUE [KEY]|DEFAULT {operand}|CHECK ({expr})|" \
    "{references}|COLLATE {ident}|COMMENT {string}|OPTIONS (, {option})|AUTO_INCREMENT|"           \
    "AUTOINCREMENT|ENCODE {word}|DISTKEY|SORTKEY|IDENTITY [{group}]|"                              \
    "GENERATED <ALWAYS|BY DEFAULT> AS <IDENTITY [{raw}]|({expr})> [<STORED|VIRTUAL>]|"             \
    "AS ({expr}) [<STORED|VIRTUAL|PERSISTED>]|MATERIALIZED {operand}|ALIAS {operand}|"             \
    "CODEC {group}|COMPRESSION {word}|USING COMPRESSION {word}>"
#define ALTER_ACTION                                                                               \
    "<ADD CONSTRAINT {ident} {table_constraint}|ADD PRIMARY KEY {raw}|ADD FOREIGN KEY {raw} "      \
    "{references}|ADD [COLUMN] [IF NOT EXISTS] {column_definition} [<FIRST|AFTER {ident}>]|"       \
    "DROP CONSTRAINT [IF EXISTS] {ident} [<CASCADE|RESTRICT>]|DROP [COLUMN] [IF EXISTS] {name} "   \
    "[<CASCADE|RESTRICT>]|ALTER [COLUMN] {ident} <[SET DATA] TYPE {type} [COLLATE {ident}] "       \
    "[USING "                                                                                      \
    "{expr}]|SET DEFAULT {expr}|DROP DEFAULT|SET NOT NULL|DROP NOT NULL|{type}>|RENAME TO {name}|" \
    "RENAME [COLUMN] {name} TO {ident}|SET SCHEMA {ident}|OWNER TO {ident}|SET TBLPROPERTIES (, "  \
    "{option})|SET OPTIONS (, {option})|SET (, {option})|SWAP WITH {name}|CLUSTER BY {group}|"     \
    "ENABLE ROW LEVEL SECURITY|DISABLE ROW LEVEL SECURITY>"
#define MERGE_WHEN                                                                                 \
    "WHEN [NOT] MATCHED [BY <SOURCE|TARGET>] [AND {expr}] THEN <UPDATE [SET <*|, {expr}>]|"        \
    "DELETE|DO NOTHING|INSERT [BY NAME] [*] [{column_list}] [VALUES {group}] [ROW]|ERROR>"
#define ON_CONFLICT                                                                                \
    "ON <CONFLICT [<ON CONSTRAINT {ident}|{group}>] [WHERE {expr}] DO <NOTHING|UPDATE SET , "      \
    "{expr} "                                                                                      \
    "[WHERE {expr}]>|DUPLICATE KEY UPDATE , {expr}>"

/* What stands in IN (…) of a PIVOT: values, a query, or ANY. */
static struct sql_node *read_pivot_values(struct parser *p)
{
    struct sql_node *n = sql__phrase(p, "ANY [ORDER BY , {order}]");

    if (n)
        return n;
    return sql__at_query(p) ? sql__query(p) : read_list_of_expressions(p);
}

/* SUM(x) AS s, … FOR y IN (…) z IN (…) GROUP BY …, inside the brackets of PIVOT */
static struct sql_node *read_pivot(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_PHRASE), *list = sql__node(p, SQL_LIST);

    do
        if (!sql__at_kw(p, KW_FOR))
            sql__add(list, SLOT_ARG, sql__aliased(p));
    while (sql__take_op(p, OP_COMMA));
    sql__add(n, SLOT_ARG, list);
    sql__pattern(p, n, SLOT_ARG, "FOR");
    while (!sql__at_op(p, OP_RPAREN) && !sql__at_kw(p, KW_GROUP) && !p->failed &&
           !sql__is_word(p, p->t, "DEFAULT"))
        sql__pattern(p, n, SLOT_ARG, "{operand} IN <({pivot_values})|{operand}>");
    sql__pattern(p, n, SLOT_ARG, "[DEFAULT ON NULL ({expr})] [GROUP BY , {group_item}]");
    return n;
}

static struct sql_node *sample_size(struct parser *p)
{
    struct sql_node *n = sql__phrase(p, "BUCKET {operand} OUT OF {operand} [ON {expr}]");

    if (n)
        return n;
    n = sql__node(p, SQL_PHRASE);
    sql__add(n, SLOT_ARG, p->t->kind == T_NUMBER ? sql__word(p, SQL_NUMBER) : read_operand(p));
    sql__pattern(p, n, SLOT_ARG, "[<PERCENT|ROWS|%>]");
    return n;
}

/* What follows TABLESAMPLE: 10%, 10 PERCENT (bernoulli), RESERVOIR (20 ROWS) REPEATABLE (1) */
static struct sql_node *read_sample(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_PHRASE);

    sql__pattern(p, n, SLOT_ARG, "[<BERNOULLI|SYSTEM|RESERVOIR|ROW|BLOCK>]");
    if (sql__at_op(p, OP_LPAREN)) {
        sql__pattern(p, n, SLOT_ARG, "({sample_size})");
    } else {
        sql__add(n, SLOT_ARG, sample_size(p));
        sql__pattern(p, n, SLOT_ARG, "[(, {operand})]");
    }
    sql__pattern(p, n, SLOT_ARG, "[OFFSET {operand}] [<REPEATABLE|SEED> ({operand})]");
    return n;
}

static struct sql_node *read_idents(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_LIST);

    sql__list(p, n, SLOT_ARG, sql__identifier);
    return n;
}

static const struct rule rules[] = {
    {"alias_name",        B_NAME,       read_alias_name,          NULL                                               },
    {"aliased",           B_EXPRESSION, sql__aliased,             NULL                                               },
    {"arg",               B_EXPRESSION, sql__argument,            NULL                                               },
    {"bound",             B_PATTERN,    NULL,
     "<UNBOUNDED <PRECEDING|FOLLOWING>|CURRENT ROW|{operand} <PRECEDING|FOLLOWING>>"                                 },
    {"alter_action",      B_PATTERN,    NULL,                     ALTER_ACTION                                       },
    {"as_query",          B_EXPRESSION, read_as_query,            NULL                                               },
    {"assignment",        B_EXPRESSION, sql__expression,          NULL                                               },
    {"column_constraint", B_PATTERN,    NULL,                     COLUMN_CONSTRAINT                                  },
    {"column_definition", B_NAME,       sql__column_definition,   NULL                                               },
    {"column_list",       B_PATTERN,    NULL,                     "(, {ident})"                                      },
    {"columns",           B_BRACKET,    read_columns,             NULL                                               },
    {"copy_place",        B_EXPRESSION, read_operand,             NULL                                               },
    {"drop_name",         B_NAME,       read_drop_name,           NULL                                               },
    {"expr",              B_EXPRESSION, sql__expression,          NULL                                               },
    {"exprs",             B_EXPRESSION, read_list_of_expressions, NULL                                               },
    {"function_head",     B_EXPRESSION, sql__expression,          NULL                                               },
    {"grantee",           B_PATTERN,    NULL,                     "[<ROLE|USER|GROUP|SHARE>] {word_or_name}"         },
    {"group",             B_BRACKET,    read_group,               NULL                                               },
    {"group_by",          B_PATTERN,    NULL,                     "GROUP BY , {group_item}"                          },
    {"group_item",        B_EXPRESSION, sql__group_item,          NULL                                               },
    {"ident",             B_NAME,       sql__identifier,          NULL                                               },
    {"idents",            B_NAME,       read_idents,              NULL                                               },
    {"index_item",        B_PATTERN,    NULL,                     "{order}"                                          },
    {"index_name",        B_NAME,       read_index_name,          NULL                                               },
    {"lateral_alias",     B_PATTERN,    NULL,                     "{ident} [AS , {ident}]"                           },
    {"match_recognize",   B_EXPRESSION, read_raw_group,           NULL                                               },
    {"merge_when",        B_PATTERN,    NULL,                     MERGE_WHEN                                         },
    {"name",              B_NAME,       read_name,                NULL                                               },
    {"named",             B_EXPRESSION, sql__argument,            NULL                                               },
    {"on_conflict",       B_PATTERN,    NULL,                     ON_CONFLICT                                        },
    {"operand",           B_EXPRESSION, read_operand,             NULL                                               },
    {"option",            B_EXPRESSION, read_option,              NULL                                               },
    {"order",             B_EXPRESSION, sql__order,               NULL                                               },
    {"pivot_column",      B_EXPRESSION, sql__pivot_column,        NULL                                               },
    {"pivot",             B_EXPRESSION, read_pivot,               NULL                                               },
    {"pivot_column",      B_EXPRESSION, sql__pivot_column,        NULL                                               },
    {"pivot_values",      B_EXPRESSION, read_pivot_values,        NULL                                               },
    {"primary",           B_EXPRESSION, sql__primary,             NULL                                               },
    {"privilege",         B_PATTERN,    NULL,                     "[ALL PRIVILEGES] {word}"                          },
    {"properties",        B_PATTERN,    NULL,                     "(, {option})"                                     },
    {"query",             B_EXPRESSION, read_query,               NULL                                               },
    {"raw",               B_BRACKET,    read_raw_group,           NULL                                               },
    {"references",        B_PATTERN,    NULL,
     "REFERENCES {name} [MATCH <FULL|PARTIAL|SIMPLE>] [ON <DELETE|UPDATE> <CASCADE|RESTRICT|NO "
     "ACTION|SET NULL|SET DEFAULT>]*"                                                                                },
    {"returning",         B_PATTERN,    NULL,                     "RETURNING , {aliased}"                            },
    {"sample",            B_EXPRESSION, read_sample,              NULL                                               },
    {"sample_size",       B_EXPRESSION, sample_size,              NULL                                               },
    {"sequence_option",   B_PATTERN,    NULL,
     "<INCREMENT [BY] {operand}|MINVALUE {operand}|MAXVALUE {operand}|NO <MINVALUE|MAXVALUE|CYCLE>|"
     "START [WITH] {operand}|CACHE {operand}|CYCLE|OWNED BY {name}|AS {type}>"                                       },
    {"set_item",          B_EXPRESSION, sql__set_item,            NULL                                               },
    {"statement",         B_EXPRESSION, sql__statement,           NULL                                               },
    {"statement_or_name", B_NAME,       read_statement_or_name,   NULL                                               },
    {"string",            B_STRING,     sql__string,              NULL                                               },
    {"table",             B_EXPRESSION, sql__table,               NULL                                               },
    {"table_constraint",  B_PATTERN,    NULL,
     "<PRIMARY KEY {raw}|UNIQUE {raw}|CHECK ({expr})|FOREIGN KEY {raw} {references}>"                                },
    {"table_option",      B_PATTERN,    NULL,                     TABLE_OPTION                                       },
    {"tables",            B_EXPRESSION, read_tables,              NULL                                               },
    {"target",            B_EXPRESSION, sql__table,               NULL                                               },
    {"type",              B_EXPRESSION, sql__type,                NULL                                               },
    {"unit",              B_NAME,       read_word,                NULL                                               },
    {"value",             B_EXPRESSION, sql__aliased,             NULL                                               },
    {"view_column",       B_PATTERN,    NULL,                     "{ident} [COMMENT {string}] [OPTIONS {properties}]"},
    {"word",              B_NAME,       read_word,                NULL                                               },
    {"word_or_name",      B_NAME,       read_name,                NULL                                               },
};

static const struct rule *rule_find(const char *name, size_t len)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(rules); i++)
        if (strncmp(rules[i].name, name, len) == 0 && rules[i].name[len] == '\0')
            return &rules[i];
    g_error("no rule {%.*s}", (int)len, name);
}
