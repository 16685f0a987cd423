/* PostgreSQL as the state database, through libpq. */
#include "db/postgres_int.h"

#include <string.h>

#define TEXT_OID   25
#define BIGINT_OID 20
#define REAL_OID   701
#define BYTEA_OID  17

struct postgres {
    struct db db;
    PGconn *connection;
    char *url;
    GHashTable *prepared; /* SQL text -> the statement's name */
    unsigned serial;      /* of names */
    bool in_transaction;  /* begun, and neither committed nor rolled back */
    int64_t ahead_ms;     /* the server's clock minus the monotonic one */
};

struct postgres_rows {
    struct db_rows rows;
    PGresult *result;
    int row; /* -1 before the first */
};

static const struct db_engine engine;

static bool refuse(struct postgres *p, const PGresult *result, const char *sql, GError **error)
{
    db__postgres_refuse(p->connection, result, sql, error);
    return false;
}

/* ---- the connection ---- */

/* Take the server's time out of a result whose last row holds it. */
static void set_clock(struct postgres *p, const PGresult *result)
{
    p->ahead_ms = g_ascii_strtoll(PQgetvalue(result, 0, 0), NULL, 10) + clock_offset_ms() -
                  clock_monotonic_ms();
}

static bool read_clock(struct postgres *p, GError **error)
{
    PGresult *result = PQexec(p->connection, SERVER_CLOCK);
    bool ok = PQresultStatus(result) == PGRES_TUPLES_OK || refuse(p, result, SERVER_CLOCK, error);

    if (ok)
        set_clock(p, result);
    PQclear(result);
    return ok;
}

static bool dial(struct postgres *p, GError **error)
{
    g_clear_pointer(&p->connection, PQfinish);
    g_hash_table_remove_all(p->prepared);
    p->connection = db__postgres_connect(p->url, error);
    return p->connection && read_clock(p, error);
}

/* A connection that was lost comes back, but not the transaction it was in. */
static bool ensure(struct postgres *p, GError **error)
{
    if (!db__postgres_is_lost(p->connection))
        return true;
    if (!p->in_transaction)
        return dial(p, error);
    g_set_error(error, db_error(), ERROR_UNAVAILABLE,
                "The connection to the state database was lost in a transaction.");
    return false;
}

/* ---- transactions ---- */

static void rollback(struct db *db)
{
    struct postgres *p = (struct postgres *)db;

    p->in_transaction = false;
    if (!db__postgres_is_lost(p->connection) && PQtransactionStatus(p->connection) != PQTRANS_IDLE)
        PQclear(PQexec(p->connection, "ROLLBACK"));
}

static bool try_begin(struct postgres *p, const char *sql, GError **error)
{
    PGresult *result = PQexec(p->connection, sql);
    bool ok = PQresultStatus(result) == PGRES_TUPLES_OK || refuse(p, result, sql, error);

    if (ok)
        set_clock(p, result);
    PQclear(result);
    p->in_transaction = ok;
    if (!ok)
        rollback(&p->db);
    return ok;
}

/* Nothing has been done yet: when the connection turns out to be lost, another one will do. */
static bool begin_with(struct postgres *p, const char *sql, GError **error)
{
    GError *why = NULL;

    if (!ensure(p, error))
        return false;
    if (try_begin(p, sql, &why))
        return true;
    if (!db__postgres_is_lost(p->connection)) {
        g_propagate_error(error, why);
        return false;
    }
    g_clear_error(&why);
    return dial(p, error) && try_begin(p, sql, error);
}

/* One writer at a time, as on SQLite, so that nothing between reading and writing changes. Each
 * statement sees what was committed before the lock was had. */
static bool begin(struct db *db, GError **error)
{
    return begin_with((struct postgres *)db,
                      "BEGIN ISOLATION LEVEL READ COMMITTED; " WRITE_LOCK "; " SERVER_CLOCK, error);
}

static bool begin_reading(struct db *db, GError **error)
{
    return begin_with((struct postgres *)db,
                      "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; " SERVER_CLOCK, error);
}

