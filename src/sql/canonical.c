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
    char *at, *end; /* in the text of `out`: where it is written next, and its last byte */
    const struct sql_dialect *dialect;
    int direction; /* of folding names: sql_dialect_folds() */
};

static void grow(struct writer *w, size_t n)
{
    size_t len = (size_t)(w->at - w->out->str);

    g_string_set_size(w->out, len + n);
    w->at = w->out->str + len;
    w->end = w->out->str + w->out->allocated_len - 1;
}

/* See that there is room for n bytes more. */
static inline void reserve(struct writer *w, size_t n)
{
    if ((size_t)(w->end - w->at) < n)
        grow(w, n);
}

static inline void put_char(struct writer *w, char c)
{
    reserve(w, 1);
    *w->at++ = c;
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
static const struct name no_slot = {"", 0};

static inline char *put_name(char *to, const struct name *n)
{
    memcpy(to, n->text, sizeof n->text);
    return to + n->len;
}

static void write_node(struct writer *w, const struct name *slot, const struct sql_node *n,
                       bool in_table);

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
static void write_escaped(struct writer *w, const char *text, size_t len, int folding)
{
    const uint8_t least = folding < 0 ? 'A' : 'a', span = folding ? 26 : 0;
    char *to;

    reserve(w, 2 * len + 2);
    to = w->at;
    *to++ = '\'';
    for (size_t i = 0; i < len; i++) {
        uint8_t c = (uint8_t)text[i];

        if (c == '\'' || c == '\\')
            *to++ = '\\';
        *to++ = (char)(c ^ ((uint8_t)(c - least) < span) << 5);
    }
    *to++ = '\'';
    w->at = to;
}

/* Eight bytes at a time: each of them times a number, its highest bit, and which of them is c. */
#define EIGHT(n) (UINT64_C(0x0101010101010101) * (n))

static inline uint64_t bytes_that_are(uint64_t x, uint8_t c)
{
    x ^= EIGHT(c);
    return (x - EIGHT(1)) & ~x & EIGHT(0x80);
}

/* The letters from `least` on in their other case. */
static inline uint64_t other_case(uint64_t x, uint8_t least)
{
    uint64_t low = x & EIGHT(0x7f);
    uint64_t from_least = low + EIGHT(0x80u - least), behind = low + EIGHT(0x80u - 26 - least);

    return x ^ (from_least & ~behind & ~x & EIGHT(0x80)) >> 2;
}

/* A text of fewer than eight bytes, the rest 0, without reading behind it. */
static inline uint64_t load_short(const char *text, size_t len)
{
    uint32_t first = 0, last = 0;
    size_t n = len >= 4 ? 4 : len >= 2 ? 2 : len;

    G_STATIC_ASSERT(G_BYTE_ORDER == G_LITTLE_ENDIAN);
    if (n == 4) {
        memcpy(&first, text, 4);
        memcpy(&last, text + len - 4, 4);
    } else if (n == 2) {
        memcpy(&first, text, 2);
        memcpy(&last, text + len - 2, 2);
    } else if (n == 1) {
        return (uint8_t)*text;
    }
    return first | (uint64_t)last << 8 * (len - n);
}

/* Eight bytes of a text in the right case; false: one of them is a quote or a backslash. */
static inline bool put_eight(char *to, uint64_t x, int folding)
{
    x = folding ? other_case(x, folding < 0 ? 'A' : 'a') : x;
    memcpy(to, &x, sizeof x);
    return !(bytes_that_are(x, '\'') | bytes_that_are(x, '\\'));
}

static inline uint64_t load_eight(const char *text)
{
    uint64_t x;

    memcpy(&x, text, sizeof x);
    return x;
}

enum { TEXT_ROOM = 2 + sizeof(uint64_t), HEAD_ROOM = 96 };

/* The same, fast: nearly no text holds a quote or a backslash. There is room for the text and
 * TEXT_ROOM more. */
static void write_text(struct writer *w, const char *text, size_t len, int folding)
{
    char *to = w->at + 1;
    bool fine;

    if (len < sizeof(uint64_t)) {
        fine = put_eight(to, load_short(text, len), folding);
    } else {
        fine = put_eight(to + len - 8, load_eight(text + len - 8), folding);
        for (size_t i = 0; fine && i + 8 < len; i += 8)
            fine = put_eight(to + i, load_eight(text + i), folding);
    }
    if (!fine) {
        write_escaped(w, text, len, folding);
        return;
    }
    to[-1] = to[len] = '\'';
    w->at = to + len + 1;
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

static char *put_op(char *to, enum sql_op op)
{
    const char *text = sql_op_text(op);

    *to++ = ':';
    while (*text)
        *to++ = *text++;
    return to;
}

/* At least one flag is set. */
static char *put_flags(char *to, uint32_t flags)
{
    int shift = (31 - __builtin_clz(flags)) & ~3;

    *to++ = '!';
    for (; shift >= 0; shift -= 4)
        *to++ = "0123456789abcdef"[flags >> shift & 15];
    return to;
}

/* All of a node but its children and the bracket that closes it. */
static void write_head(struct writer *w, const struct name *slot, const struct sql_node *n,
                       bool in_table)
{
    const char *synonym = synonym_of(n);
    uint32_t flags = n->flags & ~(uint32_t)SPELLING;
    enum sql_op op = n->op ? op_of(n) : OP_NONE;
    char *to;

    reserve(w, HEAD_ROOM + n->len);
    to = put_name(w->at, slot);
    to = put_name(to, &kind_names[n->kind]);
    to = op ? put_op(to, op) : to;
    w->at = flags ? put_flags(to, flags) : to;
    if (synonym)
        write_text(w, synonym, strlen(synonym), 0);
    else if (n->text)
        write_text(w, n->text, n->len, folding_of(w, n, in_table));
}

/* The longest names, operator, flags and synonym fit in. */
G_STATIC_ASSERT(2 * sizeof(struct name) + 20 + 9 + 10 + TEXT_ROOM <= HEAD_ROOM);

/* Brackets that mean nothing: the node inside, else the node itself. */
static const struct sql_node *unwrapped(const struct sql_node *n, bool is_query)
{
    while (n->kind == SQL_PAREN || n->kind == SQL_SUBQUERY) {
        const struct sql_node *inner = n->child;

        if (n->kind == SQL_PAREN && inner && inner->slot == SLOT_EXPRESSION && !inner->next)
            n = inner;
        else if (n->kind == SQL_SUBQUERY && inner && inner->slot == SLOT_QUERY && !inner->next &&
                 (is_query || inner->kind == SQL_SUBQUERY))
            n = inner;
        else
            break;
    }
    return n;
}

static void write_child(struct writer *w, const struct sql_node *c, bool in_table)
{
    const uint64_t queries =
        UINT64_C(1) << SLOT_QUERY | UINT64_C(1) << SLOT_LEFT | UINT64_C(1) << SLOT_RIGHT;

    write_node(w, &slot_names[c->slot], unwrapped(c, queries >> c->slot & 1), in_table);
}

static bool is_query_kind(enum sql_kind kind)
{
    return kind == SQL_SELECT || kind == SQL_SET_OPERATION || kind == SQL_SUBQUERY ||
           kind == SQL_VALUES;
}

/* Children by slot, so that the order in which clauses were written is not seen. */
static void write_clauses(struct writer *w, const struct sql_node *n)
{
    static const struct sql_node star = {.kind = SQL_STAR};
    uint64_t present = 0;

    for (const struct sql_node *c = n->child; c; c = c->next)
        present |= UINT64_C(1) << c->slot;
    if (n->kind == SQL_SELECT && !(present & UINT64_C(1) << SLOT_PROJECTION))
        write_node(w, &slot_names[SLOT_PROJECTION], &star, false);
    for (; present; present &= present - 1) {
        unsigned slot = (unsigned)__builtin_ctzll(present);

        for (const struct sql_node *c = n->child; c; c = c->next)
            if (c->slot == slot)
                write_child(w, c, false);
    }
}

static void write_node(struct writer *w, const struct name *slot, const struct sql_node *n,
                       bool in_table)
{
    write_head(w, slot, n, in_table);
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
    struct writer w = {.out = out,
                       .at = out->str + out->len,
                       .end = out->str + out->allocated_len - 1,
                       .dialect = d,
                       .direction = sql_dialect_folds(d)};

    write_node(&w, &no_slot, unwrapped(node, true), false);
    *w.at = '\0';
    out->len = (gsize)(w.at - out->str);
}

char *sql_canonical(const struct sql_node *node, const struct sql_dialect *d)
{
    GString *out = g_string_sized_new(512);

    sql_canonical_to(out, node, d);
    return g_string_free(out, FALSE);
}
