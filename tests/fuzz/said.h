/* said.h -- what a text of SQL says, as a bag of tokens: for tests that nothing is changed
 * silently.
 *
 * A printed statement must say what the original says: the same words, names, numbers, strings and
 * marks. Only these may come or go: AS, brackets that mean nothing, a comma or semicolon at an end,
 * and words that spell out what holds without them.
 */
#ifndef HEDDLE_TESTS_SAID_H
#define HEDDLE_TESTS_SAID_H

#include "sql/dialect_int.h"
#include "sql/keyword.h"
#include "sql/lex.h"

#include <string.h>

/* Words that a print may leave out or write in another way. */
static const char *const said__free_words[] = {
    "AS",      "ASYMMETRIC", "ROW",   "ROWS",      "INNER",   "OUTER",  "DISTRIBUTE",
    "CLUSTER", "SORT",       "ORDER", "PARTITION", "EXCLUDE", "EXCEPT", "RECURSIVE",
};

static inline bool said__is_free(const char *text, const struct sql_token *t)
{
    if (t->kind == T_OPERATOR)
        return t->op == OP_LPAREN || t->op == OP_RPAREN || t->op == OP_COMMA ||
               t->op == OP_SEMICOLON;
    if (t->kind != T_WORD)
        return false;
    for (unsigned i = 0; i < G_N_ELEMENTS(said__free_words); i++)
        if (strlen(said__free_words[i]) == t->len &&
            g_ascii_strncasecmp(said__free_words[i], text + t->at, t->len) == 0)
            return true;
    return false;
}

/* The token in one spelling: upper case, strings and names without their quotes and escapes. */
static inline char *said__spelling(const char *text, const struct sql_token *t)
{
    g_autoptr(GString) s = g_string_new(NULL);

    if (t->kind == T_JINJA || t->kind == T_UNCLOSED)
        return g_strndup(text + t->at, t->len);
    for (const char *c = text + t->at, *end = c + t->len; c < end; c++)
        if ((t->kind == T_STRING || t->kind == T_QUOTED) && *c == '\\' && c + 1 < end &&
            strchr("ntrbf0", c[1]))
            c++;
        else if ((t->kind == T_STRING || t->kind == T_QUOTED) && (unsigned char)*c < ' ')
            continue;
        else if (!strchr("'\"`[]\\$", *c) || (t->kind == T_OPERATOR && *c != '\\'))
            g_string_append_c(s, g_ascii_toupper(*c));
    return g_strdup(s->str);
}

/* Add the tokens to the bag, each `by` times. */
static inline void said__add(GHashTable *bag, char *spelling, int by)
{
    int n = GPOINTER_TO_INT(g_hash_table_lookup(bag, spelling)) + by;

    g_hash_table_replace(bag, spelling, GINT_TO_POINTER(n));
}

static inline void said__count(GHashTable *bag, const char *text, size_t len,
                               const struct sql_dialect *d, int by)
{
    struct source s = {"said", text, len};
    struct sql_lexer lx;

    sql_lexer_init(&lx, &s, d);
    for (struct sql_token t = sql_lexer_next(&lx); t.kind != T_END; t = sql_lexer_next(&lx)) {
        if (said__is_free(text, &t))
            continue;
        if (t.kind == T_OPERATOR && t.op == OP_CAST) { /* "::" and ": :" of a slice */
            said__add(bag, g_strdup(":"), 2 * by);
        } else if (t.kind == T_WORD && t.keyword == KW_NOTNULL) { /* a NOT NULL */
            said__add(bag, g_strdup("NOT"), by);
            said__add(bag, g_strdup("NULL"), by);
        } else
            said__add(bag, said__spelling(text, &t), by);
    }
}

/* A token of which one text has more than the other, or NULL. Free with g_free(). */
static inline char *said_differently(const char *a, size_t a_len, const char *b, size_t b_len,
                                     const struct sql_dialect *d)
{
    g_autoptr(GHashTable) bag = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    GHashTableIter i;
    void *spelling, *n;

    said__count(bag, a, a_len, d, 1);
    said__count(bag, b, b_len, d, -1);
    g_hash_table_iter_init(&i, bag);
    while (g_hash_table_iter_next(&i, &spelling, &n))
        if (GPOINTER_TO_INT(n) != 0)
            return g_strdup_printf("%s (%+d)", (char *)spelling, GPOINTER_TO_INT(n));
    return NULL;
}

#endif
