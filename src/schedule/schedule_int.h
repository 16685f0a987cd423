/* schedule_int.h -- what the steps of a schedule share; for src/schedule/ only. */
#ifndef HEDDLE_SCHEDULE_SCHEDULE_INT_H
#define HEDDLE_SCHEDULE_SCHEDULE_INT_H

#include "schedule/schedule.h"

/* Snapshots by name, with what was read from their columns. */
struct almanac {
    int64_t now_ms;
    GHashTable *by_name; /* snapshot name -> struct wire_snapshot, borrowed */
    GHashTable *crons;   /* "expression zone" -> struct cron */
    GHashTable *starts;  /* "name moment" -> int64_t * */
};
typedef struct almanac almanac;

struct almanac *schedule__almanac(const GPtrArray *snapshots, int64_t now_ms);
void schedule__almanac_free(struct almanac *a);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(almanac, schedule__almanac_free)

/* Borrowed; NULL and an error that names the model. */
const struct cron *schedule__cron(struct almanac *a, const struct wire_snapshot *s,
                                  GError **error) MUST_CHECK;
bool schedule__unit(struct almanac *a, const struct wire_snapshot *s, enum interval_unit *unit,
                    GError **error) MUST_CHECK;
/* A snapshot's start; without one anywhere the tick before the last one at `seen_from`. */
bool schedule__start(struct almanac *a, const struct wire_snapshot *s, int64_t seen_from,
                     int64_t *start_ms, GError **error) MUST_CHECK;
/* The snapshot's own end: the moment itself and, for a whole day, its end. TIME_NONE: none. */
bool schedule__end(struct almanac *a, const struct wire_snapshot *s, int64_t *moment_ms,
                   int64_t *end_ms, GError **error) MUST_CHECK;
/* Parents before children; of struct wire_snapshot, borrowed. Caller unrefs. */
GPtrArray *schedule__sorted(struct almanac *a, const GPtrArray *snapshots);

/* What limits the search for missing intervals of one snapshot. */
struct search {
    int64_t start_ms, end_ms; /* end exclusive */
    int64_t execution_ms;
    bool ignore_cron, end_bounded;
    const struct intervals *have;
};
/* The units in the range that are not filled, lookback included. Never NULL on success. */
struct intervals *schedule__missing(struct almanac *a, const struct wire_snapshot *s,
                                    const struct search *search, GError **error) MUST_CHECK;
/* Cut what is missing into batches; of struct interval. */
GArray *schedule__batches(const struct wire_snapshot *s, enum interval_unit unit,
                          const struct intervals *missing);

/* Which of a development environment's snapshots write the table prod will use. */
struct deployability {
    bool deployable;     /* what it writes can become prod's */
    bool representative; /* it is read from prod's table even so */
    bool frozen;         /* ... and would be filled from the wrong start here */
};
/* snapshot name -> struct deployability; NULL and an error. */
GHashTable *schedule__deployability(struct almanac *a, const GPtrArray *sorted,
                                    const struct schedule_request *request,
                                    GError **error) MUST_CHECK;
/* May it only be restated as a whole (FULL, VIEW, unique key, SCD, …)? */
bool schedule__is_one_history(int kind);
/* Intervals that count as filled in the table the item uses. Caller frees. */
struct intervals *schedule__filled(const struct wire_snapshot *s, bool deployable);

#endif
