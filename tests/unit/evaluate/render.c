/* render.c -- runs tests/cases/evaluate/render.txt: a title, a model's query, and what the
 * warehouse gets. Blocks are parted by empty lines. */
#include "evaluate/rig.h"

#define EMBEDDED(name, query)                                                                      \
    "`\\`db\\`.\\`shop\\`.\\`" name "\\``: {`name`: `shop." name "`, `fqn`: "                      \
    "`\\`db\\`.\\`shop\\`.\\`" name "\\``, `catalog`: `db`, `schema`: `shop`, `table`: `" name     \
    "`, `dialect`: `duckdb`, `kind`: `EMBEDDED`, `query`: `" query "`}"

static struct wire_task *task_for(const char *query)
{
    struct wire_task *t = rig_task(
        TASK_EVALUATE, "m",
        "`kind`: `FULL`, `variables`: {`limit`: 5}, `definitions`: [{`sql`: `@DEF(plus_one, x -> x "
        "+ 1)`}], `embedded`: {" EMBEDDED("emb", "SELECT id FROM shop.inner_one") ", " EMBEDDED(
            "inner_one", "SELECT id FROM shop.s") "}");

    json_object_set_new(t->definition, "query", json_string(query));
    rig_parent(t, "s");
    rig_parent(t, "p");
    rig_batch(t, "2024-01-01", "2024-01-03");
    return t;
}

/* On one line, for the cases' sake. */
static char *render(const char *query)
{
    g_autoptr(GError) error = NULL;
    g_autoptr(wire_task) t = task_for(query);
    g_autofree char *text = evaluate_render(t, "local", "evaluating", &error);
    g_auto(GStrv) words = NULL;
    GString *out = g_string_new(NULL);

    if (!text)
        return g_string_free(g_string_assign(out, error->message), FALSE);
    words = g_strsplit_set(text, " \n", -1);
    for (char **w = words; *w; w++) {
        bool close = **w == ')' || !out->len || out->str[out->len - 1] == '(';

        if (**w)
            g_string_append_printf(out, "%s%s", close ? "" : " ", *w);
    }
    return g_string_free(out, FALSE);
}

void test_queries_are_rendered_for_the_warehouse(void **state)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) blocks = NULL;
    unsigned wrong = 0;

    (void)state;
    assert_true(g_file_get_contents("tests/cases/evaluate/render.txt", &text, NULL, NULL));
    blocks = g_strsplit(g_strchomp(text), "\n\n", -1);
    for (char **b = blocks; *b; b++) {
        g_auto(GStrv) lines = g_strsplit(*b, "\n", 3);
        g_autofree char *got = NULL;

        assert_non_null(lines[2]);
        got = render(lines[1]);
        if (strcmp(got, lines[2]) != 0) {
            print_error("%s\n  expected %s\n  got      %s\n", lines[0], lines[2], got);
            wrong++;
        }
    }
    assert_true(g_strv_length(blocks) > 8);
    assert_int_equal(wrong, 0);
}

void test_what_cannot_be_rendered_has_its_place(void **state)
{
    g_autofree char *macro = render("SELECT 1 AS a,\n  @nix AS b");
    g_autofree char *syntax = render("SELECT (1 AS a");

    (void)state;
    assert_non_null(strstr(macro, "query of shop.m: line 2, column 3"));
    assert_non_null(strstr(macro, "@nix is not defined"));
    assert_non_null(strstr(syntax, "query of shop.m: line 1"));
}
