/* What a plan shows and asks, in SQLMesh's words. */
#include "cli/cli_int.h"

#include "schedule/names.h"

#include <string.h>

void cli__show_changes(const struct plan *p, bool with_diff)
{
    g_autofree char *summary = plan_summary(p, with_diff);

    fputs(summary, stdout);
    fflush(stdout);
}

void cli__show_backfill(const struct plan *p)
{
    g_autofree char *backfill = plan_backfill_summary(p);

    fputs(backfill, stdout);
    fflush(stdout);
}

static char *display(const struct plan *p, const char *fqn)
{
    return names_display(fqn, p->project->default_catalog, p->options.environment,
                         p->project->config->suffix_target);
}

/* What each category means for a model of this kind. */
static int choose_category(const struct plan *p, const struct wire_snapshot *s)
{
    static const int categories[] = {CATEGORY_NONE, CATEGORY_BREAKING, CATEGORY_NON_BREAKING};
    g_autofree char *name = display(p, s->name);
    const char *verb = s->kind == KIND_VIEW ? "replace" : "compute";
    g_autofree char *own =
        schedule_has_table(s->kind) ? g_strdup_printf("%s %s, and ", verb, name) : g_strdup("");
    g_autofree char *breaking = g_strdup_printf("[Breaking] %scompute what reads it anew", own);
    g_autofree char *non_breaking =
        g_strdup_printf("[Non-breaking] %sleave what reads it as it is", own);
    const char *const choices[] = {breaking, non_breaking};

    fprintf(stderr, "\nDirectly Modified: %s\n", name);
    return categories[cli__choose(choices, 2)];
}

/* The first change nobody has decided on; NULL: none. */
static const struct plan_item *undecided(const struct plan *p)
{
    for (guint i = 0; i < p->items->len; i++) {
        const struct plan_item *item = p->items->pdata[i];

        if (item->change == CHANGE_DIRECT && !item->categorized)
            return item;
    }
    return NULL;
}

static int decline_undecided(const struct plan *p, GError **error)
{
    const struct plan_item *item = undecided(p);
    g_autofree char *name = display(p, item->snapshot->name);

    g_set_error(error, cli_error(), ERROR_INVALID,
                "Whether the change of %s is breaking must be said by a person.", name);
    error_hint(error, "plan at a terminal without --no-prompts, or leave out "
                      "--no-auto-categorization.");
    return CLI_DECLINED;
}

int cli__categorize(struct plan *p, const struct cli_asking *asking, GError **error)
{
    const struct plan_item *item;

    while ((item = undecided(p))) {
        int category;

        if (!asking->may_ask)
            return decline_undecided(p, error);
        if ((category = choose_category(p, item->snapshot)) == CATEGORY_NONE)
            return decline_undecided(p, error);
        if (!plan_set_category(p, item->snapshot->name, category, error))
            return CLI_FAILED;
        if (item == undecided(p)) {
            g_set_error(error, cli_error(), ERROR_FAILED, "%s took no category.",
                        item->snapshot->name);
            return CLI_FAILED;
        }
    }
    return CLI_GO;
}

static bool has_backfill(const struct plan *p)
{
    if (p->options.skip_backfill || p->options.empty_backfill)
        return false;
    for (guint i = 0; i < p->schedule->items->len; i++) {
        const struct schedule_item *item = p->schedule->items->pdata[i];

        if (intervals_count(item->missing) > 0)
            return true;
    }
    return false;
}

/* The choices made so far, to be made again on a plan that is built anew. */
static GHashTable *choices_of(const struct plan *p)
{
    GHashTable *out = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);

    for (guint i = 0; i < p->items->len; i++) {
        const struct plan_item *item = p->items->pdata[i];

        if (item->change == CHANGE_DIRECT && item->categorized)
            g_hash_table_insert(out, g_strdup(item->snapshot->name),
                                GINT_TO_POINTER(item->category));
    }
    return out;
}

static bool choose_again(struct plan *p, GHashTable *choices, GError **error)
{
    for (guint i = 0; i < p->items->len; i++) {
        const struct plan_item *item = p->items->pdata[i];
        int category = item->change == CHANGE_DIRECT && !item->categorized
                           ? GPOINTER_TO_INT(g_hash_table_lookup(choices, item->snapshot->name))
                           : CATEGORY_NONE;

        if (category != CATEGORY_NONE &&
            !plan_set_category(p, item->snapshot->name, category, error))
            return false;
    }
    return true;
}

int cli__ask_dates(struct cli *cli, struct cli_prepared *d, struct plan_options *options,
                   GError **error)
{
    g_autofree char *start = NULL, *end = NULL;
    g_autoptr(GHashTable) choices = choices_of(d->plan);

    if (!has_backfill(d->plan) || !(d->plan->is_dev || options->restate_models))
        return CLI_GO;
    if (!options->start)
        start = cli__ask(
            "First day to compute (2026-01-31, 1 week ago; empty: each model's own start)");
    if (!options->end)
        end = cli__ask("Last day to compute (empty: up to now)");
    if ((!start || !*start) && (!end || !*end))
        return CLI_GO;
    if (start && *start)
        options->start = g_intern_string(start);
    if (end && *end)
        options->end = g_intern_string(end);
    if (!cli__build_plan(cli, d, options, error) || !choose_again(d->plan, choices, error))
        return CLI_FAILED;
    cli__show_backfill(d->plan);
    return CLI_GO;
}

int cli__ask_apply(const struct plan *p, const struct cli_asking *asking, GError **error)
{
    const char *question = !has_backfill(p)                       ? "Apply - Virtual Update"
                           : p->is_dev && p->options.forward_only ? "Apply - Preview Tables"
                                                                  : "Apply - Backfill Tables";

    if (asking->auto_apply)
        return CLI_GO;
    if (asking->may_ask)
        return cli__confirm(question) ? CLI_GO : CLI_DECLINED;
    g_set_error_literal(error, cli_error(), ERROR_INVALID,
                        "The plan was not applied: there is nobody to ask.");
    error_hint(error, "say --auto-apply to apply it without a question (with --no-prompts to ask "
                      "nothing at all), or --dry-run to see it only.");
    return CLI_DECLINED;
}
