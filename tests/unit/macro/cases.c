/* cases.c -- runs tests/cases/macro/NAME.txt. A file holds cases:
 *
 *     == a title
 *     -- {"dialect": "duckdb", "variables": {"x": 1}, "start": "2020-01-01", …}   (may be missing)
 *     -- define @DEF(y, 2)                                                        (any number)
 *     SELECT @x, @y
 *     -- expect                                       (or "-- error": words of the message)
 *     SELECT 1, 2
 *
 * tests/parity/macro_cases.py holds the same files against the real SQLMesh; a case whose title
 * ends with "(ours)" is left out there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/json.h"
#include "calendar/date.h"
#include "macro/macro.h"
#include "sql/parse.h"
#include "sql/print.h"

struct one_case {
    const char *title, *input, *expected;
    json_t *settings;
    GPtrArray *definitions;
    bool is_error;
};

/* Columns as the settings have them: {"columns": {"foo": {"a": "INT"}}}. */
static char **look_up_columns(const struct sql_node *table, const json_t *settings, bool types)
{
    g_autoptr(arena) a = arena_new();
    const struct sql_node *last = NULL;
    SQL_EACH_CHILD (table, c)
        if (c->slot == SLOT_PART)
            last = c;
    const json_t *columns =
        json_object_get(json_object_get(settings, "columns"), sql_text(a, last));
    if (!columns)
        return NULL;
    GStrvBuilder *out = g_strv_builder_new();
    const char *name;
    json_t *type;
    json_object_foreach ((json_t *)columns, name, type)
        g_strv_builder_add(out, types ? json_string_value(type) : name);
    char **names = g_strv_builder_end(out);
    g_strv_builder_unref(out);
    return names;
}

static char **columns_of(const struct sql_node *table, void *data)
{
    return look_up_columns(table, data, false);
}

static char **types_of(const struct sql_node *table, void *data)
{
    return look_up_columns(table, data, true);
}

static int64_t time_of(const json_t *settings, const char *key)
{
    int64_t ms = 0;
    const char *text = json_get_string(settings, key, "1970-01-01");
    assert_true(date_parse(text, 0, &ms, NULL, NULL));
    return ms;
}

/* The text a case expands to, or the error's. */
static char *expand(const struct one_case *c, bool *failed)
{
    g_autoptr(arena) a = arena_new();
    g_autoptr(GError) error = NULL;
    const json_t *s = c->settings;
    struct source source = {"case.sql", c->input, strlen(c->input)};
    struct macro_context context = {
        .dialect = sql_dialect_find(json_get_string(s, "dialect", "duckdb"), NULL),
        .source = &source,
        .has_times = json_object_get(s, "start") != NULL,
        .start_ms = time_of(s, "start"),
        .end_ms = time_of(s, "end"),
        .execution_ms = time_of(s, "execution"),
        .runtime_stage = json_get_string(s, "runtime_stage", NULL),
        .this_model = json_get_string(s, "this_model", NULL),
        .this_env = json_get_string(s, "this_env", NULL),
        .model_kind_name = json_get_string(s, "model_kind_name", NULL),
        .gateway = json_get_string(s, "gateway", NULL),
        .variables = json_object_get(s, "variables"),
        .blueprint_variables = json_object_get(s, "blueprint_variables"),
        .definitions = g_ptr_array_new(),
        .columns_of = columns_of,
        .types_of = types_of,
        .data = c->settings,
    };
    for (guint i = 0; i < c->definitions->len; i++) {
        struct source text = {"define", c->definitions->pdata[i], strlen(c->definitions->pdata[i])};
        struct sql_node *n = sql_parse_statement(a, &text, context.dialect, NULL);
        assert_non_null(n);
        g_ptr_array_add(context.definitions, n);
    }
    struct sql_node *tree = sql_parse_statement(a, &source, context.dialect, &error);
    bool parsed = tree != NULL;
    if (tree)
        tree = macro_expand(a, tree, &context, &error);
    g_ptr_array_unref(context.definitions);
    *failed = error != NULL;
    if (error)
        return g_strconcat(parsed ? "" : "(not read) ", error->message, NULL);
    return tree ? sql_print(tree, context.dialect) : g_strdup("");
}

