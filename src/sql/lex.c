#define _GNU_SOURCE /* memmem */
#include "sql/dialect_int.h"
#include "sql/keyword.h"
#include "sql/lex.h"

#include <string.h>

enum { C_OP, C_SPACE, C_QUOTE, C_WORD, C_DIGIT }; /* those from C_WORD on make words */

static const uint8_t classes[256] = {
    ['\t'] = C_SPACE,       ['\n'] = C_SPACE,         ['\v'] = C_SPACE,
    ['\f'] = C_SPACE,       ['\r'] = C_SPACE,         [' '] = C_SPACE,
    ['_'] = C_WORD,         ['0' ... '9'] = C_DIGIT,  ['a' ... 'z'] = C_WORD,
    ['A' ... 'Z'] = C_WORD, [0x80 ... 0xff] = C_WORD, ['\''] = C_QUOTE,
    ['"'] = C_QUOTE,        ['`'] = C_QUOTE,
};

static inline unsigned class_of(char c)
{
    return classes[(unsigned char)c];
}

static inline bool is_word(char c)
{
    return class_of(c) >= C_WORD;
}

/* The byte at a place, 0 behind the end. A NUL inside the text is a bad token, so no confusion. */
static inline char byte(const struct sql_lexer *lx, size_t at)
{
    return at < lx->len ? lx->text[at] : '\0';
}

static inline bool follows(const struct sql_lexer *lx, size_t at, const char *s)
{
    size_t n = strlen(s);

    return at + n <= lx->len && memcmp(lx->text + at, s, n) == 0;
}

void sql_lexer_init(struct sql_lexer *lx, const struct source *s, const struct sql_dialect *d)
{
    *lx = (struct sql_lexer){.source = s, .text = s->text, .len = s->len, .dialect = d};
}

static bool is_line_comment(const struct sql_lexer *lx, size_t at)
{
    switch (byte(lx, at)) {
    case '-':
        return byte(lx, at + 1) == '-';
    case '/':
        return byte(lx, at + 1) == '/' && sql__has(lx->dialect, SQLD_SLASH_COMMENT) &&
               !(at > 0 && lx->text[at - 1] == ':'); /* file://path */
    case '#':
        return sql__has(lx->dialect, SQLD_HASH_COMMENT);
    default:
        return false;
    }
}

static size_t line_end(const struct sql_lexer *lx, size_t at)
{
    const char *end = memchr(lx->text + at, '\n', lx->len - at);

    return end ? (size_t)(end - lx->text) : lx->len;
}

/* Behind the comment that begins here, or SIZE_MAX when it is never closed. */
static size_t block_comment_end(const struct sql_lexer *lx, size_t at)
{
    bool nested = sql__has(lx->dialect, SQLD_NESTED_COMMENT);
    unsigned depth = 1;

    for (at += 2; at + 1 < lx->len; at++) {
        if (follows(lx, at, "*/")) {
            at++;
            if (--depth == 0)
                return at + 1;
        } else if (nested && follows(lx, at, "/*")) {
            at++;
            depth++;
        }
    }
    return SIZE_MAX;
}

/* The first byte of comments and of a byte order mark. */
static inline bool may_begin_gap(char c)
{
    return c == '-' || c == '/' || c == '#' || c == '\xef';
}

/* Behind the comment or byte order mark that begins here, or 0 when there is none; SIZE_MAX: it is
 * never closed. */
G_NO_INLINE static size_t comment_end(const struct sql_lexer *lx, size_t at)
{
    if (is_line_comment(lx, at))
        return line_end(lx, at);
    if (follows(lx, at, "/*"))
        return block_comment_end(lx, at);
    return follows(lx, at, "\xef\xbb\xbf") ? at + 3 : 0;
}

/* Skip white space and comments; false at a comment that is never closed. */
static bool skip_gap(struct sql_lexer *lx)
{
    for (;;) {
        size_t at = lx->at;

        while (at < lx->len && class_of(lx->text[at]) == C_SPACE)
            at++;
        lx->at = (uint32_t)at;
        if (!may_begin_gap(byte(lx, at)))
            return true;
        at = comment_end(lx, at);
        if (!at || at == SIZE_MAX)
            return !at;
        lx->at = (uint32_t)at;
    }
}

/* Behind a quoted text whose body begins here and ends with `close`; 0 when it never ends. */
static size_t quote_end(const struct sql_lexer *lx, size_t at, char close, bool backslash,
                        bool doubled)
{
    for (; at < lx->len; at++) {
        char c = lx->text[at];

        if (c == '\\' && backslash)
            at++;
        else if (c != close)
            continue;
        else if (doubled && byte(lx, at + 1) == close)
            at++;
        else
            return at + 1;
    }
    return 0;
}

