/* Rows for people and for programs. */
#include "cli_test.h"

static char *table_of(const char *answer)
{
    g_autoptr(json_t) json = json_parse(answer, strlen(answer), NULL);
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    char *copy;

    assert_non_null(json);
    cli__print_table(out, json);
    fclose(out);
    copy = g_strdup(text);
    free(text);
    return copy;
}

void test_columns_are_aligned_and_numbers_stand_to_the_right(void **state)
{
    g_autofree char *text = table_of("{\"columns\": [{\"name\": \"title\"}, {\"name\": \"n\"}],"
                                     " \"rows\": [[\"Emma\", 10], [\"Walden\", 9], [null, null]]}");

    (void)state;
    assert_string_equal(text, "title      n\n"
                              "──────  ────\n"
                              "Emma      10\n"
                              "Walden     9\n"
                              "NULL    NULL\n");
}

void test_wide_letters_take_two_columns(void **state)
{
    g_autofree char *text = table_of("{\"columns\": [{\"name\": \"a\"}, {\"name\": \"b\"}],"
                                     " \"rows\": [[\"本\", \"x\"], [\"é\", \"y\"]]}");

    (void)state;
    assert_string_equal(text, "a   b\n"
                              "──  ─\n"
                              "本  x\n"
                              "é   y\n");
}

void test_a_value_cannot_move_the_cursor(void **state)
{
    g_autofree char *text = table_of("{\"columns\": [{\"name\": \"a\"}],"
                                     " \"rows\": [[\"one\\ntwo\\u001b[31m\\tthree\"]]}");

    (void)state;
    assert_holds(text, "one\\ntwo\\x1b[31m\\tthree");
}

void test_no_rows_leave_the_header(void **state)
{
    g_autofree char *text = table_of("{\"columns\": [{\"name\": \"a\"}], \"rows\": []}");

    (void)state;
    assert_string_equal(text, "a\n─\n");
}

void test_rows_become_objects_and_no_column_is_lost(void **state)
{
    static const char answer[] =
        "{\"columns\": [{\"name\": \"id\"}, {\"name\": \"id\"}, {\"name\": \"x\"}],"
        " \"rows\": [[1, 2, null]]}";
    g_autoptr(json_t) json = json_parse(answer, strlen(answer), NULL);
    g_autoptr(json_t) rows = cli__rows_json(json);
    g_autofree char *text = json_text_as_built(rows);

    (void)state;
    assert_string_equal(text, "[{\"id\":1,\"id_2\":2,\"x\":null}]");
}

void test_numbers_have_the_digits_they_need(void **state)
{
    g_autofree char *text = table_of("{\"columns\": [{\"name\": \"a\"}],"
                                     " \"rows\": [[291661.41], [0.1], [1e300], [2.0]]}");

    (void)state;
    assert_string_equal(text, "        a\n"
                              "─────────\n"
                              "291661.41\n"
                              "      0.1\n"
                              "   1e+300\n"
                              "        2\n");
}
