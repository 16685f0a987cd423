/* parse_type.c -- types: names of several words, parameters, nested types, [] after them. */
#include "sql/parse_int.h"

#include <string.h>

/* The words that may follow a type's first word. */
static const struct {
    const char *first, *pattern;
} more_words[] = {
    {"DOUBLE",    "PRECISION"                                              },
    {"CHARACTER", "VARYING"                                                },
    {"CHAR",      "VARYING"                                                },
    {"NATIONAL",  "<CHARACTER VARYING|CHAR VARYING|CHARACTER|CHAR|VARCHAR>"},
    {"BIT",       "VARYING"                                                },
    {"BINARY",    "VARYING"                                                },
    {"CHAR",      "LARGE OBJECT"                                           },
    {"LONG",      "<VARCHAR|VARBINARY|RAW>"                                },
    {"NCHAR",     "VARYING"                                                },
    {"SIGNED",    "<INTEGER|INT>"                                          },
    {"UNSIGNED",  "<INTEGER|INT>"                                          },
};

static const char *const after_arguments[] = {
    "WITH TIME ZONE",       "WITHOUT TIME ZONE", "WITH LOCAL TIME ZONE", "UNSIGNED", "SIGNED",
    "CHARACTER SET {word}", "ZEROFILL",
};

/* A field of a nested type: name type, name: type. */
static struct sql_node *field(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_PROPERTY);

    sql__take_name(p, n);
    if (sql__take_op(p, OP_COLON))
        n->op = OP_COLON;
    sql__add(n, SLOT_TYPE, sql__type(p));
    sql__pattern(p, n, SLOT_SETTING,
                 "[NOT NULL] [COLLATE {word}] [COMMENT {string}] [OPTIONS (, {option})]");
    return n;
}

static bool at_field(const struct parser *p)
{
    const struct sql_token *t = p->t;

    if (t->kind == T_QUOTED)
        return true;
    return t->kind == T_WORD && (t[1].kind == T_WORD || t[1].op == OP_COLON) &&
           !(sql__is_word(p, t, "DOUBLE") && sql__is_word(p, t + 1, "PRECISION")) &&
           !(sql__is_word(p, t + 1, "WITH")) && !sql__is_word(p, t + 1, "VARYING") &&
           !(t[1].kind == T_OPERATOR && t[1].op != OP_COLON) &&
           !sql__is_word(p, t + 1, "UNSIGNED") && !sql__is_word(p, t + 1, "NOT");
}

static struct sql_node *type_argument(struct parser *p)
{
    struct sql_node *n, *value;

    switch (p->t->kind) {
    case T_NUMBER:
        n = sql__word(p, SQL_NUMBER);
        sql__take_word(p, "CHAR");
        return n;
    case T_STRING:
        n = sql__string(p);
        if (!sql__at_op(p, OP_EQ))
            return n;
        value = sql__node(p, SQL_PROPERTY);
        value->op = OP_EQ;
        sql__step(p);
        sql__add(value, SLOT_KEY, n);
        sql__add(value, SLOT_VALUE, sql__expression(p));
        return value;
    case T_AT:
    case T_JINJA:
        return sql__identifier(p);
    case T_OPERATOR:
        return sql__expression(p);
    default:
        if (p->t->kind == T_WORD && p->t[1].op == OP_EQ && p->t[1].kind == T_OPERATOR)
            return sql__expression(p); /* JSON(max_dynamic_paths = 2) */
        return at_field(p) ? field(p) : sql__type(p);
    }
}

static void type_arguments(struct parser *p, struct sql_node *n)
{
    if (sql__at_op(p, OP_LPAREN)) {
        sql__bracket_list(p, n, SLOT_ARG, type_argument);
        if (!n->child)
            n->flags |= SQL_COMMA_AFTER; /* () */
    }
}

