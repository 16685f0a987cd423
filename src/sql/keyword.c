#include "sql/keyword.h"

#include <glib.h>
#include <string.h>

enum { BUCKETS = 512 };

#define KEYWORD_ROW(name, flags)            {#name, sizeof #name - 1, flags},
#define OPERATOR_ROW(name, spelling, binds) {spelling, sizeof spelling - 1, binds},

/* Written by tools/keywords; open addressing. */
static const uint8_t buckets[BUCKETS] = {
    0,  0,   0,   0,  0,   0,   0,   63,  12,  0,   0,   0,   0,   0,   0,   0,   0,   0,  0,   0,
    0,  0,   0,   0,  0,   0,   0,   0,   101, 122, 0,   0,   0,   0,   0,   110, 92,  49, 16,  0,
    0,  73,  0,   0,  0,   0,   0,   0,   0,   0,   7,   10,  95,  0,   0,   0,   0,   0,  0,   0,
    0,  0,   0,   0,  20,  57,  90,  0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,  0,   0,
    0,  0,   0,   0,  0,   0,   53,  0,   0,   6,   0,   140, 36,  0,   0,   0,   56,  0,  109, 116,
    0,  0,   0,   0,  0,   0,   0,   139, 0,   0,   0,   0,   71,  8,   129, 0,   0,   82, 0,   0,
    0,  0,   0,   85, 125, 0,   0,   47,  0,   33,  0,   0,   131, 0,   0,   0,   0,   0,  0,   0,
    0,  0,   0,   44, 0,   26,  30,  78,  68,  89,  0,   0,   0,   0,   70,  0,   0,   0,  0,   0,
    0,  0,   0,   0,  81,  134, 0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,  100, 0,
    21, 98,  0,   0,  0,   0,   38,  0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   55, 138, 0,
    0,  41,  93,  27, 0,   123, 0,   128, 0,   24,  0,   74,  86,  0,   0,   0,   133, 0,  75,  32,
    0,  0,   0,   0,  0,   0,   0,   0,   0,   108, 0,   136, 0,   0,   17,  88,  0,   0,  0,   0,
    0,  0,   0,   0,  113, 0,   0,   0,   121, 0,   0,   0,   19,  28,  106, 111, 0,   0,  72,  48,
    0,  0,   0,   0,  0,   96,  102, 0,   87,  0,   0,   0,   0,   0,   0,   0,   91,  0,  124, 0,
    0,  34,  0,   0,  0,   0,   0,   54,  0,   0,   132, 37,  0,   52,  0,   0,   0,   0,  58,  60,
    66, 0,   0,   0,  13,  0,   0,   0,   0,   0,   0,   69,  0,   31,  135, 0,   0,   0,  97,  14,
    0,  119, 0,   0,  115, 0,   0,   0,   0,   130, 0,   0,   0,   94,  84,  117, 0,   0,  0,   0,
    0,  126, 0,   0,  0,   0,   0,   0,   67,  0,   0,   0,   0,   0,   3,   0,   0,   0,  0,   0,
    0,  0,   0,   0,  0,   0,   5,   107, 0,   0,   0,   0,   0,   18,  40,  0,   39,  45, 0,   0,
    0,  0,   0,   11, 51,  0,   0,   0,   0,   0,   0,   76,  0,   9,   0,   0,   0,   0,  127, 0,
    0,  0,   0,   0,  0,   0,   0,   64,  0,   0,   0,   0,   0,   0,   114, 0,   0,   1,  0,   46,
    0,  0,   0,   0,  0,   0,   43,  105, 80,  0,   25,  0,   0,   59,  0,   0,   0,   0,  0,   62,
    0,  0,   0,   65, 0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   99,  61,  0,   0,  0,   0,
    77, 0,   120, 0,  23,  0,   50,  22,  0,   118, 0,   2,   0,   104, 35,  103, 0,   0,  0,   79,
    0,  29,  0,   83, 0,   0,   0,   0,   0,   0,   0,   112, 4,   0,   0,   0,   137, 0,  0,   0,
    0,  0,   0,   42, 0,   0,   15,  0,   0,   0,   0,   0,
};

static const struct {
    const char *text;
    uint8_t len, flags;
} keywords[] = {
    {"", 0, 0},
    SQL_KEYWORDS(KEYWORD_ROW)
};

static const struct {
    const char *text;
    uint8_t len, binds;
} operators[] = {
    {"", 0, 0},
    SQL_OPERATORS(OPERATOR_ROW)
};

enum sql_keyword sql_keyword_find(const char *word, size_t len)
{
    unsigned h = 0;

    if (len < 2 || len > 17)
        return KW_NONE;
    for (size_t i = 0; i < len; i++)
        h = h * 31 + ((unsigned char)word[i] == '_' ? '_' : (unsigned char)word[i] | 0x20);
    for (h %= BUCKETS; buckets[h]; h = (h + 1) % BUCKETS) {
        unsigned k = buckets[h];

        if (keywords[k].len == len && g_ascii_strncasecmp(keywords[k].text, word, len) == 0)
            return k;
    }
    return KW_NONE;
}

const char *sql_keyword_text(enum sql_keyword k)
{
    return keywords[k].text;
}

unsigned sql_keyword_flags(enum sql_keyword k)
{
    return keywords[k].flags;
}

int sql_op_binds_unary(enum sql_op op)
{
    static const uint8_t binds[OP_COUNT] = {
        [OP_MINUS] = BIND_UNARY,
        [OP_PLUS] = BIND_UNARY,
        [OP_BIT_NOT] = BIND_UNARY,
        [OP_BANG] = BIND_UNARY,
        [OP_SQRT] = BIND_OTHER,
        [OP_CBRT] = BIND_OTHER,
        [OP_AT] = BIND_OTHER,
        [OP_POWER] = BIND_UNARY,
        [OP_HASH] = BIND_OTHER,
        [OP_AT_AT] = BIND_UNARY,
        [OP_NOT] = BIND_NOT,
        [OP_PRIOR] = BIND_UNARY,
        [OP_CONNECT_BY_ROOT] = BIND_UNARY,
        [OP_STAR] = BIND_UNARY,
    };

    return binds[op];
}

const char *sql_op_text(enum sql_op op)
{
    return operators[op].text;
}

int sql_op_binds(enum sql_op op)
{
    return operators[op].binds;
}

enum sql_op sql_op_find(const char *s, size_t n, size_t *len)
{
    enum sql_op best = OP_NONE;

    *len = 0;
    for (unsigned op = 1; op < OP_AND; op++)
        if (operators[op].text[0] == s[0] && operators[op].len > *len && operators[op].len <= n &&
            memcmp(operators[op].text, s, operators[op].len) == 0) {
            best = op;
            *len = operators[op].len;
        }
    return best;
}
