/* plan.h -- the data engineer's side of a plan: difference, categories, missing intervals, summary.
 *
 * plan_build() compares a loaded project with the state the control plane answered and decides for
 * each changed model a category (SQLMesh's rules), a version, and what is missing. Nothing is sent:
 * plan_message() is what the CLI posts.
 * Source: SQLMesh, "Plans"; the observed cases are in docs/internals/plan.md.
 */
#ifndef HEDDLE_PLAN_PLAN_H
#define HEDDLE_PLAN_PLAN_H

#include "project/project.h"
#include "schedule/schedule.h"

ERROR_DOMAIN(plan)

struct plan_options {
    const char *environment;                  /* "prod" */
    const char *start, *end, *execution_time; /* as typed, or NULL */
    char **restate_models;                    /* selectors, or NULL */
    char **select_models, **backfill_models;  /* selectors, or NULL */
    const char *create_from;                  /* "prod" */
    bool skip_backfill, empty_backfill, forward_only, include_unmodified, no_auto_categorization;
    bool effective_now;
    bool enable_preview;
    int64_t min_intervals;
    const char *user;
    int64_t now_ms;
};

/* What the control plane answered before. Borrowed. */
struct plan_state {
    const struct wire_environment *environment; /* NULL: there is none of this name */
    const struct wire_environment *base;        /* create_from's, when `environment` is NULL */
    const struct wire_environment *prod;        /* prod with its snapshots, for how far its models
                                                   are filled; NULL: taken from the others */
    const struct wire_snapshots *known;         /* stored snapshots of the project's ids and of the
                                                   environment's, with versions and intervals, those
                                                   of changed models with definitions */
};

enum plan_change { CHANGE_ADDED, CHANGE_REMOVED, CHANGE_DIRECT, CHANGE_INDIRECT, CHANGE_METADATA };

struct plan_item {
    enum plan_change change;
    struct wire_snapshot *snapshot;     /* the new one; NULL when removed; borrowed */
    const struct wire_snapshot *before; /* NULL when added; borrowed */
    bool categorized; /* false: a person must choose breaking or not (no automatic answer) */
    int category;     /* enum change_category: the nature of the change, also of a forward-only one
                         (whose snapshot says CATEGORY_FORWARD_ONLY) */
};

struct plan_inside; /* for src/plan/ only */

struct plan {
    const struct project *project;
    struct plan_options options;
    GPtrArray *items;          /* of struct plan_item, in the graph's order */
    GPtrArray *snapshots;      /* of struct wire_snapshot: the environment as it shall be; owned */
    struct schedule *schedule; /* what is missing; rebuilt by plan_set_category */
    bool is_new_environment, is_dev;
    bool has_changes;
    int64_t start_ms, end_ms, execution_ms; /* start and end: TIME_NONE when nobody gave them */
    struct plan_inside *inside;
};

typedef struct plan plan;

/* Which snapshots must the CLI look up before plan_build()? Ids of the project's snapshots and of
 * the environment's members, those aside that are the same on both sides: of them the environment
 * has told all. It may be none. Caller frees. */
struct wire_lookup *plan_needs(const struct project *p, const struct wire_environment *env);
struct plan *plan_build(const struct project *p, const struct plan_options *options,
                        const struct plan_state *state, GError **error) MUST_CHECK;
void plan_free(struct plan *p);
/* A person's choice for a directly changed model; children follow. */
bool plan_set_category(struct plan *p, const char *name, int category, GError **error) MUST_CHECK;
/* Is there anything to do at all? */
bool plan_is_empty(const struct plan *p);

/* The summary as users of SQLMesh know it: models added, removed, directly and indirectly modified,
 * with text diffs; then the models that need backfill with their ranges. g_free(). */
char *plan_summary(const struct plan *p, bool with_diff);
char *plan_backfill_summary(const struct plan *p);
json_t *plan_json(const struct plan *p); /* the same for --json; a new reference */
/* A unified diff of two texts with 3 lines of context, as `diff -u` prints its hunks. g_free(). */
char *plan_text_diff(const char *before, const char *after, const char *name_before,
                     const char *name_after);
/* What is posted. Caller frees. */
struct wire_plan *plan_message(const struct plan *p);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(plan, plan_free)

#endif
