#include "local/local_test.h"

int setup(void **state)
{
    return make_project(state);
}

int teardown(void **state)
{
    return drop_project(state);
}

static struct config *config_of(const char *type, const char *connection)
{
    struct config *c = g_new0(struct config, 1);
    struct config_gateway *g = g_new0(struct config_gateway, 1);

    g->name = g_strdup("main");
    g->type = g_strdup(type);
    OK((g->connection = json_parse(connection, strlen(connection), &error)) != NULL);
    c->gateways = g_ptr_array_new();
    g_ptr_array_add(c->gateways, g);
    return c;
}

static void free_config(struct config *c)
{
    struct config_gateway *g = c->gateways->pdata[0];

    g_free(g->name);
    g_free(g->type);
    json_decref(g->connection);
    g_free(g);
    g_ptr_array_unref(c->gateways);
    g_free(c);
}

/* "" when it is not known. */
static char *catalog_of(const char *project, const char *type, const char *connection)
{
    struct config *c = config_of(type, connection);
    struct folder f = {0};
    g_autoptr(GPtrArray) known = NULL;
    char *catalog = g_strdup("");

    OK(local__folder_open(&f, project, &error));
    known = local__known(&f, c);
    if (known->len) {
        g_free(catalog);
        catalog = g_strdup(((struct wire_gateway *)known->pdata[0])->default_catalog);
    }
    local__folder_close(&f);
    free_config(c);
    return catalog;
}

/* As DuckDB names them; seen with 1.5.5. */
void test_a_duckdb_catalog_is_known_from_the_configuration(void **state)
{
    static const struct {
        const char *connection, *catalog;
    } cases[] = {
        {"{}",                                                     "memory"},
        {"{\"database\": \":memory:\"}",                           "memory"},
        {"{\"database\": \"db/shop.duckdb\"}",                     "shop"  },
        {"{\"database\": \"/a.b/shop\"}",                          "shop"  },
        {"{\"database\": \"Shop.DB\"}",                            "Shop"  },
        {"{\"database\": \"main.db\"}",                            ""      },
        {"{\"database\": \"a.b.duckdb\"}",                         ""      },
        {"{\"database\": \".hidden\"}",                            ""      },
        {"{\"database\": \"md:shop\"}",                            ""      },
        {"{\"catalogs\": {\"one\": \"1.db\", \"two\": \"2.db\"}}", "one"   },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autofree char *catalog = catalog_of(*state, "duckdb", cases[i].connection);

        if (strcmp(catalog, cases[i].catalog) != 0)
            fail_msg("%s: \"%s\"", cases[i].connection, catalog);
    }
}

void test_other_warehouses_are_remembered_until_their_configuration_changes(void **state)
{
    static const char here[] = "{\"host\": \"here\", \"password\": \"a secret\"}";
    struct config *c = config_of("postgres", here);
    g_autoptr(GPtrArray) facts = g_ptr_array_new_with_free_func((GDestroyNotify)wire_gateway_free);
    struct wire_gateway *fact = wire_gateway_new();
    struct folder f = {0};
    g_autofree char *before = catalog_of(*state, "postgres", here), *after = NULL;
    g_autoptr(json_t) stamps = NULL;
    g_autofree char *rotated = NULL, *moved = NULL, *text = NULL, *path = NULL;

    assert_string_equal(before, "");
    fact->name = g_strdup("main");
    fact->type = g_strdup("postgres");
    fact->default_catalog = g_strdup("warehouse");
    fact->version = g_strdup("15");
    g_ptr_array_add(facts, fact);
    OK(local__folder_open(&f, *state, &error));
    stamps = local__stamps(c);
    OK(local__remember(&f, stamps, facts, &error));
    path = local__folder_file(&f, "gateways.json");
    OK(g_file_get_contents(path, &text, NULL, &error));
    assert_null(strstr(text, "a secret"));
    local__folder_close(&f);
    free_config(c);

    after = catalog_of(*state, "postgres", here);
    assert_string_equal(after, "warehouse");
    rotated = catalog_of(*state, "postgres", "{\"host\": \"here\", \"password\": \"another\"}");
    assert_string_equal(rotated, "warehouse");
    moved = catalog_of(*state, "postgres", "{\"host\": \"there\", \"password\": \"a secret\"}");
    assert_string_equal(moved, "");
}

void test_a_gateway_that_was_never_opened_is_not_remembered(void **state)
{
    struct config *c = config_of("duckdb", "{\"database\": \"shop.db\"}");
    struct folder f = {0};
    g_autoptr(GPtrArray) known = NULL;
    g_autoptr(json_t) stamps = NULL;

    OK(local__folder_open(&f, *state, &error));
    known = local__known(&f, c);
    stamps = local__stamps(c);
    OK(local__remember(&f, stamps, known, &error));
    assert_int_equal(mode_of(*state, ".heddle/gateways.json"), -1);
    local__folder_close(&f);
    free_config(c);
}
