/* The whole state into a file and back: beside servers, without them, from one database to another.
 */
#include "control/neighbours.h"

#include "db/dump.h"
#include "queue/queue.h"
#include "state/state.h"

#include <string.h>

static const struct db_schema *const schemas[] = {&auth_schema, &queue_schema, &state_schema, NULL};

bool control_state_is_there(const char *state_url, GError **error)
{
    const char *path =
        g_str_has_prefix(state_url, "sqlite:") ? state_url + strlen("sqlite:") : NULL;

    if (!path || g_file_test(path, G_FILE_TEST_EXISTS))
        return true;
    g_set_error(error, control_error(), ERROR_NOT_FOUND, "There is no state %s.", path);
    error_hint(error, "give --state as the server got it.");
    return false;
}

bool control_backup(const char *state_url, FILE *out, int64_t *rows, GError **error)
{
    g_autoptr(db) db = control_state_is_there(state_url, error) ? db_open(state_url, error) : NULL;
    struct db_dump_counts counts;

    if (!db || !db_dump(db, db_now_ms(db), out, &counts, error))
        return false;
    *rows = counts.rows;
    return true;
}

static bool check_servers(struct db *db, GError **error)
{
    bool yes;

    if (!control__find_living(db, db_now_ms(db), &yes, error))
        return false;
    if (!yes)
        return true;
    g_set_error(error, control_error(), ERROR_BUSY, "A server is at work on this state.");
    error_hint(error, "stop all of them first.");
    return false;
}

static bool load(struct db *db, const struct control_restore *r, int64_t *rows, GError **error)
{
    struct db_load with = {schemas, r->name, r->replace};
    struct db_dump_counts counts;

    if (!check_servers(db, error) || !db_load(db, &with, r->in, &counts, error) ||
        !state_leave_duties(db, NULL, error))
        return false;
    *rows = counts.rows;
    return true;
}

bool control_restore(const char *state_url, const struct control_restore *restore, int64_t *rows,
                     GError **error)
{
    g_autoptr(db) db = db_open_alone(state_url, error);

    if (!db || !db_begin(db, error))
        return false;
    if (load(db, restore, rows, error) && db_commit(db, error))
        return true;
    db_rollback(db);
    return false;
}
