/* lex.h -- the tokenizer: a class table and one function a class; it never allocates or fails.
 *
 * Every token carries the place it came from. White space and comments are skipped but remembered
 * as the gap before a token, so that a printer can keep comments. A byte no token may start with is
 * T_BAD; an unclosed quote or comment is T_UNCLOSED and reaches to the end of the text.
 *
 * The tokenizer also reads what SQLMesh adds: `@name`, `@{name}`, `@'…'`, `@@name`, and Jinja
 * (`{{ … }}`, `{% … %}`, `{# … #}`) as one T_JINJA token a block.
 */
#ifndef HEDDLE_SQL_LEX_H
#define HEDDLE_SQL_LEX_H

#include "sql/dialect.h"

#include <stdint.h>
#include <string.h>

enum sql_token_kind {
    T_END,
    T_WORD,   /* an unquoted identifier or keyword */
    T_QUOTED, /* a quoted identifier */
    T_STRING, /* a string literal, prefix included (E'…', $$…$$, r"…") */
    T_NUMBER,
    T_OPERATOR,  /* one operator or punctuation mark: ( ) [ ] { } , ; . + <= -> :: … */
    T_AT,        /* "@" before a macro's name, "@{" or "@'" */
    T_PARAMETER, /* ?, $1, :name, %(name)s */
    T_JINJA,     /* {{ … }}, {% … %} or {# … #} */
    T_BAD,
    T_UNCLOSED,
};

struct sql_token {
    uint8_t kind;      /* enum sql_token_kind */
    uint8_t quote;     /* the opening quote of T_QUOTED and T_STRING, or 0 */
    uint16_t keyword;  /* enum sql_keyword of a T_WORD (sql/keyword.h), or 0 */
    uint16_t op;       /* enum sql_op of a T_OPERATOR (sql/keyword.h), or 0 */
    bool space_before; /* white space or a comment stands before it */
    bool plain;        /* a T_WORD in which no macro can be */
    uint32_t at, len;  /* bytes in the source */
};

struct sql_lexer {
    const struct source *source;
    const char *text; /* the source's */
    size_t len;
    const struct sql_dialect *dialect;
    uint32_t at;
};

void sql_lexer_init(struct sql_lexer *lx, const struct source *s, const struct sql_dialect *d);
/* The next token; T_END again and again at the end. */
struct sql_token sql_lexer_next(struct sql_lexer *lx);
/* The next tokens, up to T_END or until there is no more room; how many. */
size_t sql_lexer_fill(struct sql_lexer *lx, struct sql_token *tokens, size_t room);
/* Are these bytes the same letters in any case (ASCII)? */
static inline bool sql_same_letters(const char *a, const char *b, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (a[i] != b[i] && ((a[i] ^ b[i]) != 0x20 || (a[i] | 0x20) < 'a' || (a[i] | 0x20) > 'z'))
            return false;
    return true;
}
/* Is this T_WORD token the word (ASCII, any case)? */
static inline bool sql_token_is(const struct source *s, const struct sql_token *t, const char *word)
{
    return t->kind == T_WORD && ((s->text[t->at] ^ word[0]) & 0xdf) == 0 &&
           t->len == strlen(word) && sql_same_letters(s->text + t->at, word, t->len);
}

/* Byte range of one statement of a file, without its semicolon and surrounding white space. */
struct sql_range {
    uint32_t at, len;
};
/* Split a text at top-level semicolons (not in brackets, quotes, Jinja or dollar quotes). Empty
 * statements are left out. A GArray of struct sql_range; free with g_array_unref(). */
GArray *sql_split(const struct source *s, const struct sql_dialect *d);

#endif
