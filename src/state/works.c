#include "state/state_int.h"

#define WORK_COLUMNS                                                                               \
    "id, uid, project, kind, environment, status, request, cause, person, error, created_ms, "     \
    "started_ms, ended_ms, execution_ms"

const char *const state_work_names[] = {"plan", "run", "janitor", NULL};

void state_work_free(struct state_work *w)
{
    if (!w)
        return;
    g_free(w->uid);
    g_free(w->environment);
    g_free(w->request);
    g_free(w->trigger);
    g_free(w->user);
    g_free(w->error);
    g_free(w);
}

static struct state_work *read_work(const struct db_rows *rows)
{
    struct state_work *w = g_new0(struct state_work, 1);
    int c = 0;

    w->id = db_int(rows, c++);
    w->uid = g_strdup(db_string(rows, c++));
    w->project = db_int(rows, c++);
    w->kind = (int)db_int(rows, c++);
    w->environment = g_strdup(db_string(rows, c++));
    w->status = (int)db_int(rows, c++);
    w->request = g_strdup(db_string(rows, c++));
    w->trigger = g_strdup(db_string(rows, c++));
    w->user = g_strdup(db_string(rows, c++));
    w->error = g_strdup(db_string(rows, c++));
    w->created_ms = db_time(rows, c++);
    w->started_ms = db_time(rows, c++);
    w->ended_ms = db_time(rows, c++);
    w->execution_ms = db_time(rows, c++);
    return w;
}

bool state_add_work(struct state *s, struct state_work *w, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(s->db,
                 "INSERT INTO work (uid, project, kind, environment, status, request, cause,"
                 " person, error, created_ms, started_ms, ended_ms, execution_ms)"
                 " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
                 "siisissssittt", w->uid, w->project, (int64_t)w->kind, w->environment,
                 (int64_t)w->status, w->request, w->trigger, w->user, w->error, w->created_ms,
                 w->started_ms, w->ended_ms, w->execution_ms, error);

    if (!state__first(rows, error))
        return false;
    w->id = db_int(rows, 0);
    return true;
}

bool state_update_work(struct state *s, const struct state_work *w, GError **error)
{
    if (w->ended_ms != TIME_NONE)
        state__forget_all(s->recent);
    return db_run(s->db, NULL,
                  "UPDATE work SET status = ?, error = ?, started_ms = ?, ended_ms = ?,"
                  " execution_ms = ? WHERE id = ?",
                  "isttti", (int64_t)w->status, w->error, w->started_ms, w->ended_ms,
                  w->execution_ms, w->id, error);
}

static struct state_work *one(struct db_rows *rows, const char *what, const char *uid,
                              GError **error)
{
    g_autoptr(db_rows) own = rows;
    GError *why = NULL;

    if (!own)
        return NULL;
    if (db_next(own, &why))
        return read_work(own);
    if (state__ended_well(why, error))
        g_set_error(error, state_error(), ERROR_NOT_FOUND, "There is no %s %s.", what, uid);
    return NULL;
}

struct state_work *state_get_work(struct state *s, int64_t id, GError **error)
{
    g_autofree char *number = g_strdup_printf("number %" G_GINT64_FORMAT, id);

    return one(db_query(s->db, "SELECT " WORK_COLUMNS " FROM work WHERE id = ?", "i", id, error),
               "work", number, error);
}

struct state_work *state_find_work(struct state *s, int64_t project, int kind, const char *uid,
                                   GError **error)
{
    return one(db_query(s->db,
                        "SELECT " WORK_COLUMNS
                        " FROM work WHERE uid = ? AND project = ? AND kind = ?",
                        "sii", uid, project, (int64_t)kind, error),
               state_work_names[kind], uid, error);
}

static GPtrArray *read_works(struct db_rows *rows, GError **error)
{
    g_autoptr(db_rows) own = rows;
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)state_work_free);
    GError *why = NULL;

    if (!own)
        return NULL;
    while (db_next(own, &why))
        g_ptr_array_add(out, read_work(own));
    return state__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}

GPtrArray *state_open_works(struct state *s, int64_t project, GError **error)
{
    return read_works(
        db_query(s->db,
                 "SELECT " WORK_COLUMNS
                 " FROM work WHERE ended_ms IS NULL AND (project = ? OR ? = 0) ORDER BY id",
                 "ii", project, project, error),
        error);
}

