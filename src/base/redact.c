#include "base/redact.h"

#include "base/json.h"

#include <pthread.h>
#include <stdbool.h>
#include <string.h>

enum { SHORTEST_SECRET = 4, SHORTEST_LINE = 16 };

struct redactor {
    pthread_mutex_t lock;
    GPtrArray *needles; /* of char *, longest first, so that the longest match wins */
    bool starts[256];   /* bytes some needle begins with */
};

struct redact_stream {
    struct redactor *redactor;
    GString *held;
};

struct redactor *redactor_new(void)
{
    struct redactor *r = g_new0(struct redactor, 1);

    pthread_mutex_init(&r->lock, NULL);
    r->needles = g_ptr_array_new_with_free_func(g_free);
    return r;
}

void redactor_free(struct redactor *r)
{
    if (!r)
        return;
    g_ptr_array_unref(r->needles);
    pthread_mutex_destroy(&r->lock);
    g_free(r);
}

static int by_length_descending(const void *a, const void *b)
{
    size_t la = strlen(*(char *const *)a), lb = strlen(*(char *const *)b);

    return la < lb ? 1 : la > lb ? -1 : 0;
}

/* Takes `needle`. */
static void add_needle(struct redactor *r, char *needle)
{
    if (strlen(needle) < SHORTEST_SECRET ||
        g_ptr_array_find_with_equal_func(r->needles, needle, g_str_equal, NULL)) {
        g_free(needle);
        return;
    }
    r->starts[(unsigned char)needle[0]] = true;
    g_ptr_array_add(r->needles, needle);
}

/* Without the padding, which some leave out. */
static char *base64_of(const char *secret)
{
    char *text = g_base64_encode((const guchar *)secret, strlen(secret));

    text[strcspn(text, "=")] = '\0';
    return text;
}

/* As it stands in JSON, without the quotes. */
static char *json_of(const char *secret)
{
    g_autoptr(json_t) value = json_string(secret);
    g_autofree char *text = value ? json_text(value) : g_strdup("");
    size_t n = strlen(text);

    return g_strndup(text + (n > 1), n > 1 ? n - 2 : 0);
}

/* As it stands in a statement, without the quotes. */
static char *sql_of(const char *secret)
{
    g_auto(GStrv) parts = g_strsplit(secret, "'", -1);

    return g_strjoinv("''", parts);
}

/* A key of many lines is often shown line by line. */
static void add_lines(struct redactor *r, const char *secret)
{
    g_auto(GStrv) lines = g_strsplit_set(secret, "\r\n", -1);

    for (char **line = lines; *line; line++)
        if (strlen(*line) >= SHORTEST_LINE && !g_str_has_prefix(*line, "-----"))
            add_needle(r, g_strdup(*line));
}

void redactor_add(struct redactor *r, const char *secret)
{
    if (!r || !secret || strlen(secret) < SHORTEST_SECRET)
        return;
    pthread_mutex_lock(&r->lock);
    add_needle(r, g_strdup(secret));
    add_needle(r, base64_of(secret));
    add_needle(r, g_uri_escape_string(secret, NULL, FALSE));
    add_needle(r, json_of(secret));
    add_needle(r, sql_of(secret));
    if (strpbrk(secret, "\r\n"))
        add_lines(r, secret);
    g_ptr_array_sort(r->needles, by_length_descending);
    pthread_mutex_unlock(&r->lock);
}

enum match { MATCH_NONE, MATCH_WHOLE, MATCH_BEGINS };

/* Does a needle stand at `at`, or begin in the last `left` bytes there? At the end of the text
 * (`flush`) what only begins is none, and must not hide a shorter one that is whole. */
static enum match match_at(const struct redactor *r, const char *at, size_t left, bool flush,
                           size_t *len)
{
    enum match found = MATCH_NONE;

    if (!r->starts[(unsigned char)*at])
        return MATCH_NONE;
    for (guint i = 0; i < r->needles->len; i++) {
        const char *needle = r->needles->pdata[i];
        size_t n = strlen(needle);

        if (n > left) {
            if (!flush && memcmp(needle, at, left) == 0)
                found = MATCH_BEGINS;
        } else if (memcmp(needle, at, n) == 0) {
            if (found == MATCH_BEGINS)
                return found; /* a longer one may still come */
            *len = n;
            return MATCH_WHOLE;
        }
    }
    return found;
}

/* Redact into `out`; returns how many bytes were used. Without `flush` it stops where a secret
 * may have begun. */
static size_t redact_some(struct redactor *r, const char *data, size_t n, bool flush, GString *out)
{
    size_t i = 0;

    while (i < n) {
        size_t len = 0;
        enum match m = match_at(r, data + i, n - i, flush, &len);

        if (m == MATCH_WHOLE) {
            g_string_append(out, "***");
            i += len;
        } else if (m == MATCH_BEGINS) {
            return i;
        } else {
            g_string_append_c(out, data[i++]);
        }
    }
    return i;
}

char *redact_text(struct redactor *r, const char *text)
{
    GString *out;

    if (!r)
        return g_strdup(text);
    out = g_string_sized_new(strlen(text));
    pthread_mutex_lock(&r->lock);
    redact_some(r, text, strlen(text), true, out);
    pthread_mutex_unlock(&r->lock);
    return g_string_free(out, FALSE);
}

struct redact_stream *redact_stream_new(struct redactor *r)
{
    struct redact_stream *s = g_new0(struct redact_stream, 1);

    s->redactor = r;
    s->held = g_string_new(NULL);
    return s;
}

void redact_stream_free(struct redact_stream *s)
{
    if (!s)
        return;
    g_string_free(s->held, TRUE);
    g_free(s);
}

void redact_stream_feed(struct redact_stream *s, const char *data, size_t n, gboolean flush,
                        GString *out)
{
    size_t used;

    g_string_append_len(s->held, data, (gssize)n);
    pthread_mutex_lock(&s->redactor->lock);
    used = redact_some(s->redactor, s->held->str, s->held->len, flush, out);
    pthread_mutex_unlock(&s->redactor->lock);
    g_string_erase(s->held, 0, (gssize)used);
}

gboolean is_secret_name(const char *name)
{
    static const char *const words[] = {"password",    "passwd",     "secret",       "token",
                                        "api_key",     "apikey",     "access_key",   "private_key",
                                        "account_key", "accountkey", "keyfile_json", "passphrase"};
    g_autofree char *lower = g_ascii_strdown(name, -1);

    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (strstr(lower, words[i]))
            return TRUE;
    return FALSE;
}
