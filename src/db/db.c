#include "db/db_int.h"

#include <stdarg.h>
#include <string.h>

ERROR_DOMAIN_DEFINE(db)

void db__refuse(GError **error, int code, const char *words, const char *sql)
{
    static const struct {
        int code;
        const char *hint;
    } hints[] = {
        {ERROR_BUSY,        "another process holds its lock; try again, or see which one works so long."},
        {ERROR_UNAVAILABLE, "see that the database is there, may be written, and has room."             },
    };

    g_set_error(error, db_error(), code, "The state database says: %s. The statement was: %.400s%s",
                words, sql, strlen(sql) > 400 ? "…" : "");
    for (size_t i = 0; i < G_N_ELEMENTS(hints); i++)
        if (hints[i].code == code)
            error_hint(error, "%s", hints[i].hint);
}

static struct db *open_as(const char *url, bool alone, GError **error)
{
    if (g_str_has_prefix(url, "sqlite:") && url[strlen("sqlite:")])
        return db__open_sqlite(url + strlen("sqlite:"), alone, error);
    if (g_str_has_prefix(url, "postgresql://") || g_str_has_prefix(url, "postgres://"))
        return db__open_postgres(url, error);
    g_set_error(error, db_error(), ERROR_INVALID, "\"%.*s%s\" does not name a state database.",
                (int)MIN(strcspn(url, ":") + 1, strlen(url)), url, strchr(url, ':') ? "…" : "");
    error_hint(error, "write sqlite:PATH or postgresql://USER@HOST/DATABASE.");
    return NULL;
}

struct db *db_open(const char *url, GError **error)
{
    return open_as(url, false, error);
}

struct db *db_open_alone(const char *url, GError **error)
{
    return open_as(url, true, error);
}

void db_close(struct db *db)
{
    if (db)
        db->engine->close(db);
}

bool db_is_postgres(const struct db *db)
{
    return db->is_postgres;
}

bool db_begin(struct db *db, GError **error)
{
    return db->engine->begin(db, error);
}

bool db_begin_reading(struct db *db, GError **error)
{
    return db->engine->begin_reading(db, error);
}

bool db_commit(struct db *db, GError **error)
{
    return db->engine->commit(db, error);
}

void db_rollback(struct db *db)
{
    db->engine->rollback(db);
}

int64_t db_now_ms(const struct db *db)
{
    return db->engine->now_ms(db);
}

static struct db_value time_value(int64_t t)
{
    return (struct db_value){.type = 'i', .null = t == TIME_NONE, .integer = t};
}

/* The next argument, as its letter says. No compiler checks a format, so a wrong letter ends the
 * process. */
static struct db_value read_value(char letter, va_list *args)
{
    struct db_value v = {.type = letter};

    switch (letter) {
    case 's':
        v.string = va_arg(*args, const char *);
        v.null = !v.string;
        return v;
    case 'x':
        v.bytes = va_arg(*args, GBytes *);
        v.null = !v.bytes;
        return v;
    case 'r':
        v.real = va_arg(*args, double);
        return v;
    case 'i':
        v.integer = va_arg(*args, int64_t);
        return v;
    case 'b':
        return (struct db_value){.type = 'i', .integer = va_arg(*args, int) != 0};
    case 't':
        return time_value(va_arg(*args, int64_t));
    default:
        g_error("'%c' is no letter of a statement's format", letter);
    }
}

static int read_values(const char *format, va_list *args, struct db_value *values)
{
    int n = 0;

    for (const char *f = format; *f; f++, n++) {
        if (n == MAX_VALUES)
            g_error("a statement has more than %d values", MAX_VALUES);
        values[n] = read_value(*f, args);
    }
    return n;
}

bool db_run(struct db *db, int64_t *changed, const char *sql, const char *format, ...)
{
    struct db_value values[MAX_VALUES];
    struct db_statement s = {.sql = sql, .values = values};
    va_list args;
    GError **error;

    va_start(args, format);
    s.count = read_values(format, &args, values);
    error = va_arg(args, GError **);
    va_end(args);
    return db->engine->run(db, &s, changed, error);
}

bool db_script(struct db *db, const char *sql, GError **error)
{
    return db->engine->script(db, sql, error);
}

struct db_rows *db_query(struct db *db, const char *sql, const char *format, ...)
{
    struct db_value values[MAX_VALUES];
    struct db_statement s = {.sql = sql, .values = values};
    va_list args;
    GError **error;

    va_start(args, format);
    s.count = read_values(format, &args, values);
    error = va_arg(args, GError **);
    va_end(args);
    return db->engine->query(db, &s, error);
}

bool db_next(struct db_rows *rows, GError **error)
{
    return rows->engine->next(rows, error);
}

void db_rows_free(struct db_rows *rows)
{
    if (rows)
        rows->engine->rows_free(rows);
}

const char *db_string(const struct db_rows *rows, int column)
{
    return rows->engine->string(rows, column);
}

int64_t db_int(const struct db_rows *rows, int column)
{
    return rows->engine->integer(rows, column);
}

int64_t db_time(const struct db_rows *rows, int column)
{
    return db_is_null(rows, column) ? TIME_NONE : db_int(rows, column);
}

double db_real(const struct db_rows *rows, int column)
{
    return rows->engine->real(rows, column);
}

bool db_is_null(const struct db_rows *rows, int column)
{
    return rows->engine->is_null(rows, column);
}

GBytes *db_bytes(const struct db_rows *rows, int column)
{
    return db_is_null(rows, column) ? NULL : rows->engine->bytes(rows, column);
}