GPtrArray *state_search_works(struct state *s, int64_t project, const struct state_work_filter *f,
                              GError **error)
{
    const char *sql = f->ascending
                          ? "SELECT " WORK_COLUMNS " FROM work WHERE project = ? AND kind = ?"
                            " AND id > ? AND (environment = ? OR ? = 1) ORDER BY id LIMIT ?"
                          : "SELECT " WORK_COLUMNS " FROM work WHERE project = ? AND kind = ?"
                            " AND id > ? AND (environment = ? OR ? = 1) ORDER BY id DESC LIMIT ?";
    g_autoptr(state_work) since =
        f->since ? state_find_work(s, project, f->kind, f->since, error) : NULL;

    if (f->since && !since)
        return NULL;
    return read_works(db_query(s->db, sql, "iiisbi", project, (int64_t)f->kind,
                               since ? since->id : 0, f->environment ? f->environment : "",
                               (int)!f->environment, f->limit, error),
                      error);
}

static struct wire_run *read_run(const struct db_rows *rows)
{
    g_autoptr(state_work) w = read_work(rows);
    struct wire_run *r = wire_run_new();

    r->id = g_steal_pointer(&w->uid);
    r->environment = g_steal_pointer(&w->environment);
    r->trigger = g_steal_pointer(&w->trigger);
    r->error = g_steal_pointer(&w->error);
    r->status = w->status;
    r->started_ms = w->started_ms;
    r->ended_ms = w->ended_ms;
    r->execution_ms = w->execution_ms;
    return r;
}

GPtrArray *state_runs(struct state *s, int64_t project, const char *environment, int64_t limit,
                      GError **error)
{
    g_autoptr(GPtrArray) out = g_ptr_array_new_with_free_func((GDestroyNotify)wire_run_free);
    g_autoptr(db_rows) rows =
        db_query(s->db,
                 "SELECT " WORK_COLUMNS " FROM work WHERE project = ? AND kind = ?"
                 " AND (environment = ? OR ? = 1) ORDER BY id DESC LIMIT ?",
                 "iisbi", project, (int64_t)WORK_RUN, environment ? environment : "",
                 (int)!environment, limit, error);
    GError *why = NULL;

    if (!rows)
        return NULL;
    while (db_next(rows, &why))
        g_ptr_array_add(out, read_run(rows));
    return state__ended_well(why, error) ? g_steal_pointer(&out) : NULL;
}

void state_subject_free(struct state_subject *s)
{
    if (!s)
        return;
    g_free(s->parents);
    g_free(s);
}

bool state_add_subject(struct state *s, const struct state_subject *subject, GError **error)
{
    return db_run(s->db, NULL,
                  "INSERT INTO subject (work, snapshot, deployable, parents) VALUES (?, ?, ?, ?)"
                  " ON CONFLICT (work, snapshot) DO NOTHING",
                  "iibs", subject->work, subject->snapshot, (int)subject->deployable,
                  subject->parents, error);
}

struct state_subject *state_get_subject(struct state *s, int64_t work, int64_t snapshot,
                                        GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(s->db,
                 "SELECT work, snapshot, deployable, parents FROM subject WHERE work = ?"
                 " AND snapshot = ?",
                 "ii", work, snapshot, error);
    struct state_subject *out;
    GError *why = NULL;

    if (!rows)
        return NULL;
    if (!db_next(rows, &why)) {
        if (state__ended_well(why, error))
            g_set_error(error, state_error(), ERROR_NOT_FOUND,
                        "A task's snapshot is not part of its plan or run.");
        return NULL;
    }
    out = g_new0(struct state_subject, 1);
    out->work = db_int(rows, 0);
    out->snapshot = db_int(rows, 1);
    out->deployable = db_int(rows, 2) != 0;
    out->parents = g_strdup(db_string(rows, 3));
    return out;
}

GArray *state_ended_before(struct state *s, int64_t before_ms, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(s->db, "SELECT id FROM work WHERE ended_ms < ? LIMIT 100", "i", before_ms, error);

    return state__read_ids(rows, error);
}

bool state_forget_work(struct state *s, int64_t work, GError **error)
{
    return db_run(s->db, NULL, "DELETE FROM subject WHERE work = ?", "i", work, error) &&
           db_run(s->db, NULL, "DELETE FROM work WHERE id = ?", "i", work, error);
}
