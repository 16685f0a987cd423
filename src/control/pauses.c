/* Pauses: an environment, or models of it with all that read them, off the cadence. */
#include "control/api_v1.h"
#include "control/neighbours.h"
#include "control/outline.h"

static const char *who_asks(const struct op *op)
{
    const struct auth_identity *who = http_user(op->call);

    return who->name ? who->name : who->subject;
}

bool control__pause(struct control *c, struct op *op, GError **error)
{
    return state_pause(c->state, op->project, http_param(op->call, "name"), who_asks(op), error);
}

bool control__resume(struct control *c, struct op *op, GError **error)
{
    const char *name = http_param(op->call, "name");

    control__look_again(c, op->project, name);
    return state_pause(c->state, op->project, name, NULL, error);
}

/* The model's full name; borrowed of `snapshots`. */
static const char *find_model(struct control *c, const struct op *op, GPtrArray **snapshots,
                              GError **error)
{
    const char *environment = http_param(op->call, "name");
    g_autoptr(wire_environment) e = NULL;
    g_autoptr(GHashTable) models = NULL;
    const struct wire_snapshot *s;

    if (!control__v1_environment(c, op->project, environment, &e, error) ||
        !(*snapshots = state_member_snapshots(c->state, op->project, environment, error)))
        return NULL;
    models = control__v1_models(*snapshots);
    s = control__v1_model(models, http_param(op->call, "model"), error);
    return s ? s->name : NULL;
}

bool control__pause_model(struct control *c, struct op *op, GError **error)
{
    g_autoptr(GPtrArray) snapshots = NULL;
    const char *name = find_model(c, op, &snapshots, error);

    return name && state_pause_model(c->state, op->project, http_param(op->call, "name"), name,
                                     who_asks(op), error);
}

bool control__resume_model(struct control *c, struct op *op, GError **error)
{
    g_autoptr(GPtrArray) snapshots = NULL;
    const char *environment = http_param(op->call, "name");
    const char *name = find_model(c, op, &snapshots, error);

    if (name)
        control__look_again(c, op->project, environment);
    return name && state_pause_model(c->state, op->project, environment, name, NULL, error);
}

static bool reads_any(const struct wire_snapshot *s, GHashTable *names)
{
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];

        if (g_hash_table_contains(names, id->name))
            return true;
    }
    return false;
}

bool control__leave_out_paused(struct control *c, const struct state_place *place,
                               const struct outline *o, GError **error)
{
    g_autoptr(GHashTable) out =
        state_paused_models(c->state, place->project, place->environment, error);

    if (!out || g_hash_table_size(out) == 0)
        return out != NULL;
    for (guint i = 0; i < o->schedule->items->len; i++) {
        struct schedule_item *item = o->schedule->items->pdata[i];
        const char *name = item->snapshot->name;

        if (!g_hash_table_contains(out, name) && !reads_any(item->snapshot, out))
            continue;
        if (!g_hash_table_contains(out, name))
            g_hash_table_insert(out, g_strdup(name), NULL);
        g_array_set_size(item->batches, 0);
    }
    return true;
}
