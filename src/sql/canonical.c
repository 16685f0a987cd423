/* canonical.c -- the form fingerprints are made of.
 *
 * A tree is written as (KIND:op!flags'text' SLOT child …). The form is never read back; it must
 * only differ when the meaning differs, and must not change between versions of Heddle: a test
 * holds recorded ones. Written out with the tree's own structure, it needs no brackets, and two
 * trees with one meaning give one text:
 *
 *   - names without quotes are folded as the dialect does, and quotes are not written
 *   - words, types and names of functions lose their case
 *   - brackets around expressions and queries, AS, ASC, INNER, OUTER, UNION DISTINCT, x::t for
 *     CAST(x AS t), <> for !=, and the order in which clauses were added are not seen
 */
#include "sql/dialect_int.h"
#include "sql/keyword.h"
#include "sql/print.h"

#include <string.h>

/* Flags that only choose a spelling, or spell out what holds without them. */
enum {
    SPELLING = SQL_ASC | SQL_ALL | SQL_RESPECT_NULLS | SQL_NULLS_INSIDE | SQL_NO_BRACKETS | SQL_AS |
               SQL_EXCEPT | SQL_FROM_FIRST | SQL_ALIAS_FIRST | SQL_COMMA_LIMIT | SQL_TEMPLATE |
               SQL_COMMA_AFTER | SQL_JOINED | SQL_NULLS_AFTER_ORDER
};

struct writer {
    GString *out;
    const struct sql_dialect *dialect;
    int direction; /* of folding names: sql_dialect_folds() */
};

/* Room for n bytes more, without a call when there is some. */
static inline char *room_for(struct writer *w, size_t n)
{
    size_t len = w->out->len;

    if (len + n >= w->out->allocated_len) {
        g_string_set_size(w->out, len + n);
        g_string_truncate(w->out, len);
    }
    w->out->len = len + n;
    return w->out->str + len;
}

static inline void put(struct writer *w, const char *text, size_t len)
{
    memcpy(room_for(w, len), text, len);
}

static inline void put_char(struct writer *w, char c)
{
    *room_for(w, 1) = c;
}

/* A name with the mark before it; all of it is copied, `len` bytes of it are kept. */
struct name {
    char text[16];
    uint8_t len;
};

#define NAME_OF_KIND(name, says) {"(" #name, sizeof #name},
#define NAME_OF_SLOT(name)       {" " #name, sizeof #name},

static const struct name kind_names[] = {SQL_KINDS(NAME_OF_KIND)};
static const struct name slot_names[] = {SQL_SLOTS(NAME_OF_SLOT)};

static inline void put_name(struct writer *w, const struct name *n)
{
    memcpy(room_for(w, sizeof n->text), n->text, sizeof n->text);
    w->out->len -= sizeof n->text - n->len;
}

static void write_node(struct writer *w, const struct sql_node *n, bool in_table);

/* How the case of a node's text counts. */
enum text_case { AS_IS, LOWER, UPPER, NAME };

static const uint8_t text_cases[SQL_KIND_COUNT] = {
    [SQL_CTE] = NAME,        [SQL_ALIAS] = NAME,       [SQL_IDENTIFIER] = NAME,
    [SQL_PROPERTY] = NAME,   [SQL_WINDOW] = NAME,      [SQL_NUMBER] = LOWER,
    [SQL_BOOLEAN] = UPPER,   [SQL_NULL] = UPPER,       [SQL_FUNCTION] = LOWER,
    [SQL_TYPE] = UPPER,      [SQL_CAST] = UPPER,       [SQL_INTERVAL] = UPPER,
    [SQL_MACRO_VAR] = LOWER, [SQL_MACRO_CALL] = LOWER, [SQL_KEYWORD] = UPPER,
};

static int folding_of(const struct writer *w, const struct sql_node *n, bool in_table)
{
    switch ((enum text_case)text_cases[n->kind]) {
    case UPPER:
        return n->quote || n->flags & (SQL_OPAQUE | SQL_VERBATIM) ? 0 : 1;
    case LOWER:
        if (n->kind == SQL_FUNCTION &&
            (n->quote || sql__has(w->dialect, SQLD_CASE_MATTERS) || sql_child(n, SLOT_PART)))
            return 0;
        return -1;
    case NAME:
        if (n->quote || (in_table && w->dialect->rules->tables_keep_case))
            return 0;
        return w->direction;
    default:
        return 0;
    }
}

/* The text in quotes; what it holds of them, and of backslashes, behind one. */
static void write_text(struct writer *w, const char *text, size_t len, int folding)
{
    char *to = room_for(w, 2 * len + 2), *from = to;
    const uint8_t least = folding < 0 ? 'A' : 'a', span = folding ? 26 : 0;

    *to++ = '\'';
    for (size_t i = 0; i < len; i++) {
        uint8_t c = (uint8_t)text[i];

        if (c == '\'' || c == '\\')
            *to++ = '\\';
        *to++ = (char)(c ^ ((uint8_t)(c - least) < span) << 5);
    }
    *to++ = '\'';
    w->out->len -= 2 * len + 2 - (size_t)(to - from);
}