static bool commit(struct db *db, GError **error)
{
    struct postgres *p = (struct postgres *)db;
    PGresult *result;
    bool ok;

    if (!p->in_transaction) {
        db__refuse(error, ERROR_FAILED, "there is no transaction", "COMMIT");
        return false;
    }
    if (!ensure(p, error))
        return false;
    result = PQexec(p->connection, "COMMIT");
    ok = PQresultStatus(result) == PGRES_COMMAND_OK;
    if (!ok)
        refuse(p, result, "COMMIT", error);
    else if (!(ok = strcmp(PQcmdStatus(result), "COMMIT") == 0))
        db__refuse(error, ERROR_FAILED, "the transaction had failed before", "COMMIT");
    p->in_transaction = !ok && !db__postgres_is_lost(p->connection) &&
                        PQtransactionStatus(p->connection) != PQTRANS_IDLE;
    PQclear(result);
    return ok;
}

/* ---- statements ---- */

static Oid type_of(const struct db_value *v)
{
    return v->type == 's'   ? TEXT_OID
           : v->type == 'i' ? BIGINT_OID
           : v->type == 'r' ? REAL_OID
                            : BYTEA_OID;
}

static bool check_count(const struct db_statement *s, int takes, GError **error)
{
    g_autofree char *words = NULL;

    if (takes == s->count)
        return true;
    words = g_strdup_printf("it takes %d values and was given %d", takes, s->count);
    db__refuse(error, ERROR_FAILED, words, s->sql);
    return false;
}

static bool forget_statements(struct postgres *p, GError **error)
{
    PGresult *result = PQexec(p->connection, "DEALLOCATE ALL");
    bool ok =
        PQresultStatus(result) == PGRES_COMMAND_OK || refuse(p, result, "DEALLOCATE ALL", error);

    PQclear(result);
    if (ok)
        g_hash_table_remove_all(p->prepared);
    return ok;
}

/* The name of the kept statement of this text; borrowed. */
static const char *prepare(struct postgres *p, const struct db_statement *s, GError **error)
{
    char *name = g_hash_table_lookup(p->prepared, s->sql);
    g_autofree char *sql = NULL;
    Oid types[MAX_VALUES];
    PGresult *result;
    int takes;

    if (name)
        return name;
    sql = db__postgres_number(s->sql, &takes);
    if (!check_count(s, takes, error) ||
        (g_hash_table_size(p->prepared) >= MAX_STATEMENTS && !forget_statements(p, error)))
        return NULL;
    for (int i = 0; i < s->count; i++)
        types[i] = type_of(&s->values[i]);
    name = g_strdup_printf("s%u", p->serial++);
    result = PQprepare(p->connection, name, sql, s->count, types);
    if (PQresultStatus(result) == PGRES_COMMAND_OK)
        g_hash_table_insert(p->prepared, g_strdup(s->sql), name);
    else {
        refuse(p, result, s->sql, error);
        g_clear_pointer(&name, g_free);
    }
    PQclear(result);
    return name;
}

struct bound {
    const char *values[MAX_VALUES];
    int lengths[MAX_VALUES], formats[MAX_VALUES];
    char numbers[MAX_VALUES][G_ASCII_DTOSTR_BUF_SIZE];
};

static void bind(struct bound *b, const struct db_statement *s)
{
    for (int i = 0; i < s->count; i++) {
        const struct db_value *v = &s->values[i];
        gsize size = 0;

        b->values[i] = b->numbers[i];
        if (v->null)
            b->values[i] = NULL;
        else if (v->type == 's')
            b->values[i] = v->string;
        else if (v->type == 'i')
            g_snprintf(b->numbers[i], sizeof b->numbers[i], "%" G_GINT64_FORMAT, v->integer);
        else if (v->type == 'r')
            g_ascii_dtostr(b->numbers[i], sizeof b->numbers[i], v->real);
        else if (g_bytes_get_size(v->bytes) > 0)
            b->values[i] = g_bytes_get_data(v->bytes, &size);
        b->lengths[i] = (int)size;
        b->formats[i] = v->type == 'x';
    }
}

static PGresult *try_execute(struct postgres *p, const struct db_statement *s, GError **error)
{
    const char *name = ensure(p, error) ? prepare(p, s, error) : NULL;
    struct bound b;
    PGresult *result;

    if (!name)
        return NULL;
    bind(&b, s);
    result = PQexecPrepared(p->connection, name, s->count, b.values, b.lengths, b.formats, 0);
    if (PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK)
        return result;
    refuse(p, result, s->sql, error);
    PQclear(result);
    return NULL;
}