G_NO_INLINE static size_t triple_end(const struct sql_lexer *lx, size_t at, char quote,
                                     bool backslash)
{
    const char close[] = {quote, quote, quote, '\0'};

    for (at += 3; at < lx->len; at++) {
        if (lx->text[at] == '\\' && backslash)
            at++;
        else if (follows(lx, at, close))
            return at + 3;
    }
    return 0;
}

/* The functions lex_…() read the token whose first byte t->at is, set what is not about its
 * place, and answer where it ends; 0: it is never closed. */

static bool is_string_quote(const struct sql_lexer *lx, char c)
{
    return c == '\'' || (c == '"' && sql__has(lx->dialect, SQLD_DOUBLE_STRING));
}

/* A string whose opening quote stands at `at`, with or without a prefix before it. */
static size_t lex_string(struct sql_lexer *lx, struct sql_token *t, size_t at)
{
    char quote = byte(lx, at);
    char prefix = at > t->at ? byte(lx, t->at) | 0x20 : 0;
    bool raw = prefix == 'r' || (at > t->at + 1 && (byte(lx, t->at + 1) | 0x20) == 'r');
    bool backslash = (sql__has(lx->dialect, SQLD_BACKSLASH) || prefix == 'e') && !raw;
    bool doubled = !sql__has(lx->dialect, SQLD_BACKSLASH_ONLY);

    t->kind = T_STRING;
    t->quote = quote;
    if (sql__has(lx->dialect, SQLD_TRIPLE_QUOTE) && byte(lx, at + 1) == quote &&
        byte(lx, at + 2) == quote)
        return triple_end(lx, at, quote, true);
    if (raw && !doubled && sql__has(lx->dialect, SQLD_TRIPLE_QUOTE))
        backslash = true; /* BigQuery: \' does not end a raw string */
    return quote_end(lx, at + 1, quote, backslash, doubled);
}

static size_t lex_quote(struct sql_lexer *lx, struct sql_token *t)
{
    char quote = byte(lx, t->at);

    if (is_string_quote(lx, quote))
        return lex_string(lx, t, t->at);
    t->kind = T_QUOTED;
    t->quote = quote;
    return quote_end(lx, t->at + 1, quote, sql__has(lx->dialect, SQLD_NAME_BACKSLASH),
                     !sql__has(lx->dialect, SQLD_NAME_BACKSLASH));
}

/* Behind "@{name}", or 0. */
static size_t braced_end(const struct sql_lexer *lx, size_t at)
{
    at += 2;
    while (class_of(byte(lx, at)) == C_SPACE)
        at++;
    if (!is_word(byte(lx, at)))
        return 0;
    while (is_word(byte(lx, at)))
        at++;
    while (class_of(byte(lx, at)) == C_SPACE)
        at++;
    return byte(lx, at) == '}' ? at + 1 : 0;
}

/* May this stand in a word, though it is neither letter nor digit? */
static inline bool is_word_mark(const struct sql_lexer *lx, char c)
{
    return (c == '$' && !sql__has(lx->dialect, SQLD_PERCENT_PARAM)) ||
           (c == '#' && sql__has(lx->dialect, SQLD_HASH_NAME));
}

/* Behind the letters and digits from here on. */
static inline size_t plain_word_end(const struct sql_lexer *lx, size_t at)
{
    while (at < lx->len && is_word(lx->text[at]))
        at++;
    return at;
}

/* Behind the part of a word that begins here, up to a macro in it. */
static inline size_t word_part_end(const struct sql_lexer *lx, size_t at)
{
    size_t end = plain_word_end(lx, at);

    while (is_word_mark(lx, byte(lx, end)))
        end = plain_word_end(lx, end + 1);
    return end;
}

/* Behind a word, with the macros in it: foo_@{x}, @{x}_foo. */
static size_t word_end(const struct sql_lexer *lx, size_t at)
{
    for (;;) {
        size_t end;

        at = word_part_end(lx, at);
        if (byte(lx, at) != '@')
            return at;
        if (byte(lx, at + 1) == '{')
            end = braced_end(lx, at);
        else
            end = class_of(byte(lx, at + 1)) == C_WORD ? at + 1 : 0;
        if (!end)
            return at;
        at = end;
    }
}

