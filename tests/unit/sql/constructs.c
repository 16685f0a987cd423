/* Every construct of tests/cases/sql/constructs.txt in each of its dialects: nothing is kept as
 * text, the print reads back as the same, and so does the text with other white space. */
#include "sql/lex.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

static enum sql_visit find_opaque(struct sql_node *n, void *data)
{
    (void)data;
    return n->flags & SQL_OPAQUE ? SQL_STOP : SQL_GO_IN;
}

/* NULL: it cannot be read, or some of it is kept as text. */
static struct sql_node *read_whole(struct arena *a, const char *sql, const struct sql_dialect *d)
{
    struct source s = {"case", sql, strlen(sql)};
    struct sql_node *n = sql_parse_statement(a, &s, d, NULL);

    return n && sql_walk(n, find_opaque, NULL) ? n : NULL;
}

/* The same tokens, parted by a line where there was white space; a comment may be a hint and stays.
 */
static char *wide(const char *sql, const struct sql_dialect *d)
{
    struct source s = {"case", sql, strlen(sql)};
    GString *out = g_string_new(NULL);
    struct sql_lexer lx;
    size_t end = 0;

    sql_lexer_init(&lx, &s, d);
    for (struct sql_token t = sql_lexer_next(&lx); t.kind != T_END; t = sql_lexer_next(&lx)) {
        if (memchr(sql + end, '*', t.at - end))
            g_string_append_len(out, sql + end, t.at - end);
        g_string_append(out, t.space_before ? "\n\t " : "");
        g_string_append_len(out, sql + t.at, t.len);
        end = t.at + t.len;
    }
    return g_string_free(out, FALSE);
}

static const char *what_is_wrong(const char *sql, const struct sql_dialect *d)
{
    g_autoptr(arena) a = arena_new();
    struct sql_node *n = read_whole(a, sql, d), *again, *other;
    g_autofree char *widened = wide(sql, d), *text = NULL, *printed = NULL;

    if (!n)
        return "it is not read whole";
    text = sql_print(n, d);
    again = read_whole(a, text, d);
    if (!again || !sql_equal(n, again))
        return "its print reads as another";
    other = read_whole(a, widened, d);
    printed = other ? sql_print(other, d) : NULL;
    return g_strcmp0(text, printed) == 0 ? NULL : "white space changes it";
}

static unsigned run_block(const char *block)
{
    const char *close = strchr(block, ']'), *sql = strchr(block, '\n') + 1;
    g_autofree char *names = g_strndup(block + 1, (size_t)(close - block) - 1);
    g_auto(GStrv) dialects = g_strsplit(names, " ", -1);
    unsigned wrong = 0;

    for (char **name = dialects; *name; name++) {
        const struct sql_dialect *d = sql_dialect_find(*name, NULL);
        const char *what = d ? what_is_wrong(sql, d) : "there is no such dialect";

        if (what)
            printf("%.*s in %s: %s\n  %s\n", (int)strcspn(close + 2, "\n"), close + 2, *name, what,
                   sql);
        wrong += what != NULL;
    }
    return wrong;
}

void test_every_construct_is_read_whole_in_each_of_its_dialects(void **state)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) blocks = NULL;
    unsigned wrong = 0;

    (void)state;
    assert_true(g_file_get_contents("tests/cases/sql/constructs.txt", &text, NULL, NULL));
    blocks = g_strsplit(g_strchomp(text), "\n\n", -1);
    assert_true(g_strv_length(blocks) > 100);
    for (char **block = blocks + 1; *block; block++)
        wrong += run_block(*block);
    assert_int_equal(wrong, 0);
}