/* NULL on an error; else PQclear(). What only reads, and is no part of a transaction, is asked
 * again when the connection turns out to be lost. */
static PGresult *execute(struct postgres *p, const struct db_statement *s, GError **error)
{
    bool may_ask_again = !p->in_transaction && g_str_has_prefix(s->sql, "SELECT");
    GError *why = NULL;
    PGresult *result = try_execute(p, s, &why);

    if (result)
        return result;
    if (!may_ask_again || !db__postgres_is_lost(p->connection)) {
        g_propagate_error(error, why);
        return NULL;
    }
    g_error_free(why);
    return try_execute(p, s, error);
}

static bool run(struct db *db, const struct db_statement *s, int64_t *changed, GError **error)
{
    PGresult *result = execute((struct postgres *)db, s, error);

    if (!result)
        return false;
    if (changed)
        *changed = g_ascii_strtoll(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    return true;
}

static bool script(struct db *db, const char *sql, GError **error)
{
    struct postgres *p = (struct postgres *)db;
    PGresult *result;
    bool ok;

    if (!ensure(p, error))
        return false;
    result = PQexec(p->connection, sql);
    ok = PQresultStatus(result) == PGRES_COMMAND_OK || PQresultStatus(result) == PGRES_TUPLES_OK ||
         refuse(p, result, sql, error);
    PQclear(result);
    return ok;
}

/* ---- rows: all of them are here before the first is looked at ---- */

static struct db_rows *query(struct db *db, const struct db_statement *s, GError **error)
{
    PGresult *result = execute((struct postgres *)db, s, error);
    struct postgres_rows *rows;

    if (!result)
        return NULL;
    rows = g_new0(struct postgres_rows, 1);
    *rows = (struct postgres_rows){{&engine}, result, -1};
    return &rows->rows;
}

static bool next(struct db_rows *rows, GError **error)
{
    struct postgres_rows *r = (struct postgres_rows *)rows;

    (void)error;
    if (r->row + 1 >= PQntuples(r->result))
        return false;
    r->row++;
    return true;
}

static void rows_free(struct db_rows *rows)
{
    PQclear(((struct postgres_rows *)rows)->result);
    g_free(rows);
}

static bool is_null(const struct db_rows *rows, int column)
{
    const struct postgres_rows *r = (const struct postgres_rows *)rows;

    return PQgetisnull(r->result, r->row, column);
}

static const char *string(const struct db_rows *rows, int column)
{
    const struct postgres_rows *r = (const struct postgres_rows *)rows;

    return is_null(rows, column) ? NULL : PQgetvalue(r->result, r->row, column);
}

static int64_t integer(const struct db_rows *rows, int column)
{
    const char *text = string(rows, column);

    return text ? g_ascii_strtoll(text, NULL, 10) : 0;
}

static double real(const struct db_rows *rows, int column)
{
    const char *text = string(rows, column);

    return text ? g_ascii_strtod(text, NULL) : 0;
}

static GBytes *bytes(const struct db_rows *rows, int column)
{
    size_t size;
    unsigned char *data = PQunescapeBytea((const unsigned char *)string(rows, column), &size);

    return g_bytes_new_with_free_func(data, size, PQfreemem, data);
}

/* ---- life ---- */

static int64_t now_ms(const struct db *db)
{
    return clock_monotonic_ms() + ((const struct postgres *)db)->ahead_ms;
}

static void close_postgres(struct db *db)
{
    struct postgres *p = (struct postgres *)db;

    rollback(db);
    PQfinish(p->connection);
    g_hash_table_unref(p->prepared);
    g_free(p->url);
    g_free(p);
}

static const struct db_engine engine = {
    .close = close_postgres,
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

struct db *db__open_postgres(const char *url, GError **error)
{
    struct postgres *p = g_new0(struct postgres, 1);

    p->db = (struct db){&engine, true};
    p->url = g_strdup(url);
    p->prepared = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    if (dial(p, error))
        return &p->db;
    close_postgres(&p->db);
    return NULL;
}
