#include "macro/macro_int.h"

#include <string.h>

/* The clause macros: what stands behind the call stays when the condition holds. */
static struct sql_node *clause(struct macro_run *run, const struct macro_call *call)
{
    struct macro_value condition;
    if (!macro__eval(run, call->named[0], &condition) || !macro__is_true(&condition))
        return NULL;
    struct sql_node *first = NULL;
    SQL_EACH_CHILD (call->node, c) {
        if (c->slot != SLOT_BODY)
            continue;
        c->next = NULL;
        first = macro__chain(first, c);
    }
    return first;
}

/* In alphabetical order, for people and for hints. */
static const struct macro_builtin builtins[] = {
    {"AND",                    "*",                                                                              0, false, macro__do_and                   },
    {"BLUEPRINT_VAR",          "var_name default",                                                               1, false, macro__do_blueprint_var         },
    {"DATE_SPINE",             "datepart start_date end_date",                                                   3, false, macro__do_date_spine            },
    {"DEDUPLICATE",            "relation partition_by order_by",                                                 3, false, macro__do_deduplicate           },
    {"EACH",                   "*",                                                                              2, false, macro__do_each                  },
    {"EVAL",                   "condition",                                                                      1, false, macro__do_eval                  },
    {"FILTER",                 "*",                                                                              2, false, macro__do_filter                },
    {"GENERATE_SURROGATE_KEY", "* hash_function",                                                                1, false, macro__do_generate_surrogate_key},
    {"GROUP_BY",               "condition",                                                                      1, false, clause                          },
    {"HAVERSINE_DISTANCE",     "lat1 lon1 lat2 lon2 unit",                                                       4, false, macro__do_haversine_distance    },
    {"HAVING",                 "condition",                                                                      1, false, clause                          },
    {"IF",                     "condition true false",                                                           2, true,  macro__do_if                    },
    {"JOIN",                   "condition",                                                                      1, false, clause                          },
    {"LIMIT",                  "condition",                                                                      1, false, clause                          },
    {"OR",                     "*",                                                                              0, false, macro__do_or                    },
    {"ORDER_BY",               "condition",                                                                      1, false, clause                          },
    {"PIVOT",                  "column values alias agg cmp prefix suffix then_value else_value quote distinct", 2,
     false,                                                                                                                macro__do_pivot                 },
    {"REDUCE",                 "*",                                                                              2, false, macro__do_reduce                },
    {"RESOLVE_TEMPLATE",       "template mode",                                                                  1, false, macro__do_resolve_template      },
    {"SAFE_ADD",               "*",                                                                              1, false, macro__do_safe_add              },
    {"SAFE_DIV",               "numerator denominator",                                                          2, false, macro__do_safe_div              },
    {"SAFE_SUB",               "*",                                                                              1, false, macro__do_safe_sub              },
    {"SQL",                    "sql into",                                                                       1, false, macro__do_sql                   },
    {"STAR",                   "relation alias exclude prefix suffix quote_identifiers except_",                 1, false,
     macro__do_star                                                                                                                                        },
    {"UNION",                  "*",                                                                              1, false, macro__do_union                 },
    {"VAR",                    "var_name default",                                                               1, false, macro__do_var                   },
    {"WHERE",                  "condition",                                                                      1, false, clause                          },
    {"WITH",                   "condition",                                                                      1, false, clause                          },
};

const struct macro_builtin *macro__builtin(const char *name, size_t len)
{
    for (size_t i = 0; i < G_N_ELEMENTS(builtins); i++)
        if (strlen(builtins[i].name) == len &&
            g_ascii_strncasecmp(builtins[i].name, name, len) == 0)
            return &builtins[i];
    return NULL;
}

const char *const *macro__builtin_names(void)
{
    static const char *const names[] = {
        "AND",
        "BLUEPRINT_VAR",
        "DATE_SPINE",
        "DEDUPLICATE",
        "DEF",
        "EACH",
        "EVAL",
        "FILTER",
        "GROUP_BY",
        "HAVING",
        "HAVERSINE_DISTANCE",
        "GENERATE_SURROGATE_KEY",
        "IF",
        "JOIN",
        "LIMIT",
        "OR",
        "ORDER_BY",
        "PIVOT",
        "REDUCE",
        "RESOLVE_TEMPLATE",
        "SAFE_ADD",
        "SAFE_DIV",
        "SAFE_SUB",
        "SQL",
        "STAR",
        "UNION",
        "VAR",
        "WHERE",
        "WITH",
        NULL,
    };
    return names;
}

