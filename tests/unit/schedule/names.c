#include "schedule_test.h"

static void check_table(struct wire_table *t, const char *expected)
{
    g_autofree char *got = g_strdup_printf("%s.%s.%s", t->catalog ? t->catalog : "-",
                                           t->schema ? t->schema : "-", t->name);

    assert_string_equal(got, expected);
    wire_table_free(t);
}

void test_a_full_name_is_taken_apart(void **state)
{
    (void)state;
    check_table(names_split("\"db\".\"shop\".\"orders\"", NULL), "db.shop.orders");
    check_table(names_split("\"shop\".\"orders\"", NULL), "-.shop.orders");
    check_table(names_split("\"a.b\".\"c\"\"d\".\"e\"", NULL), "a.b.c\"d.e");
}

void test_what_is_no_full_name_is_refused(void **state)
{
    static const char *const wrong[] = {
        "",       "shop.orders", "\"shop\".orders", "\"shop",
        "\"a\".", "\"a\"\"b\"x", "\"\".\"b\"",      "\"a\".\"b\".\"c\".\"d\""};

    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(wrong); i++) {
        g_autoptr(GError) error = NULL;

        assert_null(names_split(wrong[i], &error));
        assert_int_equal(error->code, ERROR_INVALID);
    }
}

void test_a_table_is_named_by_its_version(void **state)
{
    g_autoptr(wire_snapshot) s = model("orders", NULL);

    (void)state;
    check_table(names_physical(s, false), "db.sqlmesh__shop.shop__orders__10");
    check_table(names_physical(s, true), "db.sqlmesh__shop.shop__orders__11__dev");
    g_free(s->view->name);
    s->view->name = g_strdup("my-örders");
    check_table(names_physical(s, false), "db.sqlmesh__shop.shop__my__rders__10");
}

void test_a_view_shows_its_environment(void **state)
{
    g_autoptr(wire_snapshot) s = model("orders", NULL);
    struct wire_environment e = {.name = (char *)"prod"};

    (void)state;
    check_table(names_view(s, &e), "db.shop.orders");
    e.name = (char *)"dev";
    check_table(names_view(s, &e), "db.shop__dev.orders");
    e.suffix_target = SUFFIX_TABLE;
    check_table(names_view(s, &e), "db.shop.orders__dev");
    e.suffix_target = SUFFIX_CATALOG;
    check_table(names_view(s, &e), "db__dev.shop.orders");
    e.suffix_target = SUFFIX_SCHEMA;
    e.catalog = (char *)"other";
    check_table(names_view(s, &e), "other.shop__dev.orders");
}

void test_people_read_names_without_quotes_and_default_catalog(void **state)
{
    static const struct {
        const char *environment;
        int suffix;
        const char *catalog, *expected;
    } cases[] = {
        {"prod", SUFFIX_SCHEMA,  "db",    "shop.orders"        },
        {"prod", SUFFIX_SCHEMA,  "other", "db.shop.orders"     },
        {"dev",  SUFFIX_SCHEMA,  "db",    "shop__dev.orders"   },
        {"dev",  SUFFIX_TABLE,   "db",    "shop.orders__dev"   },
        {"dev",  SUFFIX_CATALOG, "db",    "db__dev.shop.orders"},
        {NULL,   SUFFIX_SCHEMA,  NULL,    "db.shop.orders"     },
    };

    (void)state;
    for (unsigned i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *got = names_display("\"db\".\"shop\".\"orders\"", cases[i].catalog,
                                             cases[i].environment, cases[i].suffix);

        assert_string_equal(got, cases[i].expected);
    }
}
