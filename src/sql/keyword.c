#include "sql/keyword.h"
#include "sql/lex.h"

#include <glib.h>
#include <string.h>

#define KEYWORD_ROW(name, flags)            {#name, sizeof #name - 1, flags},
#define OPERATOR_ROW(name, spelling, binds) {spelling, sizeof spelling - 1, binds},

/* Written by tools/keywords; open addressing. */
const uint8_t sql_keyword_buckets[KEYWORD_BUCKETS] = {
    0,  0,   0,   24, 57,  0,   1,   12, 7,   0,   0,   72,  0,   0,   56,  0,   0,   0,   0,
    0,  0,   0,   88, 55,  119, 134, 0,  0,   43,  97,  0,   0,   0,   0,   0,   0,   0,   0,
    0,  0,   127, 0,  17,  121, 0,   51, 0,   0,   0,   0,   0,   0,   0,   0,   0,   65,  0,
    0,  93,  0,   0,  106, 0,   0,   0,  0,   0,   0,   0,   0,   0,   0,   59,  0,   0,   0,
    0,  125, 0,   0,  0,   0,   0,   0,  50,  0,   0,   138, 0,   0,   2,   0,   0,   0,   33,
    0,  110, 135, 0,  0,   0,   0,   0,  0,   49,  0,   0,   0,   68,  124, 0,   0,   137, 132,
    20, 0,   114, 0,  0,   0,   0,   0,  0,   63,  77,  75,  76,  0,   30,  40,  0,   0,   0,
    0,  0,   128, 0,  0,   131, 0,   74, 31,  133, 0,   0,   0,   0,   0,   52,  0,   18,  0,
    0,  8,   116, 0,  0,   104, 0,   0,  0,   0,   0,   0,   112, 0,   10,  0,   0,   79,  0,
    0,  0,   0,   0,  71,  0,   141, 0,  0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
    0,  0,   0,   0,  0,   0,   0,   4,  32,  0,   82,  0,   0,   0,   0,   0,   0,   0,   0,
    0,  120, 0,   0,  0,   0,   0,   0,  0,   0,   0,   0,   15,  0,   14,  0,   0,   0,   102,
    0,  0,   0,   0,  0,   0,   0,   0,  6,   26,  89,  0,   60,  0,   0,   0,   0,   0,   0,
    0,  0,   0,   0,  5,   0,   39,  0,  0,   0,   108, 3,   101, 0,   136, 111, 48,  115, 64,
    0,  0,   0,   0,  0,   0,   0,   0,  0,   0,   0,   0,   0,   0,   62,  0,   0,   54,  0,
    0,  0,   0,   0,  0,   0,   0,   0,  45,  0,   0,   0,   113, 80,  0,   0,   78,  46,  0,
    16, 0,   53,  0,  0,   0,   0,   0,  37,  118, 0,   0,   0,   0,   0,   0,   0,   0,   0,
    0,  0,   0,   0,  0,   0,   0,   0,  0,   23,  0,   0,   0,   0,   58,  122, 107, 139, 0,
    0,  0,   61,  0,  0,   0,   44,  0,  0,   0,   0,   0,   81,  123, 0,   0,   0,   41,  0,
    0,  0,   0,   0,  0,   13,  0,   0,  130, 0,   73,  29,  38,  25,  42,  0,   0,   0,   0,
    0,  0,   0,   0,  27,  0,   96,  0,  0,   91,  0,   0,   0,   142, 19,  0,   0,   0,   0,
    34, 94,  0,   28, 100, 0,   0,   0,  98,  0,   0,   0,   35,  103, 66,  86,  129, 0,   0,
    0,  0,   0,   0,  0,   0,   0,   0,  0,   0,   84,  0,   83,  0,   0,   0,   0,   67,  0,
    0,  0,   0,   0,  0,   0,   0,   0,  0,   0,   117, 0,   0,   0,   0,   0,   0,   0,   0,
    22, 47,  70,  92, 109, 0,   0,   0,  0,   126, 0,   0,   0,   99,  0,   0,   0,   36,  85,
    0,  0,   0,   0,  0,   0,   0,   0,  0,   95,  90,  0,   0,   11,  0,   0,   0,   0,   0,
    0,  0,   0,   0,  0,   0,   69,  0,  0,   0,   0,   21,  87,  0,   0,   9,   105, 140,
};

const struct sql_keyword_row sql_keyword_rows[] = {
    {"", 0, 0},
    SQL_KEYWORDS(KEYWORD_ROW)
};

const struct sql_op_row sql_op_rows[] = {
    {"", 0, 0},
    SQL_OPERATORS(OPERATOR_ROW)
};

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

/* Operators of one character: those no longer one begins with, and the others. */
static const uint8_t alone[128] = {
    ['('] = OP_LPAREN, [')'] = OP_RPAREN, ['['] = OP_LBRACKET, [']'] = OP_RBRACKET,
    ['{'] = OP_LBRACE, ['}'] = OP_RBRACE, [','] = OP_COMMA,    [';'] = OP_SEMICOLON,
    ['.'] = OP_DOT,    ['+'] = OP_PLUS,
};
static const uint8_t shortest[128] = {
    ['='] = OP_EQ,       ['<'] = OP_LT,         ['>'] = OP_GT,      ['-'] = OP_MINUS,
    ['*'] = OP_STAR,     ['/'] = OP_SLASH,      ['%'] = OP_PERCENT, ['^'] = OP_CARET,
    ['|'] = OP_BIT_OR,   ['&'] = OP_BIT_AND,    ['~'] = OP_BIT_NOT, ['#'] = OP_HASH,
    ['?'] = OP_QUESTION, ['!'] = OP_BANG,       ['@'] = OP_AT,      [':'] = OP_COLON,
    ['$'] = OP_DOLLAR,   ['\\'] = OP_BACKSLASH,
};

/* May this character stand in an operator behind its first one? */
static bool goes_on(char c)
{
    return c > 0 && (shortest[(unsigned)c] || c == '.' || c == '+');
}

enum sql_op sql_op_find(const char *s, size_t n)
{
    unsigned char first = (unsigned char)*s;
    enum sql_op best = OP_NONE;

    if (first & 0x80)
        return OP_NONE;
    if (alone[first])
        return alone[first];
    if (n < 2 || !goes_on(s[1]))
        return shortest[first];
    for (unsigned op = shortest[first]; sql_op_rows[op].text[0] == s[0]; op++)
        if (sql_op_rows[op].len <= n && memcmp(sql_op_rows[op].text, s, sql_op_rows[op].len) == 0)
            best = op;
    return best;
}