static bool run_case(const char *file, const struct one_case *c)
{
    bool failed;
    g_autofree char *seen = expand(c, &failed);
    if (failed == c->is_error &&
        (failed ? strstr(seen, c->expected) != NULL : strcmp(seen, c->expected) == 0))
        return true;
    print_error("%s: %s\n  %s\n  should be: %s\n  is:        %s\n", file, c->title, c->input,
                c->expected, seen);
    return false;
}

/* Lines up to a mark, joined; *lines moves on. */
static char *read_until(char ***lines, const char *const *marks, const char **mark)
{
    GString *out = g_string_new(NULL);
    *mark = NULL;
    for (; **lines; (*lines)++) {
        for (size_t i = 0; marks[i]; i++)
            if (g_str_has_prefix(**lines, marks[i]))
                *mark = marks[i];
        if (*mark)
            break;
        g_string_append_printf(out, "%s%s", out->len ? "\n" : "", **lines);
    }
    return g_strstrip(g_string_free(out, FALSE));
}

static bool run_lines(const char *file, char ***lines)
{
    struct one_case c = {.title = **lines + 3, .definitions = g_ptr_array_new()};
    static const char *const ends[] = {"-- expect", "-- error", NULL}, *const starts[] = {"== ",
                                                                                          NULL};
    for ((*lines)++; **lines && g_str_has_prefix(**lines, "-- "); (*lines)++) {
        if (g_str_has_prefix(**lines, "-- define "))
            g_ptr_array_add(c.definitions, **lines + strlen("-- define "));
        else
            assert_non_null(c.settings = json_loads(**lines + 3, 0, NULL));
    }
    const char *mark, *end;
    g_autofree char *input = read_until(lines, ends, &mark);
    assert_non_null(mark);
    c.is_error = strcmp(mark, "-- error") == 0;
    (*lines)++;
    g_autofree char *expected = read_until(lines, starts, &end);
    c.input = input;
    c.expected = expected;
    bool ok = run_case(file, &c);
    g_ptr_array_unref(c.definitions);
    json_decref(c.settings);
    return ok;
}

static void run_file(const char *name)
{
    g_autofree char *path = g_strdup_printf("tests/cases/macro/%s.txt", name);
    g_autofree char *text = NULL;
    unsigned n = 0, failed = 0;
    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    g_auto(GStrv) all = g_strsplit(text, "\n", -1);
    char **lines = all;
    while (*lines) {
        if (!g_str_has_prefix(*lines, "== ")) {
            lines++;
            continue;
        }
        n++;
        failed += !run_lines(path, &lines);
    }
    assert_true(n > 0);
    if (failed)
        fail_msg("%u of %u cases of %s failed", failed, n, path);
}

void test_time_variables(void **state)
{
    (void)state;
    run_file("time");
}

void test_variables_and_templates(void **state)
{
    (void)state;
    run_file("variables");
}

void test_definitions_and_lambdas(void **state)
{
    (void)state;
    run_file("lambdas");
}

void test_conditions_and_clauses(void **state)
{
    (void)state;
    run_file("conditions");
}

void test_macros_that_write_sql(void **state)
{
    (void)state;
    run_file("writers");
}

void test_engines_write_their_own(void **state)
{
    (void)state;
    run_file("engines");
}

void test_each_dialect_gets_its_own(void **state)
{
    (void)state;
    run_file("dialects");
}

void test_arguments_of_every_kind(void **state)
{
    (void)state;
    run_file("arguments");
}

void test_expressions_are_evaluated(void **state)
{
    (void)state;
    run_file("evaluation");
}

void test_lists_are_walked_and_reduced(void **state)
{
    (void)state;
    run_file("lists");
}

void test_definitions_and_functions(void **state)
{
    (void)state;
    run_file("definitions");
}

void test_errors_say_what_and_where(void **state)
{
    (void)state;
    run_file("errors");
}
