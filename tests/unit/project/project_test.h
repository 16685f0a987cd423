/* project_test.h -- projects of a few files in a folder that goes away. */
#ifndef HEDDLE_PROJECT_TEST_H
#define HEDDLE_PROJECT_TEST_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <glib/gstdio.h>

#include "project/project.h"

#define TEST_CONFIG                                                                                \
    "gateways: {local: {connection: {type: duckdb, database: db.duckdb}}}\n"                       \
    "default_gateway: local\n"                                                                     \
    "model_defaults: {dialect: duckdb, start: '2024-01-01'}\n"                                     \
    "variables: {n: 1}\n"

static inline void test_remove(const char *path)
{
    GDir *dir = g_dir_open(path, 0, NULL);
    const char *name;

    while (dir && (name = g_dir_read_name(dir))) {
        g_autofree char *inner = g_build_filename(path, name, NULL);
        test_remove(inner);
    }
    if (dir)
        g_dir_close(dir);
    g_remove(path);
}

static inline void test_write(const char *folder, const char *path, const char *text)
{
    g_autofree char *full = g_build_filename(folder, path, NULL);
    g_autofree char *parent = g_path_get_dirname(full);

    assert_int_equal(g_mkdir_with_parents(parent, 0755), 0);
    assert_true(g_file_set_contents(full, text, -1, NULL));
}

/* A folder with a config.yaml and the given pairs of path and text, NULL-terminated. g_free(). */
static inline char *test_folder(const char *const *files)
{
    char *folder = g_dir_make_tmp("heddle-project-XXXXXX", NULL);

    test_write(folder, "config.yaml", TEST_CONFIG);
    for (; *files; files += 2)
        test_write(folder, files[0], files[1]);
    return folder;
}

static inline struct project *test_load(const char *folder, GError **error)
{
    struct project_options options = {.folder = folder, .now_ms = 1735689600000};

    return project_load(&options, error);
}

/* Load it once; the folder is gone afterwards. */
static inline struct project *test_project(const char *const *files)
{
    g_autofree char *folder = test_folder(files);
    g_autoptr(GError) error = NULL;
    struct project *p = test_load(folder, &error);

    test_remove(folder);
    if (!p)
        fail_msg("%s", error->message);
    return p;
}

/* The message a project is refused with. g_free(). */
static inline char *test_refusal(const char *const *files)
{
    g_autofree char *folder = test_folder(files);
    GError *error = NULL;
    struct project *p = test_load(folder, &error);
    char *message;

    test_remove(folder);
    assert_null(p);
    assert_non_null(error);
    message = g_strdup(error->message);
    g_error_free(error);
    return message;
}

#define FILES(...) ((const char *const[]){__VA_ARGS__, NULL})

static inline void assert_holds(const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("\"%s\" is missing in:\n%s", part, text);
}

#endif
