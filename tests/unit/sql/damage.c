/* Statements damaged at every token: taken out, doubled, swapped with the next, replaced. The print
 * of what is still read says what the damaged text says, and reads back as the same. */
#include "../../fuzz/said.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

enum damage { TAKE_OUT, DOUBLE, SWAP, REPLACE, DAMAGES };

static struct {
    unsigned texts, read, wrong;
} count;

static void tell(const char *what, const char *text, const char *printed,
                 const struct sql_dialect *d)
{
    count.wrong++;
    print_error("%s (%s)\n  text    %s\n  printed %s\n", what, sql_dialect_name(d), text, printed);
}

static void check(const char *text, const struct sql_dialect *d)
{
    g_autoptr(arena) a = arena_new();
    struct source s = {"damaged", text, strlen(text)}, again;
    struct sql_node *n = sql_parse_statement(a, &s, d, NULL), *m;
    g_autofree char *printed = NULL, *token = NULL, *before = NULL, *after = NULL;

    count.texts++;
    if (!n)
        return;
    count.read++;
    printed = sql_print(n, d);
    again = (struct source){"printed", printed, strlen(printed)};
    token = said_differently(text, s.len, printed, again.len, d);
    if (token)
        tell(token, text, printed, d);
    m = sql_parse_statement(a, &again, d, NULL);
    before = sql_canonical(n, d);
    after = m ? sql_canonical(m, d) : NULL;
    if (g_strcmp0(before, after) != 0)
        tell("reads back as another", text, printed, d);
}

static void append_token(GString *to, const char *text, const struct sql_token *t)
{
    g_string_append_len(to, text + t->at, t->len);
    g_string_append_c(to, ' ');
}

/* The text with one damage at token i. */
static char *damaged(const char *text, const GArray *tokens, unsigned i, enum damage how)
{
    static const char *const others[] = {"a", "1", "'s'", "(", ")", ",", ".", "SELECT", "AS", "*"};
    GString *out = g_string_new_len(text, g_array_index(tokens, struct sql_token, i).at);
    const struct sql_token *t = &g_array_index(tokens, struct sql_token, i);
    const struct sql_token *next = i + 1 < tokens->len ? t + 1 : t;
    const char *rest = text + t->at + t->len;

    if (how == DOUBLE || how == SWAP)
        append_token(out, text, how == SWAP ? next : t);
    if (how == DOUBLE || how == SWAP)
        append_token(out, text, t);
    if (how == SWAP)
        rest = text + next->at + next->len;
    if (how == REPLACE)
        g_string_append_printf(out, " %s ", others[i % G_N_ELEMENTS(others)]);
    g_string_append(out, rest);
    return g_string_free(out, FALSE);
}

static void damage_everywhere(const char *text, const struct sql_dialect *d)
{
    g_autoptr(GArray) tokens = g_array_new(FALSE, FALSE, sizeof(struct sql_token));
    struct source s = {"whole", text, strlen(text)};
    struct sql_lexer lx;

    sql_lexer_init(&lx, &s, d);
    for (struct sql_token t = sql_lexer_next(&lx); t.kind != T_END; t = sql_lexer_next(&lx))
        g_array_append_val(tokens, t);
    for (unsigned i = 0; i < tokens->len; i++)
        for (unsigned how = 0; how < DAMAGES; how++) {
            g_autofree char *wrong = damaged(text, tokens, i, how);

            check(wrong, d);
        }
}

/* Every block of a file of cases; see cases.c. */
static void damage_file(const char *name)
{
    g_autofree char *path = g_strdup_printf("tests/cases/sql/%s.txt", name);
    g_autofree char *all = NULL;
    g_auto(GStrv) lines = NULL;
    const struct sql_dialect *d = NULL;

    assert_true(g_file_get_contents(path, &all, NULL, NULL));
    lines = g_strsplit(all, "\n", -1);
    for (char **line = lines; *line; line++) {
        if (**line == '[' && strchr(*line, ']')) {
            g_autofree char *dialect = g_strndup(*line + 1, strcspn(*line, "]") - 1);

            d = sql_dialect_find(dialect, NULL);
        } else if (**line && **line != '#' && !g_str_has_prefix(*line, "=> ") &&
                   !g_str_has_prefix(*line, "---")) {
            damage_everywhere(*line, d);
        }
    }
}

void test_a_damaged_statement_is_refused_or_says_what_it_says(void **state)
{
    static const char *const files[] = {"print", "dialects", "macros", "tables", "same", "finds"};

    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(files); i++)
        damage_file(files[i]);
    print_message("%u damaged statements, %u still read\n", count.texts, count.read);
    assert_true(count.texts > 10000);
    assert_true(count.read > 1000);
    assert_int_equal(count.wrong, 0);
}
