/* check_state.c -- is a project's state sound, and of this program's version? Looked at in a copy,
 * so that nothing is changed. */
#include "local/local_int.h"

#include "auth/auth.h"
#include "base/clock.h"
#include "queue/queue.h"
#include "state/state.h"

#include <glib/gstdio.h>
#include <string.h>
#include <unistd.h>

static bool is_whole(struct db *db, GError **error)
{
    g_autoptr(db_rows) rows = db_query(db, "PRAGMA quick_check(1)", "", error);
    GError *why = NULL;

    if (!rows)
        return false;
    if (db_next(rows, &why) && strcmp(db_string(rows, 0), "ok") == 0)
        return true;
    if (why)
        g_propagate_error(error, why);
    else
        g_set_error(error, local_error(), ERROR_INVALID, "The state database is damaged: %s.",
                    db_string(rows, 0));
    return false;
}

static bool copy_to(struct db *db, const char *path, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(path, "'", -1);
    g_autofree char *quoted = g_strjoinv("''", parts);
    g_autofree char *sql = g_strdup_printf("VACUUM INTO '%s'", quoted);

    return db_script(db, sql, error);
}

/* "auth 2, queue 2, state 5"; g_free(). */
static char *versions_of(struct db *db, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(db, "SELECT module, version FROM heddle_schema ORDER BY module", "", error);
    g_autoptr(GString) out = g_string_new(NULL);
    GError *why = NULL;

    while (rows && db_next(rows, &why))
        g_string_append_printf(out, "%s%s %" G_GINT64_FORMAT, out->len ? ", " : "",
                               db_string(rows, 0), db_int(rows, 1));
    if (why)
        g_propagate_error(error, why);
    return rows && !why ? g_strdup(out->str) : NULL;
}

/* As a command does that begins to work with it. */
static bool migrate(struct db *db, GError **error)
{
    const struct queue_settings settings = {30000, 3};
    struct auth *auth = auth_new(db, clock_now_ms(), error);
    struct state *state = auth ? state_new(db, error) : NULL;
    struct queue *queue = state ? queue_new(db, &settings, error) : NULL;
    bool ok = queue != NULL;

    queue_free(queue);
    state_free(state);
    auth_free(auth);
    return ok;
}

static char *judge_copy(const char *path, GError **error)
{
    g_autofree char *url = g_strconcat("sqlite:", path, NULL), *before = NULL, *after = NULL;
    g_autoptr(db) copy = db_open(url, error);

    if (!copy || !(before = versions_of(copy, error)) || !migrate(copy, error) ||
        !(after = versions_of(copy, error)))
        return NULL;
    if (strcmp(before, after) == 0)
        return g_strdup("it is whole and of this version.");
    return g_strdup_printf("it is whole; the next command brings it from %s to %s.", before, after);
}

static char *judge(const char *path, const char *folder, GError **error)
{
    g_autofree char *url = g_strconcat("sqlite:", path, NULL);
    g_autofree char *copy = g_build_filename(folder, "state.db", NULL);
    g_autoptr(db) db = db_open(url, error);

    if (!db || !is_whole(db, error) || !copy_to(db, copy, error))
        return NULL;
    return judge_copy(copy, error);
}

static void remove_folder(const char *folder)
{
    static const char *const names[] = {"state.db", "state.db-wal", "state.db-shm"};

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++) {
        g_autofree char *path = g_build_filename(folder, names[i], NULL);

        g_unlink(path);
    }
    g_rmdir(folder);
}

char *local__check_state(const char *project, GError **error)
{
    g_autofree char *path = g_build_filename(project, ".heddle", "state.db", NULL);
    g_autofree char *folder = NULL;
    char *found;

    if (!g_file_test(path, G_FILE_TEST_EXISTS))
        return g_strdup("there is none yet; the first command makes it.");
    if (!(folder = g_dir_make_tmp("heddle-doctor-XXXXXX", error)))
        return NULL;
    found = judge(path, folder, error);
    remove_folder(folder);
    if (!found) {
        g_prefix_error(error, "%s: ", path);
        if (!strstr((*error)->message, "\nhint: "))
            error_hint(error, "put a backup in its place, or move it away and plan again.");
    }
    return found;
}
