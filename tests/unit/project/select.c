/* Selectors: the cases of tests/cases/project/selectors.txt, recorded from SQLMesh; mistakes. */
#include "project/project.h"

#include <glib/gstdio.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

/* A project of nothing but names, parents and tags. */
static struct project *project_of(char **lines);

static char *fqn_of(struct arena *a, const char *name)
{
    g_auto(GStrv) parts = g_strsplit(name, ".", 2);

    return arena_printf(a, "\"sel\".\"%s\".\"%s\"", parts[0], parts[1]);
}

static void add_word(struct arena *a, char ***list, char *word)
{
    guint n = *list ? g_strv_length(*list) : 0;
    char **longer = arena_zalloc(a, (n + 2) * sizeof *longer);

    for (guint i = 0; i < n; i++)
        longer[i] = (*list)[i];
    longer[n] = word;
    *list = longer;
}

/* model NAME reads PARENT … tags TAG … */
static void add_model(struct project *p, const char *line)
{
    g_auto(GStrv) words = g_strsplit(line, " ", -1);
    g_auto(GStrv) parts = g_strsplit(words[1], ".", 2);
    struct model *m = arena_new_of(p->arena, struct model);
    bool tags = false;

    m->name = arena_strdup(p->arena, words[1]);
    m->fqn = fqn_of(p->arena, words[1]);
    m->catalog = "sel";
    m->schema = arena_strdup(p->arena, parts[0]);
    m->table = arena_strdup(p->arena, parts[1]);
    m->dialect = "duckdb";
    m->path = arena_printf(p->arena, "models/%s.sql", words[1]);
    for (char **w = words + 2; *w; w++) {
        if (strcmp(*w, "reads") == 0 || strcmp(*w, "tags") == 0)
            tags = **w == 't';
        else if (tags)
            add_word(p->arena, &m->tags, arena_strdup(p->arena, *w));
        else
            add_word(p->arena, &m->depends_on, fqn_of(p->arena, *w));
    }
    g_ptr_array_add(p->models, m);
    g_hash_table_insert(p->by_fqn, (char *)m->fqn, m);
}

static struct project *project_of(char **lines)
{
    struct project *p = g_new0(struct project, 1);

    p->arena = arena_new();
    p->models = g_ptr_array_new();
    p->by_fqn = g_hash_table_new(g_str_hash, g_str_equal);
    p->default_catalog = "sel";
    p->default_dialect = "duckdb";
    p->config = g_new0(struct config, 1);
    for (; *lines; lines++)
        if (g_str_has_prefix(*lines, "model "))
            add_model(p, *lines);
    return p;
}

