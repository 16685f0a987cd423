/* Figures in Prometheus' text format. */
#include "base/metrics.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

static const double bounds[] = {0.1, 1, 0};

enum { TOTAL, GAUGE, SECONDS, COUNT };
static const struct metric table[COUNT] = {
    [TOTAL] = {"x_requests_total", METRIC_COUNTER,   "Requests.", {"route", "status"}, NULL  },
    [GAUGE] = {"x_depth",          METRIC_GAUGE,     "Depth.",    {NULL},              NULL  },
    [SECONDS] = {"x_seconds",        METRIC_HISTOGRAM, "Time.",     {"kind"},            bounds},
};

static void check(struct metrics *m, const char *wanted)
{
    GString *out = g_string_new(NULL);

    metrics_append(m, out);
    assert_string_equal(out->str, wanted);
    g_string_free(out, TRUE);
}

void test_a_figure_without_labels_is_there_from_the_start(void **state)
{
    struct metrics *m = metrics_new(table, COUNT);

    (void)state;
    check(m, "# HELP x_requests_total Requests.\n# TYPE x_requests_total counter\n"
             "# HELP x_depth Depth.\n# TYPE x_depth gauge\nx_depth 0\n"
             "# HELP x_seconds Time.\n# TYPE x_seconds histogram\n");
    metrics_free(m);
}

void test_each_combination_of_labels_counts_for_itself(void **state)
{
    struct metrics *m = metrics_new(&table[TOTAL], 1);

    (void)state;
    metrics_add(m, 0, METRIC_LABELS("/b", "200"), 1);
    metrics_add(m, 0, METRIC_LABELS("/a\"\\\n", "200"), 2);
    metrics_add(m, 0, METRIC_LABELS("/b", "200"), 1);
    check(m, "# HELP x_requests_total Requests.\n# TYPE x_requests_total counter\n"
             "x_requests_total{route=\"/a\\\"\\\\\\n\",status=\"200\"} 2\n"
             "x_requests_total{route=\"/b\",status=\"200\"} 2\n");
    metrics_free(m);
}

void test_a_histogram_adds_up_what_is_below_each_bound(void **state)
{
    struct metrics *m = metrics_new(&table[SECONDS], 1);

    (void)state;
    metrics_observe(m, 0, METRIC_LABELS("a"), 0.1);
    metrics_observe(m, 0, METRIC_LABELS("a"), 0.5);
    metrics_observe(m, 0, METRIC_LABELS("a"), 7);
    check(m, "# HELP x_seconds Time.\n# TYPE x_seconds histogram\n"
             "x_seconds_bucket{kind=\"a\",le=\"0.1\"} 1\n"
             "x_seconds_bucket{kind=\"a\",le=\"1\"} 2\n"
             "x_seconds_bucket{kind=\"a\",le=\"+Inf\"} 3\n"
             "x_seconds_sum{kind=\"a\"} 7.6\nx_seconds_count{kind=\"a\"} 3\n");
    metrics_free(m);
}

void test_a_gauge_that_is_cleared_forgets_its_series(void **state)
{
    static const struct metric gauge[] = {
        {"x_state", METRIC_GAUGE, "State.", {"state"}, NULL},
    };
    struct metrics *m = metrics_new(gauge, 1);

    (void)state;
    metrics_set(m, 0, METRIC_LABELS("up"), 1);
    metrics_clear(m, 0);
    metrics_set(m, 0, METRIC_LABELS("down"), 1);
    check(m, "# HELP x_state State.\n# TYPE x_state gauge\nx_state{state=\"down\"} 1\n");
    metrics_free(m);
}

void test_the_process_is_described(void **state)
{
    static const char *const names[] = {
        "process_cpu_seconds_total",
        "process_resident_memory_bytes",
        "process_virtual_memory_bytes",
        "process_start_time_seconds",
        "process_threads",
        "process_open_fds",
        "process_max_fds",
    };
    GString *out = g_string_new("\n");

    (void)state;
    metrics_append_process(out);
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *line = g_strdup_printf("\n%s ", names[i]);
        const char *at = strstr(out->str, line);

        assert_non_null(at);
        assert_true(g_ascii_strtod(at + strlen(line), NULL) >= 0);
    }
    g_string_free(out, TRUE);
}