/* Seldom asked, and kept out of line so that the tokenizer's own frame stays small. */
G_NO_INLINE static bool is_prefix(const struct sql_lexer *lx, size_t at, size_t len)
{
    char padded[5] = " ";

    if (len == 0 || len > 2)
        return false;
    for (size_t i = 0; i < len; i++)
        padded[i + 1] = g_ascii_tolower(byte(lx, at + i));
    padded[len + 1] = ' ';
    padded[len + 2] = '\0';
    return strstr(lx->dialect->rules->prefixes, padded) != NULL;
}

static size_t lex_word(struct sql_lexer *lx, struct sql_token *t)
{
    size_t end = word_part_end(lx, t->at);

    if (end - t->at <= 2 && is_string_quote(lx, byte(lx, end)) && is_prefix(lx, t->at, end - t->at))
        return lex_string(lx, t, end);
    if (end - t->at == 1 && byte(lx, end) == '&' && byte(lx, end + 1) == '\'' &&
        is_prefix(lx, t->at, 2))
        return lex_string(lx, t, end + 1);
    t->kind = T_WORD;
    t->plain = byte(lx, end) != '@';
    if (!t->plain)
        end = word_end(lx, end);
    t->keyword = sql_keyword_find(lx->text + t->at, end - t->at);
    return end;
}

static size_t digits_end(const struct sql_lexer *lx, size_t at)
{
    while (class_of(byte(lx, at)) == C_DIGIT ||
           (byte(lx, at) == '_' && class_of(byte(lx, at + 1)) == C_DIGIT))
        at++;
    return at;
}

static size_t exponent_end(const struct sql_lexer *lx, size_t at)
{
    size_t sign = at + 1;

    if ((byte(lx, at) | 0x20) != 'e')
        return at;
    if (byte(lx, sign) == '+' || byte(lx, sign) == '-')
        sign++;
    return class_of(byte(lx, sign)) == C_DIGIT ? digits_end(lx, sign) : at;
}

/* Does the "." here follow a name, a bracket or a quote, so that it begins no number? */
static bool is_dot_after_name(const struct sql_lexer *lx, size_t at)
{
    char before = at > 0 ? lx->text[at - 1] : ' ';
    bool mark = at > 1 && is_word_mark(lx, before) && is_word(lx->text[at - 2]);

    return is_word(before) || mark || before == ')' || before == ']' || before == '}' ||
           class_of(before) == C_QUOTE;
}

/* a.b.25x */
static bool is_name_part(const struct sql_lexer *lx, size_t at)
{
    return at > 1 && lx->text[at - 1] == '.' && is_dot_after_name(lx, at - 1);
}

static size_t lex_number(struct sql_lexer *lx, struct sql_token *t)
{
    char second = byte(lx, t->at + 1) | 0x20;
    size_t at = t->at;

    t->kind = T_NUMBER;
    if (byte(lx, at) == '0' && (second == 'x' || second == 'b' || second == 'o') &&
        g_ascii_isxdigit(byte(lx, at + 2))) {
        for (at += 2; g_ascii_isxdigit(byte(lx, at)) || byte(lx, at) == '_';)
            at++;
        return at;
    }
    at = digits_end(lx, at);
    if (byte(lx, at) == '.' && byte(lx, at + 1) != '.')
        at = digits_end(lx, at + 1);
    at = exponent_end(lx, at);
    if (is_word(byte(lx, at))) {
        size_t end = word_end(lx, at);
        bool number =
            memchr(lx->text + t->at, '.', at - t->at) || (end - at <= 2 && byte(lx, at) != '_');

        if (is_name_part(lx, t->at))
            t->kind = T_WORD;
        else
            t->kind = !sql__has(lx->dialect, SQLD_DIGIT_NAME) ? T_BAD : number ? T_NUMBER : T_WORD;
        at = end;
    }
    return at;
}

/* $1, $name, $$…$$ or $tag$…$tag$. */
G_NO_INLINE static size_t lex_dollar(struct sql_lexer *lx, struct sql_token *t)
{
    const char *text = lx->text;
    size_t end = t->at + 1, tag;
    const char *close;

    if (byte(lx, end) == '{') { /* ${name} */
        while (is_word(byte(lx, end + 1)) || byte(lx, end + 1) == ':')
            end++;
        if (byte(lx, end + 1) == '}') {
            t->kind = T_PARAMETER;
            return end + 2;
        }
        end = t->at + 1;
    }
    while (is_word(byte(lx, end)))
        end++;
    tag = end + 1 - t->at;
    if (byte(lx, end) != '$' || !sql__has(lx->dialect, SQLD_DOLLAR_QUOTE)) {
        t->kind = end > t->at + 1 ? T_PARAMETER : T_OPERATOR;
        t->op = t->kind == T_OPERATOR ? OP_DOLLAR : 0;
        return end;
    }
    t->kind = T_STRING;
    t->quote = '$';
    close = memmem(text + end + 1, lx->len - end - 1, text + t->at, tag);
    return close ? (size_t)(close - text) + tag : 0;
}

