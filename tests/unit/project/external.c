/* External models from their files. */
#include "project/external.h"

#include <glib/gstdio.h>
#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

struct fixture {
    struct config config;
    struct arena *arena;
};

int setup(void **state)
{
    struct fixture *f = g_new0(struct fixture, 1);

    f->config.path = g_dir_make_tmp("heddle-external-XXXXXX", NULL);
    f->arena = arena_new();
    *state = f;
    return 0;
}

int teardown(void **state)
{
    struct fixture *f = *state;
    g_autofree char *command = g_strdup_printf("rm -rf '%s'", f->config.path);

    assert_true(g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL));
    arena_free(f->arena);
    g_free(f->config.path);
    g_free(f);
    return 0;
}

static void put(const struct fixture *f, const char *name, const char *text)
{
    g_autofree char *path = g_build_filename(f->config.path, name, NULL);
    g_autofree char *dir = g_path_get_dirname(path);

    g_mkdir_with_parents(dir, 0700);
    assert_true(g_file_set_contents(path, text, -1, NULL));
}

static GPtrArray *read_well(struct fixture *f, const char *gateway)
{
    g_autoptr(GError) error = NULL;
    GPtrArray *list = externals_read(f->arena, &f->config, gateway, &error);

    if (error)
        print_error("%s\n", error->message);
    assert_non_null(list);
    return list;
}

static const struct external_model *at(const GPtrArray *list, guint i)
{
    assert_true(i < list->len);
    return list->pdata[i];
}

void test_a_project_may_have_no_external_models(void **state)
{
    struct fixture *f = *state;

    assert_int_equal(read_well(f, NULL)->len, 0);
    put(f, "external_models.yaml", "# nothing yet\n");
    assert_int_equal(read_well(f, NULL)->len, 0);
}

void test_names_columns_and_descriptions_are_read(void **state)
{
    struct fixture *f = *state;
    const struct external_model *m;
    const struct model_column *c;

    put(f, "external_models.yaml",
        "- name: '\"db\".\"raw\".\"orders\"'\n"
        "  description: What the shop sells\n"
        "  columns:\n    id: INT\n    price: DECIMAL(10, 2)\n"
        "  column_descriptions:\n    price: in euro\n"
        "  tags: [a, b]\n"
        "- name: raw.users\n  audits:\n    - name: not_null\n");
    m = at(read_well(f, NULL), 0);
    assert_string_equal(m->name, "\"db\".\"raw\".\"orders\"");
    assert_string_equal(m->description, "What the shop sells");
    assert_int_equal(m->columns->len, 2);
    c = m->columns->pdata[1];
    assert_string_equal(c->name, "price");
    assert_string_equal(c->type, "DECIMAL(10, 2)");
    assert_string_equal(c->description, "in euro");
    assert_string_equal(m->tags[1], "b");
    assert_string_equal(m->path, "external_models.yaml");
    m = at(read_well(f, NULL), 1);
    assert_null(m->columns);
    assert_int_equal(json_array_size(json_object_get(m->raw, "audits")), 1);
}

void test_files_of_a_folder_are_read_in_order_and_ignored_ones_are_not(void **state)
{
    struct fixture *f = *state;
    char *ignore[] = {(char *)"external_models/old/*", NULL};
    GPtrArray *list;

    f->config.ignore_patterns = ignore;
    put(f, "external_models.yaml", "- name: a.first\n");
    put(f, "external_models/b.yaml", "- name: a.third\n");
    put(f, "external_models/a.yaml", "- name: a.second\n");
    put(f, "external_models/deep/c.yaml", "- name: a.fourth\n");
    put(f, "external_models/old/d.yaml", "- name: a.never\n");
    put(f, "external_models/e.yml", "- name: a.neither\n");
    list = read_well(f, NULL);
    assert_int_equal(list->len, 4);
    assert_string_equal(at(list, 0)->name, "a.first");
    assert_string_equal(at(list, 1)->name, "a.second");
    assert_string_equal(at(list, 2)->name, "a.third");
    assert_string_equal(at(list, 3)->name, "a.fourth");
    f->config.ignore_patterns = NULL;
}

void test_those_of_the_selected_gateway_take_the_place_of_others(void **state)
{
    struct fixture *f = *state;
    GPtrArray *list;

    put(f, "external_models.yaml",
        "- name: a.x\n  description: base\n"
        "- name: a.y\n"
        "- name: a.x\n  gateway: Prod\n  description: prod\n"
        "- name: a.z\n  gateway: prod\n");
    list = read_well(f, "PROD");
    assert_int_equal(list->len, 3);
    assert_string_equal(at(list, 0)->name, "a.y");
    assert_string_equal(at(list, 1)->description, "prod");
    list = read_well(f, "dev");
    assert_int_equal(list->len, 2);
    assert_string_equal(at(list, 0)->description, "base");
    assert_int_equal(read_well(f, NULL)->len, 2);
}

void test_the_old_name_of_the_file_counts_when_the_new_is_not_there(void **state)
{
    struct fixture *f = *state;

    put(f, "schema.yaml", "- name: a.old\n");
    assert_string_equal(at(read_well(f, NULL), 0)->name, "a.old");
    put(f, "external_models.yaml", "- name: a.new\n");
    assert_string_equal(at(read_well(f, NULL), 0)->name, "a.new");
    assert_int_equal(read_well(f, NULL)->len, 1);
}

void test_mistakes_are_shown_where_they_stand(void **state)
{
    static const char *const cases[][2] = {
        {"name: a.x\n",                          "this must be a list of external models."                 },
        {"- columns: {a: INT}\n",                "this external model has no name."                        },
        {"- name: a.x\n  colums: {a: INT}\n",
         "external_models.yaml: line 2, column 3: an external model has no \"colums\"."                    },
        {"- name: a.x\n  colums: {a: INT}\n",    "hint: did you mean \"columns\"?"                         },
        {"- name: a.x\n- name: A.X\n",           "line 2, column 3: there are two external models \"A.X\"."},
        {"- name: a.x\n  columns: [a]\n",        "columns must be a mapping of names to types."            },
        {"- name: a.x\n  columns: {a: [INT]}\n", "the type of the column a must be a text."                },
        {"- a.x\n",                              "an external model is a mapping"                          },
        {"- name: [a\n",                         "this is not YAML"                                        },
        {"- name: 5\n",                          "name must be a text."                                    },
    };
    struct fixture *f = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) error = NULL;

        put(f, "external_models.yaml", cases[i][0]);
        assert_null(externals_read(f->arena, &f->config, NULL, &error));
        if (!strstr(error->message, cases[i][1]))
            fail_msg("expected: %s\ngot: %s", cases[i][1], error->message);
    }
}
