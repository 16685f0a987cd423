/* Models of another dialect than their gateway's: what both say alike is taken,
 * the rest refused at its place. */
#include "project_test.h"

#include "wire/messages.h"

/* clang-format off */
static const struct {
    const char *model, *error; /* NULL: taken */
} cases[] = {
    {"MODEL (name shop.orders, dialect snowflake, kind FULL, columns (a NUMBER(10, 2)));\n"
     "SELECT IFF(1 > 0, 1, 2)::NUMBER(10, 2) AS a", NULL},
    {"MODEL (name shop.orders, kind FULL);\nSELECT 7 / 2 AS a", NULL},
    {"MODEL (name shop.orders, kind FULL, dialect 'duckdb,normalization_strategy=case_sensitive');\n"
     "SELECT 7 / 2 AS A", NULL},
    {"MODEL (name shop.orders, dialect snowflake, kind FULL);\nSELECT 1 AS a,\n"
     "  DATEADD(day, 1, '2024-01-01') AS b",
     "models/a.sql: line 3, column 3: DATEADD is not known to mean the same in duckdb as in snowflake.\n"
     "      DATEADD(day, 1, '2024-01-01') AS b\n      ^\n"
     "hint: the gateway of this model is duckdb: write the model in its SQL and say so (dialect duckdb), "
     "or give it a gateway of snowflake."},
    {"MODEL (name shop.orders, dialect snowflake, kind FULL);\nSELECT 1 AS a,\n"
     "  @EACH(['b', 'c'], x -> LEFT('ab', 1) AS @x)",
     "models/a.sql: line 3, column 26: LEFT is not known to mean the same"},
    {"MODEL (name shop.orders, dialect bigquery, kind FULL, columns (a GEOGRAPHY));\nSELECT NULL AS a",
     "models/a.sql: line 1, column 1: the type GEOGRAPHY of the column \"a\" is not known to mean the same"},
    {"MODEL (name shop.orders, dialect bigquery, kind FULL);\nSELECT 1 AS a;\nDELETE FROM x.y WHERE TRUE",
     "models/a.sql: line 3, column 1: a statement beside the query is not translated from bigquery to duckdb."},
    {"MODEL (name shop.orders, dialect mysql, kind FULL);\nSELECT 1 AS a",
     "models/a.sql: line 2, column 1: Heddle does not translate from mysql to duckdb."},
};
/* clang-format on */

void test_what_may_mean_something_else_is_refused(void **state)
{
    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *folder =
            test_folder((const char *[]){"models/a.sql", cases[i].model, NULL});
        g_autoptr(GError) error = NULL;
        g_autoptr(project) p = test_load(folder, &error);

        if (cases[i].error) {
            assert_null(p);
            assert_true(g_str_has_prefix(error->message, cases[i].error));
        } else
            assert_non_null(p);
        test_remove(folder);
    }
}

void test_an_executors_report_says_which_dialect_it_is(void **state)
{
    char local[] = "local", type[] = "postgres", dialect[] = "postgres";
    struct wire_gateway gateway = {
        .name = local, .type = type, .dialect = dialect, .is_default = true};
    g_autoptr(GPtrArray) gateways = g_ptr_array_new();
    g_autofree char *folder = test_folder((const char *[]){
        "models/a.sql", "MODEL (name shop.orders, kind FULL);\nSELECT 7 / 2 AS a", NULL});
    struct project_options options = {
        .folder = folder, .gateways = gateways, .now_ms = 1735689600000};
    g_autoptr(GError) error = NULL;

    (void)state;
    g_ptr_array_add(gateways, &gateway);
    assert_null(project_load(&options, &error));
    assert_non_null(strstr(error->message,
                           "a division is not known to mean the same in postgres as in duckdb"));
    test_remove(folder);
}

static const char *type_of(const struct project *p, const char *name)
{
    const struct model *m = project_find(p, name, NULL);

    assert_non_null(m);
    assert_non_null(m->projections);
    return ((const struct model_column *)m->projections->pdata[0])->type;
}

void test_a_parents_type_is_read_in_the_parents_dialect(void **state)
{
    g_autofree char *folder = test_folder((const char *[]){
        "models/a.sql",
        "MODEL (name shop.a, kind FULL, dialect postgres);\nSELECT CAST(1 AS FLOAT) AS x",
        "models/b.sql", "MODEL (name shop.b, kind FULL);\nSELECT x FROM shop.a", "models/c.sql",
        "MODEL (name shop.c, kind FULL, dialect trino);\nSELECT CAST('2024-01-01' AS VARCHAR) AS x",
        NULL});
    g_autoptr(GError) error = NULL;
    g_autoptr(project) p = test_load(folder, &error);

    (void)state;
    assert_non_null(p);
    assert_string_equal(type_of(p, "shop.a"), "DOUBLE PRECISION");
    assert_string_equal(type_of(p, "shop.b"), "DOUBLE"); /* DuckDB's FLOAT has half the bits */
    test_remove(folder);
}
