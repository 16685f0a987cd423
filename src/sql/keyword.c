#include "sql/keyword.h"

#include <glib.h>
#include <string.h>

enum { BUCKETS = 512 };

#define KEYWORD_ROW(name, flags)            {#name, sizeof #name - 1, flags},
#define OPERATOR_ROW(name, spelling, binds) {spelling, sizeof spelling - 1, binds},

/* Written by tools/keywords; open addressing. */
static const uint8_t buckets[BUCKETS] = {
    0,  0,   0,   0,  0,   0,   0,   64,  12,  0,   0,   0,   0,   0,   0,   0,   0,   0,  0,   0,
    0,  0,   0,   0,  0,   0,   0,   0,   103, 124, 0,   0,   0,   0,   0,   112, 94,  50, 16,  0,
    0,  75,  0,   0,  0,   0,   0,   0,   0,   0,   7,   10,  97,  0,   0,   0,   0,   0,  0,   0,
    0,  0,   0,   0,  20,  58,  92,  0,   0,   0,   0,   0,   28,  0,   0,   0,   0,   0,  0,   0,
    0,  0,   0,   0,  0,   0,   54,  0,   0,   6,   0,   142, 37,  0,   0,   0,   57,  0,  111, 118,
    0,  0,   0,   0,  0,   0,   0,   141, 0,   0,   0,   0,   73,  8,   131, 0,   0,   84, 0,   0,
    0,  0,   0,   87, 127, 0,   0,   48,  0,   34,  0,   0,   133, 0,   0,   0,   0,   0,  0,   0,
    0,  0,   0,   45, 0,   26,  31,  80,  70,  91,  0,   0,   0,   0,   72,  0,   0,   0,  0,   0,
    0,  0,   0,   0,  83,  136, 0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,  102, 0,
    21, 100, 0,   0,  0,   0,   39,  0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   56, 140, 0,
    0,  42,  95,  27, 0,   125, 0,   130, 0,   24,  0,   76,  88,  0,   0,   0,   135, 0,  77,  33,
    0,  0,   0,   0,  0,   0,   0,   0,   0,   110, 0,   138, 0,   0,   17,  90,  0,   0,  0,   0,
    0,  0,   0,   0,  115, 0,   0,   0,   123, 0,   0,   0,   19,  29,  108, 113, 0,   0,  74,  49,
    0,  0,   0,   0,  0,   98,  104, 0,   89,  0,   0,   0,   0,   0,   0,   0,   93,  0,  126, 0,
    0,  35,  0,   0,  0,   0,   0,   55,  0,   69,  134, 38,  0,   53,  0,   0,   0,   0,  59,  61,
    67, 0,   0,   0,  13,  0,   0,   0,   0,   0,   0,   71,  0,   32,  137, 0,   0,   0,  99,  14,
    0,  121, 0,   0,  117, 0,   0,   0,   0,   132, 0,   0,   0,   96,  86,  119, 0,   0,  0,   0,
    0,  128, 0,   0,  0,   0,   0,   0,   68,  0,   0,   0,   0,   0,   3,   0,   0,   0,  0,   0,
    0,  0,   0,   0,  0,   0,   5,   109, 0,   0,   0,   0,   0,   18,  41,  0,   40,  46, 0,   0,
    0,  0,   0,   11, 52,  0,   0,   0,   0,   0,   0,   78,  0,   9,   0,   0,   0,   0,  129, 0,
    0,  0,   0,   0,  0,   0,   0,   65,  0,   0,   0,   0,   0,   0,   116, 0,   0,   1,  0,   47,
    0,  0,   0,   0,  0,   0,   44,  107, 82,  0,   25,  0,   0,   60,  0,   0,   0,   0,  0,   63,
    0,  0,   0,   66, 0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   101, 62,  0,   0,  0,   0,
    79, 0,   122, 0,  23,  0,   51,  22,  0,   120, 0,   2,   0,   106, 36,  105, 0,   0,  0,   81,
    0,  30,  0,   85, 0,   0,   0,   0,   0,   0,   0,   114, 4,   0,   0,   0,   139, 0,  0,   0,
    0,  0,   0,   43, 0,   0,   15,  0,   0,   0,   0,   0,
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
    static const uint8_t alone[128] = {
        ['('] = OP_LPAREN, [')'] = OP_RPAREN, ['['] = OP_LBRACKET, [']'] = OP_RBRACKET,
        ['{'] = OP_LBRACE, ['}'] = OP_RBRACE, [','] = OP_COMMA,    [';'] = OP_SEMICOLON,
        ['.'] = OP_DOT,    ['+'] = OP_PLUS,
    };
    enum sql_op best = OP_NONE;

    *len = 1;
    if ((unsigned char)*s < 128 && alone[(unsigned char)*s])
        return alone[(unsigned char)*s];
    *len = 0;
    for (unsigned op = 1; op < OP_AND; op++)
        if (operators[op].text[0] == s[0] && operators[op].len > *len && operators[op].len <= n &&
            memcmp(operators[op].text, s, operators[op].len) == 0) {
            best = op;
            *len = operators[op].len;
        }
    return best;
}
