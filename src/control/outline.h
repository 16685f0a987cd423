/* outline.h -- an environment's snapshots with their schedule, and tasks made of it. Shared by the
 * files of control/ alone. */
#ifndef HEDDLE_CONTROL_OUTLINE_H
#define HEDDLE_CONTROL_OUTLINE_H

#include "control/control_int.h"

struct outline {
    GPtrArray *members;   /* of struct state_snapshot */
    GPtrArray *snapshots; /* of struct wire_snapshot, borrowed from members */
    GHashTable *by_name;  /* name -> struct state_snapshot */
    GHashTable *subjects; /* set of names that are written down as the work's subjects */
    struct schedule *schedule;
};
typedef struct outline outline;
struct outline *control__outline(struct control *c, int64_t project,
                                 const struct wire_environment *e, GError **error) MUST_CHECK;
bool control__outline_schedule(struct outline *o, struct schedule_request *request,
                               GError **error) MUST_CHECK;
void control__outline_free(struct outline *o);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(outline, control__outline_free)
const struct schedule_item *control__item(const struct outline *o, const char *name);
struct state_table control__table(int64_t project, const struct wire_snapshot *s, bool deployable);
/* The physical table's name as one text. g_free(). */
char *control__table_text(const struct wire_snapshot *s, bool deployable);
/* What tasks that write this table have as their target. g_free(). */
char *control__target(int64_t project, const struct wire_snapshot *s, bool deployable);
/* What tasks of a work have in common. */
struct task_maker {
    struct control *c;
    const struct state_work *work;
    const struct wire_environment *environment;
    const struct outline *outline;
    int class;
    int64_t priority;
    GArray *ids;       /* of int64_t: tasks made so far */
    GHashTable *gates; /* what many tasks wait for, as bytes -> int64_t: the gate for it */
};
bool control__make_tasks(struct task_maker *m, const GPtrArray *tasks, GError **error) MUST_CHECK;
bool control__add_subject(const struct task_maker *m, const char *name, GError **error) MUST_CHECK;
/* Tasks that drop views, after `after`; `views` of struct wire_demotion. */
struct demotion {
    int64_t snapshot;
    char *name, *gateway;
    struct wire_table *view;
    bool owns_schema; /* the schema is the environment's, too */
};
void control__demotion_free(struct demotion *d);
/* Has the environment statements before_all, or after_all (`which`)? */
bool control__has_statements(const struct wire_environment *e, const char *which);
bool control__make_demotions(struct task_maker *m, const GPtrArray *demotions, GArray *after,
                             GError **error) MUST_CHECK;

#endif
