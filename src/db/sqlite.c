#include "db/db_int.h"

#include <errno.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

/* A prepared statement, kept for the next use of the same text. */
struct prepared {
    sqlite3_stmt *stmt;
    bool used; /* its rows are being read */
};

struct sqlite {
    struct db db;
    sqlite3 *handle;
    GHashTable *prepared; /* SQL text -> struct prepared */
};

struct sqlite_rows {
    struct db_rows rows;
    struct sqlite *of;
    struct prepared *prepared;
    bool own; /* not in the cache: the text was in use when this one was prepared */
    char *sql;
};

static const struct db_engine engine;

static void prepared_free(void *data)
{
    struct prepared *p = data;

    sqlite3_finalize(p->stmt);
    g_free(p);
}

static int error_code(int result)
{
    static const struct {
        int sqlite, code;
    } table[] = {
        {SQLITE_BUSY,                  ERROR_BUSY       },
        {SQLITE_LOCKED,                ERROR_BUSY       },
        {SQLITE_IOERR,                 ERROR_UNAVAILABLE},
        {SQLITE_FULL,                  ERROR_UNAVAILABLE},
        {SQLITE_CANTOPEN,              ERROR_UNAVAILABLE},
        {SQLITE_READONLY,              ERROR_UNAVAILABLE},
        {SQLITE_CORRUPT,               ERROR_UNAVAILABLE},
        {SQLITE_NOTADB,                ERROR_INVALID    },
        {SQLITE_CONSTRAINT_UNIQUE,     ERROR_CONFLICT   },
        {SQLITE_CONSTRAINT_PRIMARYKEY, ERROR_CONFLICT   },
        {SQLITE_CONSTRAINT_ROWID,      ERROR_CONFLICT   },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(table); i++)
        if (table[i].sqlite == result || table[i].sqlite == (result & 0xff))
            return table[i].code;
    return ERROR_FAILED;
}

/* Say what SQLite said last; returns false. */
static bool refuse(struct sqlite *db, const char *sql, GError **error)
{
    db__refuse(error, error_code(sqlite3_extended_errcode(db->handle)), sqlite3_errmsg(db->handle),
               sql);
    return false;
}

static bool script(struct db *db, const char *sql, GError **error)
{
    struct sqlite *s = (struct sqlite *)db;

    return sqlite3_exec(s->handle, sql, NULL, NULL, NULL) == SQLITE_OK || refuse(s, sql, error);
}

static gboolean is_unused(void *key, void *value, void *data)
{
    (void)key;
    (void)data;
    return !((struct prepared *)value)->used;
}

/* The kept statement of this text; a new one (*own) when it is being read from. */
static struct prepared *prepare(struct sqlite *db, const char *sql, bool *own, GError **error)
{
    struct prepared *p = g_hash_table_lookup(db->prepared, sql);
    sqlite3_stmt *stmt;

    *own = p && p->used;
    if (p && !p->used)
        return p;
    if (sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) !=
        SQLITE_OK) {
        refuse(db, sql, error);
        return NULL;
    }
    p = g_new0(struct prepared, 1);
    p->stmt = stmt;
    if (*own)
        return p;
    if (g_hash_table_size(db->prepared) >= MAX_STATEMENTS)
        g_hash_table_foreach_remove(db->prepared, is_unused, NULL);
    g_hash_table_insert(db->prepared, g_strdup(sql), p);
    return p;
}

/* End a use of a statement: its locks and values are let go of. */
static void release(struct prepared *p, bool own)
{
    p->used = false;
    if (own) {
        prepared_free(p);
        return;
    }
    sqlite3_reset(p->stmt);
    sqlite3_clear_bindings(p->stmt);
}

/* `keep` says how long the value's memory lives, as SQLite wants to know it. */
static int bind_value(sqlite3_stmt *stmt, int i, const struct db_value *v,
                      sqlite3_destructor_type keep)
{
    gsize len;
    const void *data;

    if (v->null)
        return sqlite3_bind_null(stmt, i);
    switch (v->type) {
    case 's':
        return sqlite3_bind_text(stmt, i, v->string, -1, keep);
    case 'i':
        return sqlite3_bind_int64(stmt, i, v->integer);
    case 'r':
        return sqlite3_bind_double(stmt, i, v->real);
    default:
        data = g_bytes_get_data(v->bytes, &len);
        return data ? sqlite3_bind_blob64(stmt, i, data, len, keep)
                    : sqlite3_bind_zeroblob(stmt, i, 0);
    }
}

static bool bind(struct sqlite *db, sqlite3_stmt *stmt, const struct db_statement *s,
                 sqlite3_destructor_type keep, GError **error)
{
    if (sqlite3_bind_parameter_count(stmt) != s->count) {
        g_autofree char *words = g_strdup_printf("it takes %d values and was given %d",
                                                 sqlite3_bind_parameter_count(stmt), s->count);

        db__refuse(error, ERROR_FAILED, words, s->sql);
        return false;
    }
    for (int i = 0; i < s->count; i++)
        if (bind_value(stmt, i + 1, &s->values[i], keep) != SQLITE_OK)
            return refuse(db, s->sql, error);
    return true;
}

static bool run(struct db *db, const struct db_statement *s, int64_t *changed, GError **error)
{
    struct sqlite *q = (struct sqlite *)db;
    bool own, ok;
    struct prepared *p = prepare(q, s->sql, &own, error);
    int result = SQLITE_ROW;

    if (!p)
        return false;
    ok = bind(q, p->stmt, s, SQLITE_STATIC, error);
    while (ok && result == SQLITE_ROW)
        result = sqlite3_step(p->stmt);
    if (ok && result != SQLITE_DONE)
        ok = refuse(q, s->sql, error);
    if (ok && changed)
        *changed = sqlite3_changes64(q->handle);
    release(p, own);
    return ok;
}

