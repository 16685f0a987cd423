/* error.c -- what an engine complained about becomes an error: its own words, a code, the
 * statement. */
#include "warehouse/warehouse_int.h"

#include <string.h>

#define MAX_SHOWN 4000 /* bytes of a statement in an error */

ERROR_DOMAIN_DEFINE(warehouse)

static const struct {
    const char *begins;
    int code;
} states[] = {
    {"57014", ERROR_CANCELLED  },
    {"42501", ERROR_DENIED     },
    {"42P01", ERROR_NOT_FOUND  },
    {"42703", ERROR_NOT_FOUND  },
    {"42883", ERROR_NOT_FOUND  },
    {"3D000", ERROR_NOT_FOUND  },
    {"3F000", ERROR_NOT_FOUND  },
    {"53300", ERROR_UNAVAILABLE},
    {"55P03", ERROR_CONFLICT   },
    {"08",    ERROR_UNAVAILABLE},
    {"0A",    ERROR_INVALID    },
    {"28",    ERROR_DENIED     },
    {"40",    ERROR_CONFLICT   },
    {"42",    ERROR_INVALID    },
    {"57P",   ERROR_UNAVAILABLE},
};

static const struct {
    AdbcStatusCode status;
    int code;
} statuses[] = {
    {ADBC_STATUS_CANCELLED,       ERROR_CANCELLED  },
    {ADBC_STATUS_UNAUTHENTICATED, ERROR_DENIED     },
    {ADBC_STATUS_UNAUTHORIZED,    ERROR_DENIED     },
    {ADBC_STATUS_TIMEOUT,         ERROR_UNAVAILABLE},
};

static int code_of_state(const char *state)
{
    for (size_t i = 0; i < G_N_ELEMENTS(states); i++)
        if (strncmp(states[i].begins, state, strlen(states[i].begins)) == 0)
            return states[i].code;
    return 0;
}

static int code_of_status(AdbcStatusCode status)
{
    for (size_t i = 0; i < G_N_ELEMENTS(statuses); i++)
        if (statuses[i].status == status)
            return statuses[i].code;
    return 0;
}

static int code_of_words(const struct driver *d, const char *words)
{
    for (const struct complaint *c = d->complaints; c->code; c++)
        if ((!c->begins || g_str_has_prefix(words, c->begins)) &&
            (!c->contains || strstr(words, c->contains)))
            return c->code;
    return 0;
}

/* Cut at a character's border; the rest is only counted. */
static void append_statement(GString *out, const char *sql)
{
    size_t len = strlen(sql), keep = MIN(len, MAX_SHOWN);

    while (keep < len && ((unsigned char)sql[keep] & 0xC0) == 0x80)
        keep--;
    g_string_append(out, "\nstatement: ");
    g_string_append_len(out, sql, (gssize)keep);
    if (keep < len)
        g_string_append_printf(out, " … (%zu bytes more)", len - keep);
}

static int code_of(struct warehouse *w, AdbcStatusCode status, const char *state, const char *words)
{
    int code = warehouse__was_cancelled(w) ? ERROR_CANCELLED : code_of_state(state);

    if (!code)
        code = code_of_words(w->driver, words);
    if (!code)
        code = code_of_status(status);
    return code ? code : ERROR_FAILED;
}

/* The SQLSTATE stands at the end of the first line, before DETAIL and HINT. */
static void append_words(GString *out, const char *words, const char *state)
{
    size_t line = strcspn(words, "\n");

    g_string_append_len(out, words, (gssize)line);
    if (*state)
        g_string_append_printf(out, " (SQLSTATE %s)", state);
    g_string_append(out, words + line);
}

static void give(struct warehouse *w, AdbcStatusCode status, const char *state, const char *said,
                 const char *sql, GError **error)
{
    g_autofree char *words = g_strdup(said && *said ? said : "the driver gave no reason");
    GString *out = g_string_new(NULL);
    int code = code_of(w, status, state, words);

    w->transaction_failed |= w->in_transaction;
    if (w->driver->trim)
        w->driver->trim(&words);
    append_words(out, g_strchomp(words), state);
    if (sql)
        append_statement(out, sql);
    g_set_error_literal(error, warehouse_error(), code, out->str);
    if (code == ERROR_BUSY)
        error_hint(error, "a DuckDB file can be open in one process at a time: close the other "
                          "one, or wait for it.");
    warehouse__advise(w, words, sql, error);
    g_string_free(out, TRUE);
}

/* SQLSTATE of an error as a text; five zero bytes when there is none. */
static void copy_state(char state[6], const struct AdbcError *e)
{
    memcpy(state, e->sqlstate, 5);
    state[5] = '\0';
}

void warehouse__fail(struct warehouse *w, AdbcStatusCode status, struct AdbcError *e,
                     const char *sql, GError **error)
{
    char state[6];

    copy_state(state, e);
    give(w, status, state, e->message, sql, error);
    if (e->release)
        e->release(e);
    memset(e, 0, sizeof *e);
}

void warehouse__fail_stream(struct warehouse *w, struct ArrowArrayStream *stream, const char *sql,
                            GError **error)
{
    const char *words = stream->get_last_error ? stream->get_last_error(stream) : NULL;
    AdbcStatusCode status = ADBC_STATUS_UNKNOWN;
    const struct AdbcError *e = NULL;
    char state[6] = "";

    if (w->adbc.ErrorFromArrayStream)
        e = w->adbc.ErrorFromArrayStream(stream, &status);
    if (e) {
        copy_state(state, e);
        words = e->message ? e->message : words;
    }
    give(w, status, state, words, sql, error);
}

void warehouse__fail_cancelled(const char *sql, GError **error)
{
    GString *out = g_string_new("The statement was cancelled.");

    if (sql)
        append_statement(out, sql);
    g_set_error_literal(error, warehouse_error(), ERROR_CANCELLED, out->str);
    g_string_free(out, TRUE);
}
