#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>

#include "base/envfile.h"

#include <glib/gstdio.h>

static char folder[64];

int setup(void **state)
{
    (void)state;
    g_strlcpy(folder, "/tmp/heddle-envfile-XXXXXX", sizeof folder);
    return g_mkdtemp(folder) ? 0 : -1;
}

int teardown(void **state)
{
    g_autofree char *command = g_strdup_printf("rm -rf %s", folder);

    (void)state;
    return g_spawn_command_line_sync(command, NULL, NULL, NULL, NULL) ? 0 : -1;
}

static char *put(const char *name, const char *text)
{
    char *path = g_build_filename(folder, name, NULL);

    assert_true(g_file_set_contents(path, text, -1, NULL));
    return path;
}

static GHashTable *table(void)
{
    return g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
}

#define assert_value(t, name, value) assert_string_equal(g_hash_table_lookup(t, name), value)

void test_a_file_is_read_with_quotes_comments_and_export(void **state)
{
    g_autoptr(GHashTable) t = table();
    g_autofree char *path = put("env", "# settings\n\nA=1\nexport B = two words # why\r\n"
                                       "C='as # it \\n is'\nD=\"a\\n\\\"b\\\" \\$c\" # more\nE=\n"
                                       "F=a#b\nA=2\n");

    (void)state;
    assert_true(envfile_read(path, t, NULL));
    assert_value(t, "A", "2");
    assert_value(t, "B", "two words");
    assert_value(t, "C", "as # it \\n is");
    assert_value(t, "D", "a\n\"b\" $c");
    assert_value(t, "E", "");
    assert_value(t, "F", "a#b");
    assert_int_equal(g_hash_table_size(t), 6);
}

static void refuses(const char *text, const char *place)
{
    g_autoptr(GHashTable) t = table();
    g_autoptr(GError) error = NULL;
    g_autofree char *path = put("bad", text);

    assert_false(envfile_read(path, t, &error));
    assert_true(error_is(error, ERROR_INVALID));
    assert_non_null(strstr(error->message, place));
}

void test_a_line_that_is_none_is_refused_with_its_number(void **state)
{
    g_autoptr(GHashTable) t = table();
    g_autoptr(GError) error = NULL;

    (void)state;
    refuses("A=1\nnonsense\n", "line 2");
    refuses("A=\"open\n", "line 1");
    refuses("\n\n1A=2\n", "line 3");
    assert_false(envfile_read("/nowhere/at/all", t, &error));
    assert_true(error_is(error, ERROR_NOT_FOUND));
}

void test_a_folder_gives_a_variable_a_file(void **state)
{
    g_autoptr(GHashTable) t = table();
    g_autofree char *a = put("PASSWORD", "s3cret\n"), *b = put("..data", "no"),
                    *c = put("has-dash", "no"), *d = put("LINES", "a\nb\n\n");

    (void)state;
    assert_true(envfile_read_folder(folder, t, NULL));
    assert_value(t, "PASSWORD", "s3cret");
    assert_value(t, "LINES", "a\nb\n");
    assert_int_equal(g_hash_table_size(t), 2);
}

void test_a_stamp_changes_when_a_file_does(void **state)
{
    g_autofree char *a = put("A", "1"), *before = envfile_stamp(folder), *same = NULL;
    g_autofree char *changed = NULL, *added = NULL, *b = NULL;

    (void)state;
    same = envfile_stamp(folder);
    assert_string_equal(before, same);
    g_free(put("A", "22"));
    changed = envfile_stamp(folder);
    assert_string_not_equal(before, changed);
    b = put("B", "1");
    added = envfile_stamp(folder);
    assert_string_not_equal(changed, added);
}