static struct db_rows *query(struct db *db, const struct db_statement *s, GError **error)
{
    struct sqlite *q = (struct sqlite *)db;
    bool own;
    struct prepared *p = prepare(q, s->sql, &own, error);
    struct sqlite_rows *rows;

    if (!p)
        return NULL;
    if (!bind(q, p->stmt, s, SQLITE_TRANSIENT, error)) {
        release(p, own);
        return NULL;
    }
    p->used = true;
    rows = g_new0(struct sqlite_rows, 1);
    *rows = (struct sqlite_rows){{&engine}, q, p, own, g_strdup(s->sql)};
    return &rows->rows;
}

static bool next(struct db_rows *rows, GError **error)
{
    struct sqlite_rows *r = (struct sqlite_rows *)rows;
    int result = sqlite3_step(r->prepared->stmt);

    if (result == SQLITE_ROW)
        return true;
    if (result != SQLITE_DONE)
        refuse(r->of, r->sql, error);
    sqlite3_reset(r->prepared->stmt);
    return false;
}

static void rows_free(struct db_rows *rows)
{
    struct sqlite_rows *r = (struct sqlite_rows *)rows;

    release(r->prepared, r->own);
    g_free(r->sql);
    g_free(r);
}

static sqlite3_stmt *stmt_of(const struct db_rows *rows)
{
    return ((const struct sqlite_rows *)rows)->prepared->stmt;
}

static const char *string(const struct db_rows *rows, int column)
{
    return (const char *)sqlite3_column_text(stmt_of(rows), column);
}

static int64_t integer(const struct db_rows *rows, int column)
{
    return sqlite3_column_int64(stmt_of(rows), column);
}

static double real(const struct db_rows *rows, int column)
{
    return sqlite3_column_double(stmt_of(rows), column);
}

static bool is_null(const struct db_rows *rows, int column)
{
    return sqlite3_column_type(stmt_of(rows), column) == SQLITE_NULL;
}

static GBytes *bytes(const struct db_rows *rows, int column)
{
    const void *data = sqlite3_column_blob(stmt_of(rows), column);

    return g_bytes_new(data, (gsize)sqlite3_column_bytes(stmt_of(rows), column));
}

static bool control(struct db *db, const char *sql, GError **error)
{
    return run(db, &(struct db_statement){.sql = sql}, NULL, error);
}

static bool begin(struct db *db, GError **error)
{
    return control(db, "BEGIN IMMEDIATE", error);
}

static bool begin_reading(struct db *db, GError **error)
{
    return control(db, "BEGIN", error);
}

static bool commit(struct db *db, GError **error)
{
    return control(db, "COMMIT", error);
}

static void rollback(struct db *db)
{
    if (!sqlite3_get_autocommit(((struct sqlite *)db)->handle))
        control(db, "ROLLBACK", NULL);
}

static void close_sqlite(struct db *db)
{
    struct sqlite *s = (struct sqlite *)db;

    rollback(db);
    g_hash_table_unref(s->prepared);
    sqlite3_close_v2(s->handle);
    g_free(s);
}

static int64_t now_ms(const struct db *db)
{
    (void)db;
    return clock_now_ms();
}

static const struct db_engine engine = {
    .close = close_sqlite,
    .begin = begin,
    .begin_reading = begin_reading,
    .commit = commit,
    .rollback = rollback,
    .run = run,
    .script = script,
    .query = query,
    .next = next,
    .rows_free = rows_free,
    .string = string,
    .integer = integer,
    .real = real,
    .is_null = is_null,
    .bytes = bytes,
    .now_ms = now_ms,
};

/* The file holds signing keys: only its owner may read it. SQLite gives the files beside it the
 * same mode. */
static bool make_file(const char *path, GError **error)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    int why = errno;

    if (fd >= 0) {
        close(fd);
        return true;
    }
    g_set_error(error, db_error(), ERROR_UNAVAILABLE, "The state database %s cannot be opened: %s.",
                path, g_strerror(why));
    error_hint(error, "see that its folder exists and that this user may write there.");
    return false;
}

struct db *db__open_sqlite(const char *path, bool alone, GError **error)
{
    static const char settings[] =
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;"
        "PRAGMA temp_store = MEMORY; PRAGMA cache_size = -32768;"
        "PRAGMA journal_size_limit = 67108864";
    /* Before the file is looked at: it is locked as a whole from the first look on. */
    static const char lock[] = "PRAGMA locking_mode = EXCLUSIVE";
    struct sqlite *s;

    if (strcmp(path, ":memory:") != 0 && !make_file(path, error))
        return NULL;
    s = g_new0(struct sqlite, 1);
    s->db = (struct db){&engine, false};
    s->prepared = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, prepared_free);
    if (sqlite3_open_v2(path, &s->handle,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX |
                            SQLITE_OPEN_EXRESCODE,
                        NULL) == SQLITE_OK &&
        sqlite3_busy_timeout(s->handle, BUSY_SECONDS * 1000) == SQLITE_OK) {
        if ((!alone || script(&s->db, lock, error)) && script(&s->db, settings, error))
            return &s->db;
    } else {
        refuse(s, path, error);
    }
    close_sqlite(&s->db);
    return NULL;
}
