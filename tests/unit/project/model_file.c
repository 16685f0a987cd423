/* Model files: the cases of tests/cases/project/models.txt, each a small project on disk. */
#include "project/project_int.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>
#include <glib/gstdio.h>

struct model_case {
    char *title, *root, *path, *model; /* path: the file being written; model: the one to read */
    GString *file;
    GPtrArray *expected; /* of "member JSON" */
    GPtrArray *errors;   /* texts that the error holds */
};

static void remove_tree(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        remove_tree(inner);
    }
    if (dir)
        g_dir_close(dir);
    g_remove(path);
}

static void write_file(struct model_case *c)
{
    g_autofree char *full = NULL, *folder = NULL;

    if (!c->path || c->file->len == 0)
        return;
    full = g_build_filename(c->root, c->path, NULL);
    folder = g_path_get_dirname(full);
    assert_int_equal(g_mkdir_with_parents(folder, 0755), 0);
    assert_true(g_file_set_contents(full, c->file->str, (gssize)c->file->len, NULL));
    if (g_str_has_prefix(c->path, "models/")) {
        g_free(c->model);
        c->model = g_strdup(c->path);
    }
    g_clear_pointer(&c->path, g_free);
}

static void begin_file(struct model_case *c, const char *path)
{
    write_file(c);
    g_free(c->path);
    c->path = g_strdup(path);
    g_string_truncate(c->file, 0);
}

static void case_begin(struct model_case *c, const char *title)
{
    *c = (struct model_case){.title = g_strdup(title), .file = g_string_new(NULL)};
    c->root = g_dir_make_tmp("heddle-model-XXXXXX", NULL);
    assert_non_null(c->root);
    c->expected = g_ptr_array_new_with_free_func(g_free);
    c->errors = g_ptr_array_new_with_free_func(g_free);
    begin_file(c, "config.yaml");
    g_string_assign(c->file, "gateways:\n  local:\n    connection:\n      type: duckdb\n"
                             "      database: db.duckdb\nmodel_defaults:\n  dialect: duckdb\n");
    begin_file(c, "models/shop/orders.sql");
}

static void case_clear(struct model_case *c)
{
    if (!c->title)
        return;
    remove_tree(c->root);
    g_free(c->title);
    g_free(c->root);
    g_free(c->path);
    g_free(c->model);
    g_string_free(c->file, TRUE);
    g_ptr_array_unref(c->expected);
    g_ptr_array_unref(c->errors);
    memset(c, 0, sizeof *c);
}

/* A loader as project_load() makes it, for one file. */
static void loader_init(struct loader *l, struct model_case *c, struct project *p,
                        struct project_options *options)
{
    const char *dialect = json_get_string(p->config->model_defaults, "dialect", "");
    json_t *naming = json_object_get(p->config->raw, "model_naming");

    *l = (struct loader){.arena = p->arena, .project = p, .config = p->config, .options = options};
    l->root = c->root;
    l->gateway = p->config->default_gateway;
    l->model_defaults = p->config->model_defaults;
    l->dialect = dialect;
    l->infer_names = json_get_bool(naming, "infer_names", false);
    l->variables = p->config->variables;
    l->audits = g_hash_table_new(g_str_hash, g_str_equal);
    l->units = g_hash_table_new(g_str_hash, g_str_equal);
    l->drafts = g_ptr_array_new();
    l->drafts_by_name = g_hash_table_new(g_str_hash, g_str_equal);
}

static void loader_release(struct loader *l)
{
    g_hash_table_unref(l->audits);
    g_hash_table_unref(l->units);
    for (guint i = 0; i < l->drafts->len; i++)
        project__draft_clear(l->drafts->pdata[i]);
    g_ptr_array_unref(l->drafts);
    g_hash_table_unref(l->drafts_by_name);
}

/* Audit files, the model's file, its audits; the model's definition or NULL and an error. */
static json_t *read_model(struct loader *l, const char *path, GError **error)
{
    g_autofree char *folder = g_build_filename(l->root, "audits", NULL);
    GDir *dir = g_dir_open(folder, 0, NULL);
    const char *name;
    bool ok = true;
    struct draft *d;

    while (dir && ok && (name = g_dir_read_name(dir))) {
        g_autofree char *file = g_build_filename("audits", name, NULL);
        ok = project__read_audit_file(l, file, error);
    }
    if (dir)
        g_dir_close(dir);
    if (!ok || !project__read_model_file(l, path, error) || l->drafts->len == 0)
        return NULL;
    d = l->drafts->pdata[0];
    if (d->model->seed && !project__read_seed(l, d, error))
        return NULL;
    if (!project__bind_audits(l, d, error))
        return NULL;
    project__describe_columns(d);
    return model_definition(d->model);
}

