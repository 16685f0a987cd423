/* metrics.c -- figures for Prometheus. */
#include "base/metrics.h"

#include "base/json.h"

#include <pthread.h>
#include <string.h>

const double metrics_short[] = {0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25,
                                0.5,   1,      2.5,   5,    10,    30,   60,  0};
const double metrics_long[] = {0.1, 0.5, 1, 5, 10, 30, 60, 300, 900, 3600, 14400, 0};

struct series {
    double value; /* of a histogram: the sum */
    uint64_t count;
    uint64_t *buckets; /* of a histogram: one a bound, not yet added up */
};

struct metrics {
    const struct metric *table;
    size_t count;
    pthread_mutex_t lock;
    GHashTable **series; /* one a metric: `name="value",…` -> struct series */
};

static void series_free(void *data)
{
    struct series *s = data;

    g_free(s->buckets);
    g_free(s);
}

static size_t bound_count(const struct metric *metric)
{
    size_t n = 0;

    while (metric->bounds && metric->bounds[n] > 0)
        n++;
    return n;
}

static void append_value(GString *out, const char *value)
{
    for (; *value; value++)
        if (*value == '\n')
            g_string_append(out, "\\n");
        else if (*value == '"' || *value == '\\')
            g_string_append_printf(out, "\\%c", *value);
        else
            g_string_append_c(out, *value);
}

static char *key_of(const struct metric *metric, const char *const *labels)
{
    GString *key = g_string_new(NULL);

    for (size_t i = 0; metric->labels[i]; i++) {
        g_string_append_printf(key, "%s%s=\"", i ? "," : "", metric->labels[i]);
        append_value(key, labels[i]);
        g_string_append_c(key, '"');
    }
    return g_string_free(key, FALSE);
}

/* With the lock held. */
static struct series *series_of(struct metrics *m, int metric, const char *const *labels)
{
    g_autofree char *key = key_of(&m->table[metric], labels);
    struct series *s = g_hash_table_lookup(m->series[metric], key);

    if (s)
        return s;
    s = g_new0(struct series, 1);
    s->buckets = g_new0(uint64_t, bound_count(&m->table[metric]) + 1);
    g_hash_table_insert(m->series[metric], g_steal_pointer(&key), s);
    return s;
}

struct metrics *metrics_new(const struct metric *table, size_t count)
{
    struct metrics *m = g_new0(struct metrics, 1);

    m->table = table;
    m->count = count;
    m->series = g_new0(GHashTable *, count);
    pthread_mutex_init(&m->lock, NULL);
    for (size_t i = 0; i < count; i++) {
        m->series[i] = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, series_free);
        if (!table[i].labels[0])
            series_of(m, (int)i, METRIC_PLAIN);
    }
    return m;
}

void metrics_free(struct metrics *m)
{
    if (!m)
        return;
    for (size_t i = 0; i < m->count; i++)
        g_hash_table_unref(m->series[i]);
    g_free(m->series);
    pthread_mutex_destroy(&m->lock);
    g_free(m);
}

void metrics_add(struct metrics *m, int metric, const char *const *labels, double by)
{
    pthread_mutex_lock(&m->lock);
    series_of(m, metric, labels)->value += by;
    pthread_mutex_unlock(&m->lock);
}

void metrics_set(struct metrics *m, int metric, const char *const *labels, double value)
{
    pthread_mutex_lock(&m->lock);
    series_of(m, metric, labels)->value = value;
    pthread_mutex_unlock(&m->lock);
}

void metrics_observe(struct metrics *m, int metric, const char *const *labels, double value)
{
    const double *bounds = m->table[metric].bounds;
    struct series *s;
    size_t i = 0;

    pthread_mutex_lock(&m->lock);
    s = series_of(m, metric, labels);
    while (bounds[i] > 0 && value > bounds[i])
        i++;
    s->buckets[i]++;
    s->count++;
    s->value += value;
    pthread_mutex_unlock(&m->lock);
}

void metrics_clear(struct metrics *m, int metric)
{
    pthread_mutex_lock(&m->lock);
    g_hash_table_remove_all(m->series[metric]);
    pthread_mutex_unlock(&m->lock);
}

static void append_sample(GString *out, const char *name, const char *labels, double value)
{
    g_autofree char *text = real_text(value);

    if (*labels)
        g_string_append_printf(out, "%s{%s} %s\n", name, labels, text);
    else
        g_string_append_printf(out, "%s %s\n", name, text);
}

static void append_histogram(GString *out, const struct metric *metric, const char *labels,
                             const struct series *s)
{
    g_autofree char *bucket = g_strconcat(metric->name, "_bucket", NULL);
    g_autofree char *sum = g_strconcat(metric->name, "_sum", NULL);
    g_autofree char *count = g_strconcat(metric->name, "_count", NULL);
    size_t bounds = bound_count(metric);
    uint64_t below = 0;

    for (size_t i = 0; i <= bounds; i++) {
        g_autofree char *bound = i < bounds ? real_text(metric->bounds[i]) : g_strdup("+Inf");
        g_autofree char *all = g_strdup_printf("%s%sle=\"%s\"", labels, *labels ? "," : "", bound);

        below += s->buckets[i];
        append_sample(out, bucket, all, (double)below);
    }
    append_sample(out, sum, labels, s->value);
    append_sample(out, count, labels, (double)s->count);
}

static void append_metric(GString *out, const struct metric *metric, GHashTable *series)
{
    static const char *const kinds[] = {"counter", "gauge", "histogram"};
    g_autoptr(GList) keys = g_list_sort(g_hash_table_get_keys(series), (GCompareFunc)strcmp);

    g_string_append_printf(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help,
                           metric->name, kinds[metric->kind]);
    for (GList *k = keys; k; k = k->next) {
        const struct series *s = g_hash_table_lookup(series, k->data);

        if (metric->kind == METRIC_HISTOGRAM)
            append_histogram(out, metric, k->data, s);
        else
            append_sample(out, metric->name, k->data, s->value);
    }
}

void metrics_append(struct metrics *m, GString *out)
{
    pthread_mutex_lock(&m->lock);
    for (size_t i = 0; i < m->count; i++)
        append_metric(out, &m->table[i], m->series[i]);
    pthread_mutex_unlock(&m->lock);
}
