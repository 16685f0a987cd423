/* JSON as it is written: reals with as few digits as they need, errors taken apart. */
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void check_text(const char *given, const char *wanted)
{
    g_autoptr(json_t) value = json_parse(given, strlen(given), NULL);
    g_autofree char *text = json_text(value);

    assert_string_equal(text, wanted);
}

void test_a_real_has_as_few_digits_as_read_back_the_same(void **state)
{
    (void)state;
    check_text("0.1", "0.1");
    check_text("[0.1, 2.5, -0.30000000000000004]", "[0.1,2.5,-0.30000000000000004]");
    check_text("{\"a\": 1.0, \"b\": 3, \"c\": 1e300}", "{\"a\":1.0,\"b\":3,\"c\":1e+300}");
    check_text("123456789012345678", "123456789012345678");
    check_text("-7", "-7");
}

void test_a_string_that_looks_like_a_real_stays_as_it_is(void **state)
{
    (void)state;
    check_text("[\"0.10000000000000001\", \"a\\\"0.10000000000000001\", 0.5]",
               "[\"0.10000000000000001\",\"a\\\"0.10000000000000001\",0.5]");
}

void test_a_real_that_was_written_reads_back_the_same(void **state)
{
    static const double values[] = {0.1,        1.0 / 3, 2.0 / 3, 1e22,
                                    123456.789, 5e-324,  -0.0,    9007199254740993.0};

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(values); i++) {
        g_autoptr(json_t) value = json_real(values[i]), back = NULL;
        g_autofree char *text = json_text_pretty(value);

        back = json_parse(text, strlen(text), NULL);
        assert_true(json_is_real(back));
        assert_true(json_real_value(back) == values[i]);
    }
}

static void check_error(const char *message, const char *wanted)
{
    g_autoptr(GError) error = g_error_new_literal(json_error(), ERROR_INVALID, message);
    g_autoptr(json_t) value = error_to_json(error);
    g_autofree char *text = NULL;

    assert_string_equal(json_get_string(value, "message", ""), message);
    json_object_del(value, "message");
    text = json_text_as_built(value);
    assert_string_equal(text, wanted);
}

void test_an_error_about_a_text_says_file_line_and_column(void **state)
{
    (void)state;
    check_error("models/a.sql: line 3, column 8: this \"(\" is never closed. Why? So.\n"
                "    SELECT (1 + 2\n           ^\nhint: close it.",
                "{\"code\":\"invalid\",\"file\":\"models/a.sql\",\"line\":3,\"column\":8,"
                "\"what\":\"this \\\"(\\\" is never closed.\",\"why\":\"Why? So.\","
                "\"source\":\"    SELECT (1 + 2\\n           ^\",\"hint\":\"close it.\"}");
}

void test_an_error_about_a_line_has_no_column(void **state)
{
    (void)state;
    check_error("The seed cannot be read: seeds/a.csv: line 4: it has 3 cells, not 2.",
                "{\"code\":\"invalid\",\"file\":\"seeds/a.csv\",\"line\":4,\"column\":null,"
                "\"what\":\"The seed cannot be read: it has 3 cells, not 2.\",\"why\":null,"
                "\"source\":null,\"hint\":null}");
}

void test_an_error_without_a_place_has_what_why_and_hint(void **state)
{
    (void)state;
    check_error("The warehouse refused it. Permission denied for schema a.b.\nstatement: SELECT 1"
                "\nhint: ask for it.\nhint: or not.",
                "{\"code\":\"invalid\",\"file\":null,\"line\":null,\"column\":null,"
                "\"what\":\"The warehouse refused it.\","
                "\"why\":\"Permission denied for schema a.b.\\nstatement: SELECT 1\","
                "\"source\":null,\"hint\":\"ask for it.\\nhint: or not.\"}");
}
