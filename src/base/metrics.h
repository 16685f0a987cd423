/* metrics.h -- figures for Prometheus: counters, gauges and histograms, and their text form.
 *
 * An owner has one table of struct metric, whose places are an enum of its own, and names figures
 * by those. Figures with labels have a series for each combination of values that was ever named;
 * one without labels is there from the start. docs/metrics.md describes every one; a test holds
 * it and the programs against each other.
 *
 * Threads  every call may come from any thread.
 */
#ifndef HEDDLE_BASE_METRICS_H
#define HEDDLE_BASE_METRICS_H

#include <glib.h>
#include <stdint.h>

enum metric_kind { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM };

enum { METRIC_MAX_LABELS = 3 };

struct metric {
    const char *name; /* as Prometheus wants it: heddle_…_total, …_seconds, …_bytes */
    enum metric_kind kind;
    const char *help;
    const char *labels[METRIC_MAX_LABELS + 1]; /* ends with NULL */
    const double *bounds;                      /* of a histogram, growing; ends with 0 */
};

/* Bounds from a millisecond to a minute, and from a tenth of a second to hours. */
extern const double metrics_short[], metrics_long[];

struct metrics;

struct metrics *metrics_new(const struct metric *table, size_t count); /* borrowed */
void metrics_free(struct metrics *m);

/* The values of a figure's labels, in the table's order; METRIC_PLAIN for one without. */
#define METRIC_LABELS(...) ((const char *const[]){__VA_ARGS__})
#define METRIC_PLAIN       NULL
void metrics_add(struct metrics *m, int metric, const char *const *labels, double by);
void metrics_set(struct metrics *m, int metric, const char *const *labels, double value);
void metrics_observe(struct metrics *m, int metric, const char *const *labels, double value);
/* Forget the series of a gauge, before it is set anew. */
void metrics_clear(struct metrics *m, int metric);

/* Append everything in Prometheus' text format, version 0.0.4. */
void metrics_append(struct metrics *m, GString *out);
/* Append process_cpu_seconds_total and what else Prometheus' own clients say of their process. */
void metrics_append_process(GString *out);

#define METRICS_CONTENT_TYPE "text/plain; version=0.0.4; charset=utf-8"

#endif