/* ">", or half of a ">>", which closes two types. */
static void close_angle(struct parser *p)
{
    if (!sql__at_op(p, OP_SHIFT_RIGHT)) {
        sql__expect_op(p, OP_GT);
    } else if (p->half == p->t) {
        p->half = NULL;
        sql__step(p);
    } else if (p->angles > 1) {
        p->half = p->t;
    } else {
        sql__expected(p, "\">\"");
    }
}

static void angle_arguments(struct parser *p, struct sql_node *n)
{
    n->flags |= SQL_ANGLE;
    if (sql__take_op(p, OP_NE)) /* STRUCT<> */
        return;
    sql__step(p);
    p->angles++;
    sql__list(p, n, SLOT_ARG, type_argument);
    close_angle(p);
    p->angles--;
}

static struct sql_node *type_name(struct parser *p)
{
    struct sql_node *n = sql__node(p, SQL_TYPE);

    if (p->t->kind == T_AT || p->t->kind == T_JINJA) {
        sql__add(n, SLOT_PART, sql__identifier(p));
    } else if (!sql__at_name(p)) {
        return sql__expected(p, "a type");
    }
    while (!n->child || sql__take_op(p, OP_DOT)) {
        if (p->t[1].op == OP_DOT && p->t[1].kind == T_OPERATOR) {
            sql__add(n, SLOT_PART, sql__identifier(p));
            continue;
        }
        if (p->t->kind != T_WORD && p->t->kind != T_QUOTED)
            return sql__expected(p, "the rest of a type's name");
        sql__take_name(p, n);
        return n;
    }
    return n;
}

static void name_words(struct parser *p, struct sql_node *n)
{
    for (unsigned i = 0; p->t->kind == T_WORD && i < G_N_ELEMENTS(more_words); i++)
        if (sql_text_is_nocase(n, more_words[i].first) &&
            sql__pattern(p, n, SLOT_SETTING, more_words[i].pattern))
            return;
}

static void suffix_words(struct parser *p, struct sql_node *n)
{
    for (unsigned i = 0; p->t->kind == T_WORD && i < G_N_ELEMENTS(after_arguments); i++)
        if (sql__pattern(p, n, SLOT_FORMAT, after_arguments[i]))
            return;
}

/* INT[], INT[3], INT ARRAY */
static struct sql_node *suffixes(struct parser *p, struct sql_node *n)
{
    while (!p->failed && (sql__at_op(p, OP_LBRACKET) || sql__at_kw(p, KW_ARRAY))) {
        struct sql_node *outer = sql__node(p, SQL_TYPE);

        p->chain++;
        outer->op = OP_TYPE_SUFFIX;
        if (sql__at_op(p, OP_LBRACKET) &&
            (p->t[1].op == OP_RBRACKET ||
             (p->t[1].kind == T_NUMBER && p->t[2].op == OP_RBRACKET))) {
            sql__step(p);
            sql__add(outer, SLOT_TYPE, n);
            if (p->t->kind == T_NUMBER)
                sql__add(outer, SLOT_ARG, sql__word(p, SQL_NUMBER));
            sql__expect_op(p, OP_RBRACKET);
        } else if (sql__at_kw(p, KW_ARRAY)) {
            outer->text = "ARRAY";
            outer->len = 5;
            sql__step(p);
            sql__add(outer, SLOT_TYPE, n);
        } else {
            return n;
        }
        n = outer;
    }
    return n;
}

struct sql_node *sql__type(struct parser *p)
{
    struct sql_node *n;

    if (!sql__enter(p))
        return NULL;
    n = type_name(p);
    if (n && n->text) {
        name_words(p, n);
        if (sql__at_op(p, OP_LT) || sql__at_op(p, OP_NE))
            angle_arguments(p, n);
        else
            type_arguments(p, n);
        suffix_words(p, n);
        if (sql_text_is_nocase(n, "INTERVAL") && sql__at_unit(p))
            sql__pattern(p, n, SLOT_FORMAT, "{unit} [{group}] [TO {unit} [{group}]]");
    }
    n = n ? suffixes(p, n) : NULL;
    sql__leave(p);
    return n;
}
