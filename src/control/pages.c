/* Pages about plans, runs and evaluations, as tables of plain words. */
#include "control/pages.h"

#include "base/limits.h"
#include "calendar/date.h"
#include "control/api_v1.h"
#include "control/html.h"

#include <string.h>

#define MOST_WORKS   30
#define MOST_BATCHES 1000

void control__sheet_begin(struct sheet *s, struct control *c, struct op *op)
{
    *s = (struct sheet){c, op, control__project_link(c, op), g_string_new(NULL)};
}

static void finish(struct sheet *s, const char *title)
{
    control__html_headers(s->op->call, "'none'");
    s->op->text = control__html_page(title, s->out->str);
    s->op->text_type = "text/html; charset=utf-8";
}

bool control__sheet_end(struct sheet *s, bool ok, const char *title, GError **error)
{
    g_autoptr(GString) out = s->out;
    g_autofree char *base = s->base;

    if (ok)
        finish(s, title);
    else if (error_is(*error, ERROR_NOT_FOUND)) {
        g_string_truncate(out, 0);
        control__html_text(out, (*error)->message);
        g_clear_error(error);
        finish(s, "Not found");
        s->op->status = 404;
        ok = true;
    }
    return ok;
}

static char *moment(int64_t ms)
{
    return ms == TIME_NONE ? NULL : date_timestamp(ms);
}

void control__sheet_moment(struct sheet *s, const char *name, int64_t ms)
{
    g_autofree char *text = moment(ms);

    control__html_fact(s->out, name, NULL, text);
}

static void cell_moment(struct sheet *s, int64_t ms)
{
    g_autofree char *text = moment(ms);

    control__html_cell(s->out, NULL, text);
}

/* ---- plans and runs ---- */

static void add_works(struct sheet *s, const char *title, const GPtrArray *works)
{
    static const char *const columns[] = {"Id", "Status", "Started", "Ended", "Asked for by", NULL};

    control__html_table(s->out, title, columns);
    for (guint i = 0; i < works->len; i++) {
        const struct state_work *w = works->pdata[i];
        g_autofree char *link = control__work_link(s->base, w->kind, w->environment, w->uid, false);

        control__html_row(s->out);
        control__html_cell(s->out, link, w->uid);
        control__html_cell(s->out, NULL, work_status_names[w->status]);
        cell_moment(s, w->started_ms);
        cell_moment(s, w->ended_ms);
        control__html_cell(s->out, NULL, w->user ? w->user : w->trigger);
    }
    control__html_end(s->out);
}

bool control__sheet_works(struct sheet *s, const char *environment, int kind, const char *title,
                          GError **error)
{
    struct state_work_filter f = {.kind = kind, .environment = environment, .limit = MOST_WORKS};
    g_autoptr(GPtrArray) works = state_search_works(s->c->state, s->op->project, &f, error);

    if (works)
        add_works(s, title, works);
    return works != NULL;
}

/* ---- evaluations ---- */

void control__sheet_batches(struct sheet *s, const GPtrArray *batches)
{
    static const char *const columns[] = {"Evaluation", "Model", "Status", "From",
                                          "To",         "Ended", "Rows",   NULL};

    control__html_table(s->out, "Evaluations", columns);
    for (guint i = 0; i < batches->len; i++) {
        const struct state_batch *b = batches->pdata[i];
        g_autofree char *link = control__batch_link(s->base, b, false);
        g_autofree char *id = g_strdup_printf("%" G_GINT64_FORMAT, b->id);
        g_autofree char *rows = b->rows < 0 ? NULL : g_strdup_printf("%" G_GINT64_FORMAT, b->rows);

        control__html_row(s->out);
        control__html_cell(s->out, link, id);
        control__html_cell(s->out, NULL, b->name);
        control__html_cell(s->out, NULL, work_status_names[b->status]);
        cell_moment(s, b->start_ms);
        cell_moment(s, b->end_ms);
        cell_moment(s, b->ended_ms);
        control__html_cell(s->out, NULL, rows);
    }
    control__html_end(s->out);
}

static void add_audits(struct sheet *s, const GPtrArray *batches)
{
    static const char *const columns[] = {"Audit", "Model", "Status", "Rows that fail", NULL};

    control__html_table(s->out, "Audits", columns);
    for (guint i = 0; i < batches->len; i++) {
        const struct state_batch *b = batches->pdata[i];
        g_autofree char *link = control__batch_link(s->base, b, true);

        for (guint k = 0; k < b->audits->len; k++) {
            const struct wire_audit *a = b->audits->pdata[k];
            g_autofree char *count = g_strdup_printf("%" G_GINT64_FORMAT, a->count);

            control__html_row(s->out);
            control__html_cell(s->out, link, a->name);
            control__html_cell(s->out, NULL, b->name);
            control__html_cell(s->out, NULL, work_status_names[a->status]);
            control__html_cell(s->out, NULL, count);
        }
    }
    control__html_end(s->out);
}

