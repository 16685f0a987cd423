/* The kind of a model, with its properties, as a MODEL block says it. */
#include "project/project_int.h"
#include "project/text_int.h"

/* The properties inside kind NAME ( … ), each a line; brackets only when there are any. */
static void kind_line(struct writer *w, guint *lines, const char *name)
{
    g_string_append_printf(w->out, "%s\n    %s ", (*lines)++ ? "," : " (", name);
}

static void kind_count(struct writer *w, guint *lines, const char *name, int64_t value)
{
    if (value == 0)
        return;
    kind_line(w, lines, name);
    g_string_append_printf(w->out, "%" G_GINT64_FORMAT, value);
}

static void kind_text(struct writer *w, guint *lines, const char *name, const char *value,
                      bool quoted)
{
    g_autofree char *text = NULL;

    if (!value)
        return;
    text = quoted ? sql_quote_string(w->dialect, value) : g_strdup(value);
    kind_line(w, lines, name);
    g_string_append(w->out, text);
}

static void kind_flag(struct writer *w, guint *lines, const char *name, bool value)
{
    kind_text(w, lines, name, value ? "TRUE" : NULL, false);
}

static void kind_time_column(struct writer *w, guint *lines)
{
    const struct model *m = w->model;
    g_autofree char *format = NULL;

    if (!m->time_column)
        return;
    if (m->time_format)
        format = sql_quote_string(w->dialect,
                                  project__write_time_format(w->arena, w->dialect, m->time_format));
    kind_line(w, lines, "time_column");
    if (format)
        g_string_append_printf(w->out, "(%s, %s)", m->time_column, format);
    else
        g_string_append(w->out, m->time_column);
}

static void csv_text(struct writer *w, GString *to, const char *name, const char *value)
{
    g_autofree char *quoted = value ? sql_quote_string(w->dialect, value) : NULL;

    if (quoted)
        g_string_append_printf(to, "%s\n      %s = %s", to->len ? "," : "", name, quoted);
}

static void csv_flag(GString *to, const char *name, bool value, bool usual)
{
    if (value != usual)
        g_string_append_printf(to, "%s\n      %s = %s", to->len ? "," : "", name,
                               value ? "TRUE" : "FALSE");
}

static void csv_words(struct writer *w, GString *to, char *const *words)
{
    const char *comma = "";

    if (!words)
        return;
    g_string_append_printf(to, "%s\n      na_values = (", to->len ? "," : "");
    for (; *words; words++) {
        g_autofree char *quoted = sql_quote_string(w->dialect, *words);

        g_string_append_printf(to, "%s%s", comma, quoted);
        comma = ", ";
    }
    g_string_append_c(to, ')');
}

static void kind_seed(struct writer *w, guint *lines)
{
    const struct model_seed *s = w->model->seed;
    g_autoptr(GString) csv = g_string_new(NULL);

    if (!s)
        return;
    kind_text(w, lines, "path", s->path, true);
    kind_count(w, lines, "batch_size", s->batch_size);
    csv_text(w, csv, "delimiter", s->delimiter);
    csv_text(w, csv, "quotechar", s->quotechar);
    csv_flag(csv, "doublequote", s->doublequote, true);
    csv_text(w, csv, "escapechar", s->escapechar);
    csv_flag(csv, "skipinitialspace", s->skipinitialspace, false);
    csv_text(w, csv, "lineterminator", s->lineterminator);
    csv_text(w, csv, "encoding", s->encoding);
    csv_words(w, csv, s->na_values);
    csv_flag(csv, "keep_default_na", s->keep_default_na, true);
    if (csv->len == 0)
        return;
    kind_line(w, lines, "csv_settings");
    g_string_append_printf(w->out, "(%s\n    )", csv->str);
}

static void kind_properties(struct writer *w, guint *lines)
{
    const char *name;
    json_t *value;

    json_object_foreach (w->model->kind_properties, name, value) {
        kind_line(w, lines, name);
        project__append_value(w, value);
    }
}

void project__put_kind(struct writer *w)
{
    const struct model *m = w->model;
    guint lines = 0;

    project__put_word(w, "kind", model_kind_names[m->kind]);
    kind_time_column(w, &lines);
    kind_text(w, &lines, "partition_by_time_column", m->partition_by_time_column, false);
    kind_seed(w, &lines);
    kind_properties(w, &lines);
    kind_count(w, &lines, "batch_size", m->batch_size);
    kind_count(w, &lines, "batch_concurrency", m->batch_concurrency);
    kind_count(w, &lines, "lookback", m->lookback);
    kind_flag(w, &lines, "forward_only", m->forward_only);
    kind_flag(w, &lines, "disable_restatement", m->disable_restatement);
    kind_text(w, &lines, "on_destructive_change", m->on_destructive_change, true);
    kind_text(w, &lines, "on_additive_change", m->on_additive_change, true);
    if (lines > 0)
        g_string_append(w->out, "\n  )");
}
