#include "sql/keyword.h"

#include <glib.h>
#include <string.h>

enum { BUCKETS = 512 };

#define KEYWORD_ROW(name, flags)            {#name, sizeof #name - 1, flags},
#define OPERATOR_ROW(name, spelling, binds) {spelling, sizeof spelling - 1, binds},

/* Written by tools/keywords; open addressing. */
static const uint8_t buckets[BUCKETS] = {
    0,  0,   0,   0,  0,   0,   0,   62,  12,  0,   0,   0,   0,   0,   0,   0,   0,   0,  0,   0,
    0,  0,   0,   0,  0,   0,   0,   0,   99,  120, 0,   0,   0,   0,   0,   108, 91,  48, 16,  0,
    0,  72,  0,   0,  0,   0,   0,   0,   0,   0,   7,   10,  93,  0,   0,   0,   0,   0,  0,   0,
    0,  0,   0,   0,  19,  56,  89,  0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,  0,   0,
    0,  0,   0,   0,  0,   0,   52,  0,   0,   6,   0,   137, 35,  0,   0,   0,   55,  0,  107, 114,
    0,  0,   0,   0,  0,   0,   0,   136, 0,   0,   0,   0,   70,  8,   126, 0,   0,   81, 0,   0,
    0,  0,   0,   84, 0,   0,   0,   46,  0,   32,  0,   0,   128, 0,   0,   0,   0,   0,  0,   0,
    0,  0,   0,   43, 0,   25,  29,  77,  67,  88,  0,   0,   0,   0,   69,  0,   0,   0,  0,   0,
    0,  0,   0,   0,  80,  131, 0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,  98,  0,
    20, 96,  0,   0,  0,   0,   37,  0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   54, 135, 0,
    0,  40,  0,   26, 0,   121, 0,   125, 0,   23,  0,   73,  85,  0,   0,   0,   130, 0,  74,  31,
    0,  0,   0,   0,  0,   0,   0,   0,   0,   106, 0,   133, 0,   0,   17,  87,  0,   0,  0,   0,
    0,  0,   0,   0,  111, 0,   0,   0,   119, 0,   0,   0,   18,  27,  104, 109, 0,   0,  71,  47,
    0,  0,   0,   0,  0,   94,  100, 0,   86,  0,   0,   0,   0,   0,   0,   0,   90,  0,  122, 0,
    0,  33,  0,   0,  0,   0,   0,   53,  0,   0,   129, 36,  0,   51,  0,   0,   0,   0,  57,  59,
    65, 0,   0,   0,  13,  0,   0,   0,   0,   0,   0,   68,  0,   30,  132, 0,   0,   0,  95,  14,
    0,  117, 0,   0,  113, 0,   0,   0,   0,   127, 0,   0,   0,   92,  83,  115, 0,   0,  0,   0,
    0,  123, 0,   0,  0,   0,   0,   0,   66,  0,   0,   0,   0,   0,   3,   0,   0,   0,  0,   0,
    0,  0,   0,   0,  0,   0,   5,   105, 0,   0,   0,   0,   0,   0,   39,  0,   38,  44, 0,   0,
    0,  0,   0,   11, 50,  0,   0,   0,   0,   0,   0,   75,  0,   9,   0,   0,   0,   0,  124, 0,
    0,  0,   0,   0,  0,   0,   0,   63,  0,   0,   0,   0,   0,   0,   112, 0,   0,   1,  0,   45,
    0,  0,   0,   0,  0,   0,   42,  103, 79,  0,   24,  0,   0,   58,  0,   0,   0,   0,  0,   61,
    0,  0,   0,   64, 0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   97,  60,  0,   0,  0,   0,
    76, 0,   118, 0,  22,  0,   49,  21,  0,   116, 0,   2,   0,   102, 34,  101, 0,   0,  0,   78,
    0,  28,  0,   82, 0,   0,   0,   0,   0,   0,   0,   110, 4,   0,   0,   0,   134, 0,  0,   0,
    0,  0,   0,   41, 0,   0,   15,  0,   0,   0,   0,   0,
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
