/* damage.h -- an input made wrong: by bytes, and by tokens taken out, doubled, swapped and
 * replaced.
 */
#ifndef HEDDLE_TESTS_DAMAGE_H
#define HEDDLE_TESTS_DAMAGE_H

#include "fuzz.h"
#include "sql/lex.h"

#include <string.h>

/* A pseudo-random number below `below`; the same `random` gives the same numbers. */
static inline uint32_t fuzz_random(uint32_t *random, uint32_t below)
{
    *random = *random * 1664525u + 1013904223u;
    return below ? (*random >> 8) % below : 0;
}

static inline void fuzz__damage_bytes(GString *text, uint32_t *random)
{
    static const char *const pieces[] = {"(",  ")",        "'",    "\"", ",", " ",   "@",
                                         "{",  "}",        "[",    "]",  ".", ":",   "--",
                                         "/*", " SELECT ", " AS ", "->", "*", "NOT "};
    gsize at = 1 + fuzz_random(random, text->len - 1), n = fuzz_random(random, 16);

    n = MIN(n, text->len - at);
    switch (fuzz_random(random, 4)) {
    case 0:
        text->str[at] = (char)fuzz_random(random, 256);
        break;
    case 1:
        g_string_erase(text, at, n);
        break;
    case 2:
        g_string_insert(text, at, pieces[fuzz_random(random, G_N_ELEMENTS(pieces))]);
        break;
    default:
        g_string_insert_len(text, at, text->str + at, n);
    }
}

/* Any token of an input. */
static inline struct sql_token fuzz__token(const GString *text, uint32_t *random)
{
    struct source s = {"input", text->str + 1, text->len - 1};
    g_autoptr(GArray) all = g_array_new(FALSE, FALSE, sizeof(struct sql_token));
    struct sql_lexer lx;
    struct sql_token t;

    sql_lexer_init(&lx, &s, fuzz_dialect((uint8_t)text->str[0]));
    for (t = sql_lexer_next(&lx); t.kind != T_END; t = sql_lexer_next(&lx))
        g_array_append_val(all, t);
    return all->len ? g_array_index(all, struct sql_token, fuzz_random(random, all->len)) : t;
}

/* A token goes, or one of the other input comes, or both. */
static inline void fuzz__damage_tokens(GString *text, const GString *other, uint32_t *random)
{
    struct sql_token t = fuzz__token(text, random), from = fuzz__token(other, random);
    g_autofree char *taken = g_strdup_printf(" %.*s ", (int)from.len, other->str + 1 + from.at);

    if (fuzz_random(random, 3) > 0)
        g_string_erase(text, 1 + t.at, t.len);
    if (fuzz_random(random, 3) > 0)
        g_string_insert(text, 1 + t.at, taken);
}

/* Damage an input that is more than its first byte; tokens may come from `other`. */
static inline void fuzz_damage(GString *text, const GString *other, uint32_t *random)
{
    for (uint32_t k = fuzz_random(random, 4) + 1; k > 0 && text->len > 2; k--)
        if (fuzz_random(random, 2))
            fuzz__damage_tokens(text, other, random);
        else
            fuzz__damage_bytes(text, random);
}

#endif