static bool check_member(const struct model_case *c, const json_t *definition, const char *line)
{
    g_auto(GStrv) parts = g_strsplit(line, " ", 2);
    json_t *got = json_object_get(definition, parts[0]);
    g_autofree char *text = got ? json_text_as_built(got) : g_strdup("absent");

    if (parts[1] && strcmp(text, parts[1]) == 0)
        return true;
    print_error("%s: %s\n  expected %s\n  got      %s\n", c->title, parts[0], parts[1], text);
    return false;
}

/* An executor reads the definition back: nothing of it may be lost. */
static bool check_round_trip(const struct model_case *c, const json_t *definition)
{
    g_autoptr(arena) a = arena_new();
    g_autoptr(GError) error = NULL;
    struct model *m = model_from_definition(a, definition, &error);
    json_t *again = m ? model_definition(m) : NULL;
    bool ok = again && json_equal(definition, again);

    if (!ok)
        print_error("%s: read back it differs: %s\n", c->title, error ? error->message : "");
    json_decref(again);
    return ok;
}

static bool check_error(const struct model_case *c, const GError *error)
{
    bool ok = error != NULL;

    if (!error)
        print_error("%s: read, and should be refused\n", c->title);
    for (guint i = 0; ok && i < c->errors->len; i++)
        if (!strstr(error->message, c->errors->pdata[i])) {
            print_error("%s: \"%s\" is missing in\n%s\n", c->title, (char *)c->errors->pdata[i],
                        error->message);
            ok = false;
        }
    return ok;
}

static bool check(struct model_case *c, struct loader *l)
{
    g_autoptr(GError) error = NULL;
    json_t *definition = read_model(l, c->model, &error);
    bool ok = true;

    if (c->errors->len > 0) {
        json_decref(definition);
        return check_error(c, error);
    }
    if (error)
        print_error("%s: %s\n", c->title, error->message);
    else if (!definition && c->expected->len > 0)
        print_error("%s: no model and no error\n", c->title);
    ok = !error && (definition || c->expected->len == 0);
    for (guint i = 0; definition && i < c->expected->len; i++)
        ok = check_member(c, definition, c->expected->pdata[i]) && ok;
    if (definition)
        ok = check_round_trip(c, definition) && ok;
    json_decref(definition);
    return ok;
}

static unsigned case_end(struct model_case *c)
{
    g_autoptr(arena) a = arena_new();
    g_autoptr(GError) error = NULL;
    struct project p = {.arena = a, .standalone_audits = g_ptr_array_new()};
    struct project_options options = {.folder = c->root, .now_ms = 1750000000000};
    struct loader l;
    bool ok;

    write_file(c);
    p.config = config_load(c->root, &error);
    if (!p.config)
        print_error("%s: %s\n", c->title, error->message);
    assert_non_null(p.config);
    loader_init(&l, c, &p, &options);
    ok = check(c, &l);
    loader_release(&l);
    g_ptr_array_unref(p.standalone_audits);
    config_free(p.config);
    case_clear(c);
    return ok ? 0 : 1;
}

void test_models_are_read_as_the_cases_say(void **state)
{
    struct model_case c = {0};
    g_autofree char *text = NULL;
    g_auto(GStrv) lines = NULL;
    unsigned wrong = 0, cases = 0;

    (void)state;
    assert_true(g_file_get_contents("tests/cases/project/models.txt", &text, NULL, NULL));
    lines = g_strsplit(text, "\n", -1);
    for (char **l = lines; *l; l++) {
        if (g_str_has_prefix(*l, "== ")) {
            wrong += c.title ? case_end(&c) : 0;
            case_begin(&c, *l + 3);
            cases++;
        } else if (g_str_has_prefix(*l, "file ")) {
            begin_file(&c, *l + 5);
        } else if (**l == '<') {
            g_string_append_printf(c.file, "%s\n", (*l)[1] ? *l + 2 : "");
        } else if (g_str_has_prefix(*l, "> ")) {
            g_ptr_array_add(c.expected, g_strdup(*l + 2));
        } else if (g_str_has_prefix(*l, "! ")) {
            g_ptr_array_add(c.errors, g_strdup(*l + 2));
        } else if (**l && **l != '#') {
            fail_msg("models.txt: what is \"%s\"?", *l);
        }
    }
    wrong += c.title ? case_end(&c) : 0;
    assert_true(cases > 40);
    assert_int_equal(wrong, 0);
}
