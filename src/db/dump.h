/* dump.h -- a whole state as text, to keep it or to move it from one kind of database to another.
 *
 * The text is lines of JSON, the same for every engine:
 *     {"format": "heddle-state", "version": 1, "made_ms": …, "modules": {"queue": 2, …}}
 *     {"table": "task", "columns": ["id", …], "next_id": 124}      next_id: if ids are counted
 *     [123, 1, null, "text", 0.5]                                  its rows; bytes as base64
 *     {"end": true, "tables": 20, "rows": 4711, "sha256": "…"}     of all bytes before this line
 * `modules` are the versions of the tables (struct db_schema), so that a dump of an older version
 * is loaded as it was and then brought up to date. A file without its last line, or with another
 * digest, is refused.
 */
#ifndef HEDDLE_DB_DUMP_H
#define HEDDLE_DB_DUMP_H

#include "db/db.h"

#include <stdio.h>

struct db_dump_counts {
    int64_t tables, rows;
};

/* Write every table as it is at one moment; servers go on meanwhile. `now_ms` is noted in it.
 * ERROR_NOT_FOUND when there are no tables. */
bool db_dump(struct db *db, int64_t now_ms, FILE *out, struct db_dump_counts *counts,
             GError **error) MUST_CHECK;

struct db_load {
    const struct db_schema *const *schemas; /* ends with NULL: all that the database may hold */
    const char *name;                       /* of the file, for errors */
    bool replace;                           /* what is in the database is given up */
};
/* Inside the caller's transaction: make the tables, fill them, bring them up to date. When it fails
 * a rollback leaves everything as it was. ERROR_CONFLICT when the database holds rows and `replace`
 * is not set, ERROR_INVALID with the line for a file that is not whole, ERROR_INVALID for one of a
 * newer version. */
bool db_load(struct db *db, const struct db_load *load, FILE *in, struct db_dump_counts *counts,
             GError **error) MUST_CHECK;

#endif