/* Words that mean the same. */
static const struct {
    uint8_t kind;
    const char *written, *canonical;
} synonyms[] = {
    {SQL_JOIN,          "INNER JOIN",         "JOIN"      },
    {SQL_JOIN,          "LEFT OUTER JOIN",    "LEFT JOIN" },
    {SQL_JOIN,          "RIGHT OUTER JOIN",   "RIGHT JOIN"},
    {SQL_JOIN,          "FULL OUTER JOIN",    "FULL JOIN" },
    {SQL_SET_OPERATION, "UNION DISTINCT",     "UNION"     },
    {SQL_SET_OPERATION, "EXCEPT DISTINCT",    "EXCEPT"    },
    {SQL_SET_OPERATION, "INTERSECT DISTINCT", "INTERSECT" },
    {SQL_CAST,          "::",                 "CAST"      },
    {SQL_CAST,          "?::",                "TRY_CAST"  },
};

static const char *synonym_of(const struct sql_node *n)
{
    if (n->kind != SQL_JOIN && n->kind != SQL_SET_OPERATION && n->kind != SQL_CAST)
        return NULL;
    for (unsigned i = 0; i < G_N_ELEMENTS(synonyms); i++)
        if (synonyms[i].kind == n->kind && sql_text_is(n, synonyms[i].written))
            return synonyms[i].canonical;
    return NULL;
}

static enum sql_op op_of(const struct sql_node *n)
{
    switch (n->op) {
    case OP_NE_BANG:
        return OP_NE;
    case OP_EQ_EQ:
        return OP_EQ;
    case OP_COLON:
        return n->kind == SQL_SLICE ? OP_NONE : OP_COLON;
    default:
        return n->op;
    }
}

static void write_flags(struct writer *w, uint32_t flags)
{
    unsigned shift = 28;

    put_char(w, '!');
    while (shift > 0 && !(flags >> shift))
        shift -= 4;
    for (; shift > 0; shift -= 4)
        put_char(w, "0123456789abcdef"[flags >> shift & 15]);
    put_char(w, "0123456789abcdef"[flags & 15]);
}

static void write_head(struct writer *w, const struct sql_node *n, bool in_table)
{
    const char *synonym = synonym_of(n);
    uint32_t flags = n->flags & ~(uint32_t)SPELLING;

    put_name(w, &kind_names[n->kind]);
    if (op_of(n)) {
        const char *op = sql_op_text(op_of(n));

        put_char(w, ':');
        put(w, op, strlen(op));
    }
    if (flags)
        write_flags(w, flags);
    if (synonym)
        write_text(w, synonym, strlen(synonym), 0);
    else if (n->text)
        write_text(w, n->text, n->len, folding_of(w, n, in_table));
}

/* Brackets that mean nothing: the node inside, else the node itself. */
static const struct sql_node *unwrapped(const struct sql_node *n, bool is_query)
{
    for (;;) {
        const struct sql_node *inner = n->child;

        if (n->kind == SQL_PAREN && inner && inner->slot == SLOT_EXPRESSION && !inner->next)
            n = inner;
        else if (n->kind == SQL_SUBQUERY && inner && inner->slot == SLOT_QUERY && !inner->next &&
                 (is_query || inner->kind == SQL_SUBQUERY))
            n = inner;
        else
            return n;
    }
}

static void write_child(struct writer *w, const struct sql_node *c, bool in_table)
{
    bool is_query = c->slot == SLOT_QUERY || c->slot == SLOT_LEFT || c->slot == SLOT_RIGHT;

    put_name(w, &slot_names[c->slot]);
    write_node(w, unwrapped(c, is_query), in_table);
}

static bool is_query_kind(enum sql_kind kind)
{
    return kind == SQL_SELECT || kind == SQL_SET_OPERATION || kind == SQL_SUBQUERY ||
           kind == SQL_VALUES;
}

/* Children by slot, so that the order in which clauses were written is not seen. */
static void write_clauses(struct writer *w, const struct sql_node *n)
{
    uint64_t present = 0;

    for (const struct sql_node *c = n->child; c; c = c->next)
        present |= UINT64_C(1) << c->slot;
    if (n->kind == SQL_SELECT && !(present & UINT64_C(1) << SLOT_PROJECTION))
        put(w, " PROJECTION(STAR)", strlen(" PROJECTION(STAR)"));
    for (; present; present &= present - 1) {
        unsigned slot = (unsigned)__builtin_ctzll(present);

        for (const struct sql_node *c = n->child; c; c = c->next)
            if (c->slot == slot)
                write_child(w, c, false);
    }
}

static void write_node(struct writer *w, const struct sql_node *n, bool in_table)
{
    write_head(w, n, in_table);
    if (is_query_kind(n->kind))
        write_clauses(w, n);
    else
        for (const struct sql_node *c = n->child; c; c = c->next)
            write_child(w, c, n->kind == SQL_TABLE && c->slot == SLOT_PART);
    put_char(w, ')');
}

G_STATIC_ASSERT(SLOT_COUNT <= 64);

void sql_canonical_to(GString *out, const struct sql_node *node, const struct sql_dialect *d)
{
    struct writer w = {.out = out, .dialect = d, .direction = sql_dialect_folds(d)};

    write_node(&w, unwrapped(node, true), false);
    out->str[out->len] = '\0';
}

char *sql_canonical(const struct sql_node *node, const struct sql_dialect *d)
{
    GString *out = g_string_sized_new(512);

    sql_canonical_to(out, node, d);
    return g_string_free(out, FALSE);
}
