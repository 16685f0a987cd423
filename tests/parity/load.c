/* load.c -- prints what project_load() makes of a folder, a model a line as JSON; for load.py. */
#include <stdio.h>

#include "base/clock.h"
#include "project/project.h"

static json_t *text_or_null(const char *text)
{
    return text ? json_string(text) : json_null();
}

/* The type as it is printed, in upper case, to be compared. */
static json_t *column_of(const struct model_column *c)
{
    json_t *pair = json_array();
    g_autofree char *upper = c->type ? g_ascii_strup(c->type, -1) : NULL;

    json_array_append_new(pair, json_string(c->name));
    json_array_append_new(pair, text_or_null(upper));
    return pair;
}

static json_t *columns_of(const struct model *m)
{
    const GPtrArray *columns = m->columns ? m->columns : m->columns_known ? m->projections : NULL;
    json_t *out = columns ? json_array() : json_null();

    for (guint i = 0; columns && i < columns->len; i++)
        json_array_append_new(out, column_of(columns->pdata[i]));
    return out;
}

static json_t *time_column_of(const struct model *m)
{
    json_t *pair = m->time_column ? json_array() : json_null();

    if (m->time_column) {
        json_array_append_new(pair, json_string(m->time_column));
        json_array_append_new(pair, json_string(m->time_format));
    }
    return pair;
}

static json_t *descriptions_of(const struct model *m)
{
    json_t *out = json_object();

    for (guint i = 0; i < m->column_descriptions->len; i++) {
        const struct model_column *c = m->column_descriptions->pdata[i];
        json_object_set_new(out, c->name, json_string(c->description));
    }
    return out;
}

static json_t *texts_of(char *const *list)
{
    json_t *out = json_array();

    for (; *list; list++)
        json_array_append_new(out, json_string(*list));
    return out;
}

static json_t *audits_of(const struct model *m)
{
    json_t *out = json_array();

    for (guint i = 0; i < m->audits->len; i++)
        json_array_append_new(out, json_string(((struct model_audit *)m->audits->pdata[i])->name));
    return out;
}

static void print_model(const struct project *p, const struct model *m)
{
    const struct wire_snapshot *s = project_snapshot(p, m->fqn);
    g_autoptr(json_t) out = json_object();

    json_object_set_new(out, "name", json_string(m->fqn));
    json_object_set_new(out, "kind", json_string(model_kind_names[m->kind]));
    json_object_set_new(out, "cron", json_string(m->cron));
    json_object_set_new(out, "unit", json_string(s->interval_unit));
    json_object_set_new(out, "depends_on", texts_of(m->depends_on));
    json_object_set_new(out, "columns", columns_of(m));
    json_object_set_new(out, "description", text_or_null(m->description));
    json_object_set_new(out, "column_descriptions", descriptions_of(m));
    json_object_set_new(out, "tags", texts_of(m->tags));
    json_object_set_new(out, "audits", audits_of(m));
    json_object_set_new(out, "start", text_or_null(m->start));
    json_object_set_new(out, "lookback", json_integer(m->lookback));
    json_object_set_new(out, "time_column", time_column_of(m));
    json_object_set_new(out, "physical_schema", json_string(s->physical_schema));
    g_autofree char *text = json_text(out);
    puts(text);
}

int main(int argc, char **argv)
{
    GError *error = NULL;
    struct project_options options = {.folder = argc > 1 ? argv[1] : ".", .now_ms = clock_now_ms()};
    g_autoptr(project) p = project_load(&options, &error);

    if (!p) {
        fprintf(stderr, "%s\n", error->message);
        g_error_free(error);
        return 1;
    }
    for (guint i = 0; i < p->models->len; i++)
        print_model(p, p->models->pdata[i]);
    return 0;
}
