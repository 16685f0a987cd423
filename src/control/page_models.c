/* Pages about environments and their models. */
#include "control/api_v1.h"
#include "control/html.h"
#include "control/pages.h"

#include <string.h>

#define MOST_BATCHES 30

/* ---- an environment ---- */

static void add_environment(struct sheet *s, const struct wire_environment *e)
{
    g_autofree char *plan =
        e->plan_id ? control__work_link(s->base, WORK_PLAN, e->name, e->plan_id, false) : NULL;

    control__html_facts(s->out);
    control__html_fact(s->out, "Plan", plan, e->plan_id);
    control__sheet_moment(s, "Changed", e->finalized_ms);
    control__sheet_moment(s, "Expires", e->expiration_ms);
    control__html_fact(s->out, "Paused by", NULL, e->paused_by);
    control__html_end(s->out);
    if (e->finalized_ms == TIME_NONE)
        control__html_text(s->out, "The last plan on it has not ended well.");
}

static void add_models(struct sheet *s, const char *environment, const GPtrArray *snapshots)
{
    static const char *const columns[] = {"Model", "Kind", "Cron", "Tags", "Owner", NULL};

    control__html_table(s->out, "Models", columns);
    for (guint i = 0; i < snapshots->len; i++) {
        const struct wire_snapshot *m = snapshots->pdata[i];
        g_autofree char *link = control__model_link(s->base, environment, m);
        g_autoptr(GString) tags = g_string_new(NULL);

        for (guint k = 0; k < m->tags->len; k++)
            g_string_append_printf(tags, "%s%s", k ? ", " : "", (const char *)m->tags->pdata[k]);
        control__html_row(s->out);
        control__html_cell(s->out, link, m->name);
        control__html_cell(s->out, NULL, model_kind_names[m->kind]);
        control__html_cell(s->out, NULL, m->cron);
        control__html_cell(s->out, NULL, tags->str);
        control__html_cell(s->out, NULL, m->owner);
    }
    control__html_end(s->out);
}

static bool show_environment(struct sheet *s, const char *name, GError **error)
{
    g_autoptr(wire_environment) e = NULL;
    g_autoptr(GPtrArray) snapshots = NULL;

    if (!control__v1_environment(s->c, s->op->project, name, &e, error) ||
        !(snapshots = state_member_snapshots(s->c->state, s->op->project, name, error)))
        return false;
    add_environment(s, e);
    add_models(s, name, snapshots);
    return control__sheet_works(s, name, WORK_RUN, "Runs", error) &&
           control__sheet_works(s, name, WORK_PLAN, "Plans", error);
}

bool control__environment_page(struct control *c, struct op *op, GError **error)
{
    const char *name = http_param(op->call, "environment");
    g_autofree char *title = g_strdup_printf("Environment %s", name);
    struct sheet s;

    control__sheet_begin(&s, c, op);
    return control__sheet_end(&s, show_environment(&s, name, error), title, error);
}

/* ---- a model ---- */

static void add_parents(struct sheet *s, const char *environment, GHashTable *models,
                        const struct wire_snapshot *m)
{
    static const char *const columns[] = {"Model", NULL};

    control__html_table(s->out, "What it reads", columns);
    for (guint i = 0; i < m->parents->len; i++) {
        const struct wire_snapshot_id *id = m->parents->pdata[i];
        const struct wire_snapshot *parent = control__v1_model(models, id->name, NULL);
        g_autofree char *link = parent ? control__model_link(s->base, environment, parent) : NULL;

        control__html_row(s->out);
        control__html_cell(s->out, link, id->name);
    }
    control__html_end(s->out);
}

static void add_model(struct sheet *s, const char *environment, const struct wire_snapshot *m,
                      const char *paused_by)
{
    g_autofree char *link = control__environment_link(s->base, environment);
    const char *asked = control__v1_text(s->op, "version");

    control__html_facts(s->out);
    control__html_fact(s->out, "Environment", link, environment);
    control__html_fact(s->out, "Description", NULL, m->description);
    control__html_fact(s->out, "Kind", NULL, model_kind_names[m->kind]);
    control__html_fact(s->out, "Written as", NULL, m->source);
    control__html_fact(s->out, "Owner", NULL, m->owner);
    control__html_fact(s->out, "Cron", NULL, m->cron);
    control__html_fact(s->out, "Start", NULL, m->start);
    control__html_fact(s->out, "Version", NULL, m->version);
    control__html_fact(s->out, "Paused by", NULL, paused_by);
    control__html_end(s->out);
    if (asked && g_strcmp0(asked, m->version) != 0 && strcmp(asked, m->identifier) != 0)
        control__html_text(s->out, "The environment has another version of it than you followed a "
                                   "link to.");
}

static bool show_model(struct sheet *s, const char *environment, const char *name, GError **error)
{
    struct state_batch_filter f = {.environment = environment, .name = name, .limit = MOST_BATCHES};
    g_autoptr(wire_environment) e = NULL;
    g_autoptr(GPtrArray) snapshots = NULL, batches = NULL;
    g_autoptr(GHashTable) paused = NULL, models = NULL;
    const struct wire_snapshot *m;

    if (!control__v1_environment(s->c, s->op->project, environment, &e, error) ||
        !(snapshots = state_member_snapshots(s->c->state, s->op->project, environment, error)) ||
        !(models = control__v1_models(snapshots)) ||
        !(m = control__v1_model(models, name, error)) ||
        !(paused = state_paused_models(s->c->state, s->op->project, environment, error)) ||
        !(batches = state_batches(s->c->state, s->op->project, &f, error)))
        return false;
    add_model(s, environment, m, g_hash_table_lookup(paused, m->name));
    add_parents(s, environment, models, m);
    control__sheet_batches(s, batches);
    return true;
}

bool control__model_page(struct control *c, struct op *op, GError **error)
{
    const char *environment = http_param(op->call, "environment");
    const char *name = http_param(op->call, "model");
    g_autofree char *title = g_strdup_printf("Model %s", name);
    struct sheet s;

    control__sheet_begin(&s, c, op);
    return control__sheet_end(&s, show_model(&s, environment, name, error), title, error);
}
