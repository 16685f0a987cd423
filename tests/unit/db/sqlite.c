/* What is SQLite's alone: its file. */
#include "db_test.h"

int setup(void **state)
{
    return fixture_open(state);
}

int teardown(void **state)
{
    return fixture_close(state);
}

void test_only_the_owner_may_read_the_file(void **state)
{
    struct fixture *f = *state;
    g_autofree char *wal = g_strconcat(f->path, "-wal", NULL);
    struct stat s;

    OK(db_script(f->db, "CREATE TABLE t (n BIGINT)", &error));
    assert_int_equal(stat(f->path, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0600);
    assert_int_equal(stat(wal, &s), 0);
    assert_int_equal(s.st_mode & 0777, 0600);
}

void test_files_that_cannot_be_are_refused_with_a_hint(void **state)
{
    g_autofree char *text = NULL, *url = NULL;

    FAILS(db_open("sqlite:/nowhere/at/all.db", &error) != NULL, ERROR_UNAVAILABLE,
          "hint: see that its folder exists");
    text = g_build_filename(((struct fixture *)*state)->folder, "text", NULL);
    url = g_strconcat("sqlite:", text, NULL);
    assert_true(g_file_set_contents(text,
                                    "this is a long enough text that is no database file "
                                    "at all, as its first bytes already show to anyone",
                                    -1, NULL));
    FAILS(db_open(url, &error) != NULL, ERROR_INVALID, "not a database");
    unlink(text);
}
