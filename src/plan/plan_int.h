/* plan_int.h -- what the steps of building a plan share; for src/plan/ only. */
#ifndef HEDDLE_PLAN_PLAN_INT_H
#define HEDDLE_PLAN_PLAN_INT_H

#include "plan/plan.h"

/* What a changed snapshot was found to be. */
struct nature {
    int category;      /* CATEGORY_NONE: a person must say */
    bool forward_only; /* keeps the table it has */
};

struct plan_inside {
    struct plan_state state;
    char *environment;                   /* its name, sanitized */
    const struct wire_environment *base; /* what the difference is taken against; NULL: nothing */
    GHashTable *known;       /* "name identifier" -> const struct wire_snapshot *: stored ones */
    GHashTable *by_name;     /* name -> struct wire_snapshot *: the plan's */
    GHashTable *before;      /* name -> const struct wire_snapshot *: the base's */
    GHashTable *items;       /* name -> struct plan_item * */
    GHashTable *fresh;       /* set of names: snapshots that are not stored yet */
    GHashTable *natures;     /* name -> struct nature *: of what is fresh */
    GHashTable *above;       /* categories.c: name -> what is new above it */
    GHashTable *choices;     /* name -> category, as a person said */
    GHashTable *restate;     /* set of names to restate; NULL: nothing was asked for */
    GHashTable *backfill;    /* set of names: only these and what they read is filled; NULL: all */
    GHashTable *filled;      /* `backfill` with everything above; NULL: all */
    GHashTable *ends;        /* name -> int64_t *: how far prod is filled */
    GPtrArray *restatements; /* of struct wire_restatement */
    GPtrArray *bounds;       /* of struct wire_restatement: a row a model to fill */
    bool end_given;          /* by a person */
    int64_t default_start_ms, default_end_ms; /* from how far prod is filled; TIME_NONE */
    bool selected;                            /* `backfill` was asked for by a person */
};

/* plan.c: everything that follows from categories: versions, what is missing */
bool plan__settle(struct plan *p, GError **error) MUST_CHECK;

/* stored.c */
const struct wire_snapshot *plan__known(const struct plan *p, const char *name,
                                        const char *identifier);
bool plan__is_fresh(const struct plan *p, const char *name);
void plan__index_state(struct plan *p);
/* Fill p->snapshots: the project's, or for a restatement the environment's. */
bool plan__take_snapshots(struct plan *p, GError **error) MUST_CHECK;
void plan__add_local(struct plan *p, const struct wire_snapshot *local);
void plan__add_stored(struct plan *p, const struct wire_snapshot *stored);
/* selected.c */
bool plan__take_selected(struct plan *p, GError **error) MUST_CHECK;

/* difference.c */
void plan__compare(struct plan *p);
bool plan__check_references(const struct plan *p, GError **error) MUST_CHECK;
bool plan__statements_differ(const struct plan *p);
const struct plan_item *plan__item(const struct plan *p, const char *name);
/* Does the model itself say that its changes go forward only? */
bool plan__is_forward_only_model(const struct plan *p, const struct wire_snapshot *s);

/* change.c: is the change from one definition to the other breaking? */
enum verdict { VERDICT_NON_BREAKING, VERDICT_UNKNOWN };
enum verdict plan__judge_change(const struct plan *p, const struct plan_item *item);
bool plan__is_breaking_kind_change(const struct wire_snapshot *before,
                                   const struct wire_snapshot *after);
/* "sql", "seed", "python" or "external": what the configuration's modes are named after. */
const char *plan__source_type(const struct plan *p, const struct wire_snapshot *s);

/* categories.c */
void plan__categorize(struct plan *p);
/* versions.c */
void plan__set_version(struct plan *p, struct wire_snapshot *s, const struct wire_snapshot *before,
                       const struct nature *nature);

/* times.c */
bool plan__read_times(struct plan *p, GError **error) MUST_CHECK;
bool plan__check_times(const struct plan *p, GError **error) MUST_CHECK;
/* After the difference: the start of previews, how far prod is filled. */
bool plan__default_times(struct plan *p, GError **error) MUST_CHECK;
bool plan__previews(const struct plan *p);

/* backfill.c */
bool plan__select_backfill(struct plan *p, GError **error) MUST_CHECK;
bool plan__find_ends(struct plan *p, GError **error) MUST_CHECK;
bool plan__set_bounds(struct plan *p, GError **error) MUST_CHECK;
/* restate.c */
/* The models that patterns name, of which there is one at least. g_strfreev(). */
char **plan__select(const struct plan *p, char **patterns, GError **error) MUST_CHECK;
bool plan__select_restated(struct plan *p, GError **error) MUST_CHECK;
bool plan__restate(struct plan *p, GError **error) MUST_CHECK;

/* audits.c */
/* Append struct wire_restatement: metadata changes whose audits are others. */
void plan__list_audits(const struct plan *p, GPtrArray *out);

/* shown.c */
extern const char *const plan__category_words[];
char *plan__display(const struct plan *p, const char *name);
/* Intervals as people read them: "2024-01-01 - 2024-01-31, …"; "full refresh", "recreate view". */
char *plan__missing_text(const struct schedule_item *item);
/* Names of CHANGE_INDIRECT items below a changed one, sorted. Caller unrefs. */
GPtrArray *plan__children(const struct plan *p, const char *name);
/* The difference of two definitions for people; NULL: none. g_free(). */
char *plan__definition_diff(const struct plan_item *item);
/* Is more than data different: owner, description, …? */
bool plan__metadata_differs(const struct plan_item *item);

#endif
