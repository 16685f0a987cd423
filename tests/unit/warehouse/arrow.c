/* Arrow data that DuckDB and PostgreSQL do not send today, made by hand; rare values. */
#include "warehouse/arrow.h"

#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static void check(const struct ArrowSchema *schema, const struct ArrowArray *array, int64_t row,
                  const char *expected)
{
    GError *error = NULL;
    g_autoptr(arrow_field) f = warehouse__field_new(schema, &error);
    g_autoptr(GString) text = g_string_new(NULL);

    if (!f)
        fail_msg("%s", error->message);
    warehouse__append_text(&(struct arrow_cell){f, array, row}, text);
    assert_string_equal(text->str, expected);
}

void test_doubles_have_the_fewest_digits_that_read_back(void **state)
{
    static const struct {
        double value;
        const char *text;
    } cases[] = {
        {0.1,                    "0.1"                    },
        {0.1 + 0.2,              "0.30000000000000004"    },
        {-0.0,                   "-0.0"                   },
        {100,                    "100.0"                  },
        {1e15,                   "1000000000000000.0"     },
        {1e16,                   "1e+16"                  },
        {1.5e-5,                 "1.5e-05"                },
        {0.0001,                 "0.0001"                 },
        {123456.789,             "123456.789"             },
        {5e-324,                 "5e-324"                 },
        {1.7976931348623157e308, "1.7976931348623157e+308"},
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) text = g_string_new(NULL);

        warehouse__append_double(cases[i].value, text);
        assert_string_equal(text->str, cases[i].text);
    }
}

void test_decimals_of_256_bits_are_exact(void **state)
{
    uint8_t least[32] = {0}, minus_one[32];
    const void *buffers[] = {NULL, least};
    const struct ArrowSchema schema = {.format = "d:76,3,256", .name = "x"};
    struct ArrowArray array = {.length = 1, .n_buffers = 2, .buffers = buffers};

    (void)state;
    least[31] = 0x80;
    check(&schema, &array, 0,
          "-57896044618658097711785492504343953926634992332820282019728792003956564819.968");
    memset(minus_one, 0xFF, sizeof minus_one);
    buffers[1] = minus_one;
    check(&schema, &array, 0, "-0.001");
}

void test_rare_dates_are_told_apart(void **state)
{
    static const struct {
        int64_t days;
        const char *text;
    } cases[] = {
        {0,          "1970-01-01"     },
        {-719162,    "0001-01-01"     },
        {-719163,    "0001-12-31 (BC)"},
        {11016,      "2000-02-29"     },
        {2932896,    "9999-12-31"     },
        {2932897,    "10000-01-01"    },
        {INT32_MAX,  "infinity"       },
        {-INT32_MAX, "-infinity"      },
        {-1,         "1969-12-31"     },
    };

    (void)state;
    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GString) text = g_string_new(NULL);

        warehouse__append_date(cases[i].days, text);
        assert_string_equal(text->str, cases[i].text);
    }
}

void test_offsets_of_slices_count(void **state)
{
    const uint8_t valid[] = {0x0B}; /* the third is NULL */
    const int32_t values[] = {10, 11, 12, 13};
    const void *buffers[] = {valid, values};
    const struct ArrowSchema schema = {.format = "i", .name = "x"};
    struct ArrowArray array = {.length = 3, .offset = 1, .n_buffers = 2, .buffers = buffers};

    (void)state;
    check(&schema, &array, 0, "11");
    check(&schema, &array, 1, "");
    check(&schema, &array, 2, "13");
}

/* Sixteen bytes a text: a length, then the text, or its first bytes, a buffer and a place. */
struct view {
    int32_t len;
    char begins[4];
    int32_t buffer, place;
};

void test_views_of_texts_are_read_short_and_long(void **state)
{
    static const char data[] = "..a text longer than twelve bytes";
    const struct view views[] = {
        {3,  "abc",  0, 0},
        {31, "a te", 0, 2}
    };
    const void *buffers[] = {NULL, views, data};
    const struct ArrowSchema schema = {.format = "vu", .name = "x"};
    struct ArrowArray array = {.length = 2, .n_buffers = 3, .buffers = buffers};

    (void)state;
    check(&schema, &array, 0, "abc");
    check(&schema, &array, 1, "a text longer than twelve bytes");
}

void test_views_of_lists_and_dense_unions_are_read(void **state)
{
    const int32_t numbers[] = {1, 2, 3};
    const void *number_buffers[] = {NULL, numbers};
    struct ArrowArray child = {.length = 3, .n_buffers = 2, .buffers = number_buffers};
    struct ArrowArray *children[] = {&child};
    struct ArrowSchema number = {.format = "i", .name = "n"};
    struct ArrowSchema *schemas[] = {&number};
    const int32_t begins[] = {1}, sizes[] = {2}, places[] = {2};
    const int8_t ids[] = {5};
    const void *list_buffers[] = {NULL, begins, sizes}, *union_buffers[] = {ids, places};
    const struct ArrowSchema list = {.format = "+vl", .n_children = 1, .children = schemas};
    const struct ArrowSchema dense = {.format = "+ud:5", .n_children = 1, .children = schemas};
    const struct ArrowArray lists = {.length = 1,
                                     .n_buffers = 3,
                                     .n_children = 1,
                                     .buffers = list_buffers,
                                     .children = children};
    const struct ArrowArray unions = {.length = 1,
                                      .n_buffers = 2,
                                      .n_children = 1,
                                      .buffers = union_buffers,
                                      .children = children};

    (void)state;
    check(&list, &lists, 0, "[2, 3]");
    check(&dense, &unions, 0, "3");
}

void test_a_format_nobody_knows_is_an_error_with_the_column(void **state)
{
    const struct ArrowSchema schema = {.format = "+r", .name = "strange"};
    g_autoptr(GError) error = NULL;

    (void)state;
    assert_null(warehouse__field_new(&schema, &error));
    assert_non_null(strstr(error->message, "Column strange"));
    assert_non_null(strstr(error->message, "\"+r\""));
}