static void add_batch(struct sheet *s, const struct state_batch *b)
{
    g_autoptr(GPtrArray) one = g_ptr_array_new();

    g_ptr_array_add(one, (void *)b);
    control__html_facts(s->out);
    control__html_fact(s->out, "Model", NULL, b->name);
    control__html_fact(s->out, "Status", NULL, work_status_names[b->status]);
    control__sheet_moment(s, "Fills from", b->start_ms);
    control__sheet_moment(s, "To", b->end_ms);
    control__sheet_moment(s, "Started", b->started_ms);
    control__sheet_moment(s, "Ended", b->ended_ms);
    control__html_fact(s->out, "Executor", NULL, b->executor);
    control__html_end(s->out);
    if (b->error)
        control__html_pre(s->out, "Error", b->error);
    if (b->audits->len > 0)
        add_audits(s, one);
    control__html_pre(s->out, "Log", b->log->str);
}

/* The evaluation that the address names; it must be one of this plan or run. */
static bool show_batch(struct sheet *s, const struct state_work *w, const char *id, GError **error)
{
    struct state_batch_filter f = {.limit = 1, .log_bytes = MAX_TASK_LOG};
    bool number = g_ascii_string_to_signed(id, 10, 1, INT64_MAX, &f.id, NULL);
    g_autoptr(GPtrArray) found =
        number ? state_batches(s->c->state, s->op->project, &f, error) : NULL;
    const struct state_batch *b = found && found->len ? found->pdata[0] : NULL;

    if (number && !found)
        return false;
    if (b && strcmp(b->uid, w->uid) == 0) {
        add_batch(s, b);
        return true;
    }
    g_set_error(error, control_error(), ERROR_NOT_FOUND,
                "There is no evaluation %.100s in this %s.", id, state_work_names[w->kind]);
    return false;
}

static bool list_batches(struct sheet *s, const struct state_work *w, GError **error)
{
    struct state_batch_filter f = {.work = w->id, .ascending = true, .limit = MOST_BATCHES};
    g_autoptr(GPtrArray) batches = state_batches(s->c->state, s->op->project, &f, error);
    const char *tab = control__v1_text(s->op, "tab_summary");

    if (!batches)
        return false;
    if (g_strcmp0(tab, "audits") == 0)
        add_audits(s, batches);
    else
        control__sheet_batches(s, batches);
    if (batches->len == MOST_BATCHES)
        control__html_text(s->out, "There are more; the API has all of them.");
    return true;
}

static void add_work(struct sheet *s, const struct state_work *w)
{
    g_autofree char *environment = control__environment_link(s->base, w->environment);
    g_autofree char *summary = control__work_link(s->base, w->kind, w->environment, w->uid, false);
    g_autofree char *audits = control__work_link(s->base, w->kind, w->environment, w->uid, true);

    control__html_facts(s->out);
    control__html_fact(s->out, "Environment", environment, w->environment);
    control__html_fact(s->out, "Status", NULL, work_status_names[w->status]);
    control__sheet_moment(s, "Started", w->started_ms);
    control__sheet_moment(s, "Ended", w->ended_ms);
    control__sheet_moment(s, "Execution time", w->execution_ms);
    control__html_fact(s->out, "Asked for by", NULL, w->user ? w->user : w->trigger);
    control__html_fact(s->out, "Evaluations", summary, "all");
    control__html_fact(s->out, "Audits", audits, "all");
    control__html_end(s->out);
    if (w->error)
        control__html_pre(s->out, "Error", w->error);
}

static bool work_page(struct control *c, struct op *op, int kind, GError **error)
{
    const char *environment = http_param(op->call, "environment");
    const char *id = http_param(op->call, "id"), *batch = control__v1_text(op, "evaluation_id");
    g_autofree char *title = g_strdup_printf("%s %s", kind == WORK_PLAN ? "Plan" : "Run", id);
    g_autoptr(state_work) w = NULL;
    struct sheet s;
    bool ok;

    control__sheet_begin(&s, c, op);
    w = state_find_work(c->state, op->project, kind, id, error);
    ok = w != NULL;
    if (ok && strcmp(w->environment, environment) != 0) {
        g_set_error(error, control_error(), ERROR_NOT_FOUND, "There is no %s %.100s on %.100s.",
                    state_work_names[kind], id, environment);
        ok = false;
    }
    if (ok) {
        add_work(&s, w);
        ok = batch ? show_batch(&s, w, batch, error) : list_batches(&s, w, error);
    }
    return control__sheet_end(&s, ok, title, error);
}

bool control__plan_page(struct control *c, struct op *op, GError **error)
{
    return work_page(c, op, WORK_PLAN, error);
}

bool control__run_page(struct control *c, struct op *op, GError **error)
{
    return work_page(c, op, WORK_RUN, error);
}