/* The place of a name among the parameters, -1 when there is none of this name. */
static int parameter(char **parameters, const struct sql_node *name)
{
    int place = 0;
    for (; *parameters; parameters++) {
        if (strcmp(*parameters, "*") == 0)
            continue;
        if (sql_text_is_nocase(name, *parameters))
            return place;
        place++;
    }
    return -1;
}

static bool bind_named(struct macro_run *run, const struct macro_builtin *b, char **parameters,
                       struct macro_call *call, const struct sql_node *arg)
{
    int place = parameter(parameters, arg);
    if (place < 0) {
        g_autofree char *names = g_strjoinv(", ", parameters);
        macro__fail(run, arg, "the macro @%s has no parameter \"%.*s\".", b->name, (int)arg->len,
                    arg->text);
        error_hint(&run->error, "its parameters are %s", names);
        return false;
    }
    if (call->named[place]) {
        macro__fail(run, arg, "the macro @%s is given its argument \"%.*s\" twice.", b->name,
                    (int)arg->len, arg->text);
        return false;
    }
    call->named[place] = sql_child(arg, SLOT_VALUE);
    return true;
}

/* One positional argument. */
static bool place(struct macro_run *run, const struct macro_builtin *b, struct macro_call *call,
                  struct sql_node *arg, unsigned at, unsigned n)
{
    if (at < n) {
        call->named[at] = arg;
        return true;
    }
    macro__fail(run, call->node, "the macro @%s takes %u argument%s at most.", b->name, n,
                n == 1 ? "" : "s");
    return false;
}

/* Give each argument to its parameter. What is no argument stays with the call's node. */
static bool bind(struct macro_run *run, const struct macro_builtin *b, char **parameters,
                 struct macro_call *call)
{
    bool any_number = *parameters && strcmp(*parameters, "*") == 0;
    unsigned positional = 0, n = any_number ? 0 : g_strv_length(parameters);
    GPtrArray *rest = g_ptr_array_new();
    struct sql_node *others = NULL;
    bool ok = true;
    SQL_EACH_CHILD (call->node, c) {
        c->next = NULL;
        if (c->slot != SLOT_ARG)
            others = macro__chain(others, c);
        else if (c->kind == SQL_PROPERTY && c->text)
            ok = ok && bind_named(run, b, parameters, call, c);
        else if (any_number)
            g_ptr_array_add(rest, c);
        else
            ok = ok && place(run, b, call, c, positional++, n);
    }
    call->node->child = others;
    call->n_rest = rest->len;
    g_ptr_array_add(rest, NULL);
    call->rest = arena_alloc(run->arena, rest->len * sizeof *call->rest);
    memcpy(call->rest, rest->pdata, rest->len * sizeof *call->rest);
    g_ptr_array_unref(rest);
    return ok;
}

static bool has_required(struct macro_run *run, const struct macro_builtin *b, char **parameters,
                         const struct macro_call *call)
{
    bool any_number = *parameters && strcmp(*parameters, "*") == 0;
    if (any_number && call->n_rest < b->required) {
        macro__fail(run, call->node, "the macro @%s takes %u argument%s at least.", b->name,
                    b->required, b->required == 1 ? "" : "s");
        return false;
    }
    for (unsigned i = 0; !any_number && i < b->required; i++)
        if (!call->named[i]) {
            macro__fail(run, call->node, "the macro @%s is called without its argument \"%s\".",
                        b->name, parameters[i]);
            return false;
        }
    return true;
}

struct sql_node *macro__call(struct macro_run *run, const struct macro_builtin *builtin,
                             struct sql_node *node)
{
    bool is_clause = (node->flags & SQL_CLAUSE) != 0;
    if (is_clause != (builtin->expand == clause))
        return macro__fail(run, node, "the macro @%s stands where no such clause can be.",
                           builtin->name);
    if (!builtin->lazy && !macro__expand_children(run, node))
        return NULL;
    g_auto(GStrv) parameters = g_strsplit(builtin->parameters, " ", -1);
    struct macro_call call = {.node = node};
    if (!bind(run, builtin, parameters, &call) || !has_required(run, builtin, parameters, &call))
        return NULL;
    return builtin->expand(run, &call);
}