static void project_end(struct project *p)
{
    arena_free(p->arena);
    g_ptr_array_unref(p->models);
    g_hash_table_unref(p->by_fqn);
    g_free(p->config->path);
    g_free(p->config);
    g_free(p);
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The names selected, sorted, or the error. */
static char *names_selected(const struct project *p, const char *selector)
{
    const char *patterns[] = {selector, NULL};
    g_autoptr(GError) error = NULL;
    g_auto(GStrv) found = project_select(p, patterns, &error);
    g_autoptr(GPtrArray) names = g_ptr_array_new();

    if (!found)
        return g_strdup(error->message);
    for (char **f = found; *f; f++)
        g_ptr_array_add(names, (char *)((struct model *)g_hash_table_lookup(p->by_fqn, *f))->name);
    g_ptr_array_sort(names, by_text);
    g_ptr_array_add(names, NULL);
    return names->len > 1 ? g_strjoinv(" ", (char **)names->pdata) : g_strdup("(none)");
}

static char **case_lines(void)
{
    g_autofree char *text = NULL;

    assert_true(g_file_get_contents("tests/cases/project/selectors.txt", &text, NULL, NULL));
    return g_strsplit(text, "\n", -1);
}

void test_selectors_select_what_sqlmesh_selects(void **state)
{
    g_auto(GStrv) lines = case_lines();
    struct project *p = project_of(lines);
    const char *selector = NULL;
    int cases = 0, bad = 0;

    (void)state;
    for (char **line = lines; *line; line++) {
        g_autofree char *got = NULL;

        if (!**line || **line == '#' || g_str_has_prefix(*line, "model "))
            continue;
        if (**line != ' ') {
            selector = *line;
            continue;
        }
        got = names_selected(p, selector);
        cases++;
        if (strcmp(got, *line + 4) == 0)
            continue;
        bad++;
        print_error("%s\n  expected: %s\n  got:      %s\n", selector, *line + 4, got);
    }
    project_end(p);
    assert_true(cases > 25);
    assert_int_equal(bad, 0);
}

void test_selectors_join_operators_and_several_patterns(void **state)
{
    static const char *const both[] = {"raw.orders", "other.*", NULL};
    static const char *const none[] = {NULL};
    g_auto(GStrv) lines = case_lines();
    struct project *p = project_of(lines);
    g_auto(GStrv) two = project_select(p, both, NULL);
    g_auto(GStrv) nothing = project_select(p, none, NULL);
    g_autofree char *three = names_selected(p, "*.orders & stage.* & tag:daily");
    g_autofree char *middle = names_selected(p, "raw.o*s");
    g_autofree char *path = names_selected(p, "path:models/mart.*");

    (void)state;
    assert_int_equal(g_strv_length(two), 2);
    assert_int_equal(g_strv_length(nothing), 0);
    assert_string_equal(three, "stage.orders");
    assert_string_equal(middle, "raw.orders");
    assert_string_equal(path, "mart.customers mart.sales");
    project_end(p);
}

void test_mistakes_in_selectors_are_shown(void **state)
{
    static const char *const cases[][2] = {
        {"raw.order",            "raw.orders"                                                   },
        {"(raw.orders",          "line 1, column 1: this \"(\" is never closed."                },
        {"raw.orders &",         "a model's name is missing here."                              },
        {"raw.orders raw.items", "line 1, column 12: an operator (&, |) is missing before this."},
        {"raw.orders)",          "an operator"                                                  },
        {"resource_type:table",  "a resource type is \"model\" or \"audit\"."                   },
        {"git:-x",               "names no branch"                                              },
    };
    g_auto(GStrv) lines = case_lines();
    struct project *p = project_of(lines);

    (void)state;
    p->config->path = g_strdup("/");
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = names_selected(p, cases[i][0]);

        if (!strstr(got, cases[i][1]))
            fail_msg("%s\nexpected: %s\ngot: %s", cases[i][0], cases[i][1], got);
    }
    project_end(p);
}

static void git(const char *folder, const char *command)
{
    g_autofree char *line = g_strdup_printf("cd '%s' && git -c user.name=t -c user.email=t@t -c "
                                            "init.defaultBranch=main %s >/dev/null 2>&1",
                                            folder, command);
    char *argv[] = {(char *)"sh", (char *)"-c", line, NULL};
    int status = -1;

    assert_true(
        g_spawn_sync(NULL, argv, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, NULL, NULL, &status, NULL));
    assert_int_equal(status, 0);
}

static void put(const char *folder, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(folder, "models", name, NULL);

    assert_true(g_file_set_contents(path, text, -1, NULL));
}

void test_git_selects_what_differs_from_a_branch(void **state)
{
    g_auto(GStrv) lines = case_lines();
    struct project *p = project_of(lines);
    g_autofree char *folder = g_dir_make_tmp("heddle-select-XXXXXX", NULL);
    g_autofree char *models = g_build_filename(folder, "models", NULL);
    g_autofree char *remove = g_strdup_printf("rm -rf '%s'", folder);
    g_autofree char *got = NULL, *no_branch = NULL;

    (void)state;
    g_mkdir(models, 0700);
    p->config->path = g_strdup(folder);
    git(folder, "init");
    put(folder, "raw.orders.sql", "1");
    put(folder, "raw.items.sql", "1");
    git(folder, "add .");
    git(folder, "commit -m first");
    git(folder, "checkout -b work");
    put(folder, "stage.orders.sql", "1");
    git(folder, "add .");
    git(folder, "commit -m second");
    put(folder, "raw.items.sql", "2");
    put(folder, "mart.sales.sql", "new");
    got = names_selected(p, "git:main");
    no_branch = names_selected(p, "git:nothing");
    assert_string_equal(got, "mart.sales raw.items stage.orders");
    assert_non_null(strstr(no_branch, "git cannot say what has changed"));
    project_end(p);
    assert_int_equal(g_spawn_command_line_sync(remove, NULL, NULL, NULL, NULL), TRUE);
}
