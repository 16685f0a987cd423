/* Addresses of the pages about environments, models, plans, runs and evaluations. */
#include "control/api_v1.h"

static char *escaped(const char *text)
{
    return g_uri_escape_string(text, NULL, FALSE);
}

char *control__project_link(const struct control *c, const struct op *op)
{
    g_autofree char *organisation = escaped(http_param(op->call, "org"));
    g_autofree char *project = escaped(http_param(op->call, "project"));

    return g_strdup_printf("%s/sqlmesh/%s/%s", c->issuer, organisation, project);
}

char *control__environment_link(const char *base, const char *environment)
{
    g_autofree char *name = escaped(environment);

    return g_strdup_printf("%s/environments/%s", base, name);
}

static char *work_path(const char *base, int kind, const char *environment, const char *uid)
{
    g_autofree char *at = control__environment_link(base, environment);

    return g_strdup_printf("%s/%ss/%s", at, state_work_names[kind], uid);
}

char *control__work_link(const char *base, int kind, const char *environment, const char *uid,
                         bool audits)
{
    g_autofree char *path = work_path(base, kind, environment, uid);

    return g_strdup_printf("%s?tab=summary&tab_summary=%s", path,
                           audits              ? "audits"
                           : kind == WORK_PLAN ? "diff-changes"
                                               : "executions");
}

char *control__batch_link(const char *base, const struct state_batch *b, bool log)
{
    g_autofree char *path = work_path(base, b->kind, b->environment, b->uid);
    g_autofree char *name = escaped(b->name);

    return g_strdup_printf("%s?tab=explore&model_name=%s&evaluation_id=%" G_GINT64_FORMAT
                           "&tab_model_evaluation=definition&tab_evaluation=%s",
                           path, name, b->id, log ? "log" : "overview");
}

char *control__model_link(const char *base, const char *environment,
                          const struct wire_snapshot *snapshot)
{
    g_autofree char *at = control__environment_link(base, environment);
    g_autofree char *name = escaped(snapshot->name);
    g_autofree char *version =
        escaped(snapshot->version ? snapshot->version : snapshot->identifier);

    return g_strdup_printf("%s/models/%s?version=%s", at, name, version);
}
