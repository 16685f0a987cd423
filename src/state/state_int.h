/* state_int.h -- shared by the files of state/ alone. */
#ifndef HEDDLE_STATE_STATE_INT_H
#define HEDDLE_STATE_STATE_INT_H

#include "state/state.h"

struct state {
    struct db *db;
    GHashTable *projects; /* path -> int64_t */
    struct recent *recent;
};

/* recent.c */
struct recent *state__recent_new(void);
void state__recent_free(struct recent *r);
/* Borrowed until the next of these calls; without intervals, and with its definition or without.
 * NULL: it must be read. */
struct state_snapshot *state__recall(struct recent *r, int64_t id, const char *name,
                                     const char *identifier);
/* Takes it; without a definition. The same. */
struct state_snapshot *state__remember(struct recent *r, struct state_snapshot *one);
void state__define(struct recent *r, struct state_snapshot *one, json_t *definition); /* takes it */
void state__forget_all(struct recent *r);

/* To the one row a statement must have; none is an error. */
bool state__first(struct db_rows *rows, GError **error) MUST_CHECK;
/* Columns id, info, definition as a snapshot, without intervals. */
/* Snapshots of all rows; and a column of int64_t. NULL for no rows, which have their error already.
 */
GPtrArray *state__read_snapshots(struct db_rows *rows, GError **error) MUST_CHECK;
GArray *state__read_ids(struct db_rows *rows, GError **error) MUST_CHECK;
/* Append the audits of an attempt, a JSON list of wire_audit or NULL. */
void state__read_audits(GPtrArray *out, const char *text);
/* Was the loop over rows ended by an error? Hands it on. */
bool state__ended_well(GError *why, GError **error);

#endif
