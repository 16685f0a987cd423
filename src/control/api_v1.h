/* api_v1.h -- the public API (api/v1), and the addresses of the pages that its answers name. */
#ifndef HEDDLE_CONTROL_API_V1_H
#define HEDDLE_CONTROL_API_V1_H

#include "control/control_int.h"
#include "wire/api_v1.h"

enum { CONTROL_V1_MOST = 10000 }; /* so many things of a list at most */

/* links.c: addresses of pages. `base` is that of a project; g_free() all. */
char *control__project_link(const struct control *c, const struct op *op);
char *control__environment_link(const char *base, const char *environment);
char *control__work_link(const char *base, int kind, const char *environment, const char *uid,
                         bool audits);
char *control__batch_link(const char *base, const struct state_batch *b, bool log);
char *control__model_link(const char *base, const char *environment,
                          const struct wire_snapshot *snapshot);

/* params.c: what a query may say. An empty value is none; ERROR_INVALID for what cannot be read. */
const char *control__v1_text(const struct op *op, const char *name);
bool control__v1_flag(const struct op *op, const char *name, bool *out, GError **error) MUST_CHECK;
bool control__v1_count(const struct op *op, const char *name, int64_t missing, int64_t *out,
                       GError **error) MUST_CHECK;
/* asc or desc; *ascending stays as it is when nothing is given. */
bool control__v1_sort(const struct op *op, const char *name, bool *ascending,
                      GError **error) MUST_CHECK;

/* api_v1_*.c */
/* Snapshots by name, fully qualified and as people write it; borrows them. g_hash_table_unref(). */
GHashTable *control__v1_models(const GPtrArray *snapshots);
/* The environment's model of this name. ERROR_NOT_FOUND. */
const struct wire_snapshot *control__v1_model(GHashTable *models, const char *name,
                                              GError **error) MUST_CHECK;
bool control__v1_environment(struct control *c, int64_t project, const char *name,
                             struct wire_environment **out, GError **error) MUST_CHECK;
bool control__pause_model(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__resume_model(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__v1_restate(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__v1_dag(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__v1_runs(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__v1_run(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__v1_plans(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__v1_plan(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__v1_run_evaluations(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__v1_evaluations(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__v1_evaluation(struct control *c, struct op *op, GError **error) MUST_CHECK;

#endif
