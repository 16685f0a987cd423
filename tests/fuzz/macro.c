/* Fuzz target of src/macro/: any statement with macros. Expanding ends, gives the same both times,
 * and leaves no macro. (What a macro gives may stand where it is no SQL: the warehouse says so.) */
#include "fuzz.h"
#include "base/json.h"
#include "macro/macro.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <string.h>

static char **columns_of(const struct sql_node *table, void *data)
{
    (void)data;
    return sql_child(table, SLOT_ALIAS) ? NULL : g_strsplit("a,B c,d", ",", -1);
}

static char **types_of(const struct sql_node *table, void *data)
{
    (void)table;
    (void)data;
    return g_strsplit("INT,TEXT,DATE", ",", -1);
}

static enum sql_visit look_for_macro(struct sql_node *n, void *data)
{
    (void)data;
    return n->kind == SQL_MACRO_VAR || n->kind == SQL_MACRO_CALL || n->kind == SQL_MACRO_STRING
               ? SQL_STOP
               : SQL_GO_IN;
}

/* The print of what a text expands to, "" for nothing, or NULL for an error. */
static char *expand(struct arena *a, const struct source *s, const struct macro_context *context,
                    struct sql_node **tree)
{
    g_autoptr(GError) error = NULL;

    *tree = sql_parse_statement(a, s, context->dialect, NULL);
    if (!*tree)
        return NULL;
    *tree = macro_expand(a, *tree, context, &error);
    if (*tree && error)
        fuzz_found("both a tree and an error", s->text, s->len, context->dialect);
    if (error)
        return NULL;
    return *tree ? sql_print(*tree, context->dialect) : g_strdup("");
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    g_autoptr(arena) a = arena_new();
    g_autoptr(json_t) variables =
        json_pack("{s:i, s:s, s:[s, s], s:b}", "x", 1, "y", "z", "l", "a", "b", "t", 1);
    g_autofree char *text = NULL, *first = NULL, *second = NULL;
    struct macro_context context = {.has_times = true,
                                    .start_ms = 1577836800000,
                                    .end_ms = 1577923200000,
                                    .execution_ms = 1577923200000,
                                    .runtime_stage = "evaluating",
                                    .this_model = "\"m\"",
                                    .variables = variables,
                                    .blueprint_variables = variables,
                                    .columns_of = columns_of,
                                    .types_of = types_of};
    struct source s;
    struct sql_node *tree, *twice;

    if (size == 0)
        return 0;
    text = g_memdup2(data, size);
    s = (struct source){"input", text + 1, size - 1};
    context.source = &s;
    context.dialect = fuzz_dialect(data[0]);
    first = expand(a, &s, &context, &tree);
    second = expand(a, &s, &context, &twice);
    if (g_strcmp0(first, second) != 0)
        fuzz_found("expanded twice, it differs", s.text, s.len, context.dialect);
    if (!first || !tree)
        return 0;
    if (!sql_walk(tree, look_for_macro, NULL))
        fuzz_found("a macro stays", s.text, s.len, context.dialect);
    return 0;
}