G_NO_INLINE static size_t lex_at(struct sql_lexer *lx, struct sql_token *t)
{
    char next = byte(lx, t->at + 1);

    if (next == '{') {
        size_t end = braced_end(lx, t->at);

        if (end && (is_word(byte(lx, end)) || byte(lx, end) == '@')) {
            t->kind = T_WORD;
            return word_end(lx, end);
        }
    } else if (class_of(next) != C_WORD && class_of(next) != C_DIGIT && class_of(next) != C_QUOTE) {
        t->kind = T_OPERATOR;
        t->op = sql_op_find(lx->text + t->at, lx->len - t->at);
        return t->at + sql_op_length(t->op);
    }
    t->kind = T_AT;
    t->op = OP_AT;
    return t->at + 1;
}

G_NO_INLINE static size_t lex_jinja(struct sql_lexer *lx, struct sql_token *t)
{
    char kind = byte(lx, t->at + 1);
    const char close[] = {kind == '{' ? '}' : kind, '}'};
    const char *end;

    end = memmem(lx->text + t->at + 2, lx->len - t->at - 2, close, 2);
    t->kind = T_JINJA;
    return end ? (size_t)(end - lx->text) + 2 : 0;
}

static size_t lex_operator(struct sql_lexer *lx, struct sql_token *t)
{
    t->op = sql_op_find(lx->text + t->at, lx->len - t->at);
    t->kind = t->op == OP_NONE ? T_BAD : T_OPERATOR;
    return t->op == OP_NONE ? t->at + 1 : t->at + sql_op_length(t->op);
}

static size_t lex_mark(struct sql_lexer *lx, struct sql_token *t)
{
    char next = byte(lx, t->at + 1);

    switch (byte(lx, t->at)) {
    case '@':
        return lex_at(lx, t);
    case '$':
        return lex_dollar(lx, t);
    case '{':
        if (next == '{' || next == '%' || next == '#')
            return lex_jinja(lx, t);
        break;
    case '.':
        if (class_of(next) == C_DIGIT && !is_dot_after_name(lx, t->at))
            return lex_number(lx, t);
        break;
    case '[':
        if (sql__has(lx->dialect, SQLD_BRACKET_NAME)) {
            t->kind = T_QUOTED;
            t->quote = '[';
            return quote_end(lx, t->at + 1, ']', false, true);
        }
        break;
    case '#':
        if (sql__has(lx->dialect, SQLD_HASH_NAME)) {
            t->kind = T_WORD;
            return word_end(lx, t->at + 1 + (next == '#'));
        }
        break;
    case '?':
        if (!sql__has(lx->dialect, SQLD_QUESTION_OP | SQLD_TERNARY) && !follows(lx, t->at, "?::")) {
            t->kind = T_PARAMETER;
            return t->at + 1;
        }
        break;
    default:
        break;
    }
    return lex_operator(lx, t);
}

static size_t lex(struct sql_lexer *lx, struct sql_token *t)
{
    switch (class_of(lx->text[t->at])) {
    case C_WORD:
        return lex_word(lx, t);
    case C_DIGIT:
        return lex_number(lx, t);
    case C_QUOTE:
        return lex_quote(lx, t);
    default:
        return lex_mark(lx, t);
    }
}

static inline void read_token(struct sql_lexer *lx, struct sql_token *t)
{
    uint32_t from = lx->at;
    bool closed = skip_gap(lx);
    size_t end = 0;

    *t = (struct sql_token){.at = lx->at, .space_before = lx->at > from};
    if (closed && lx->at >= lx->len)
        return;
    if (closed)
        end = lex(lx, t);
    if (!end) {
        t->kind = T_UNCLOSED;
        end = lx->len;
    }
    t->len = (uint32_t)end - t->at;
    lx->at = (uint32_t)end;
}

size_t sql_lexer_fill(struct sql_lexer *lx, struct sql_token *tokens, size_t room)
{
    size_t n = 0;

    while (n < room) {
        read_token(lx, &tokens[n]);
        if (tokens[n++].kind == T_END)
            break;
    }
    return n;
}

struct sql_token sql_lexer_next(struct sql_lexer *lx)
{
    struct sql_token t;

    sql_lexer_fill(lx, &t, 1);
    return t;
}
