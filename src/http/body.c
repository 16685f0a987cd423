/* body.c -- what is kept of a request's body, and how much of all of them. */
#include "http/http_int.h"

void http_set_kind(struct http_call *c, unsigned kind)
{
    g_assert(kind < HTTP_KINDS && c->counted == 0);
    c->kind = kind;
}

const GString *http_body(const struct http_call *c)
{
    return c->body;
}

/* The memory itself goes, too: a GString gives none back. */
void http_drop_body(struct http_call *c)
{
    atomic_fetch_sub(&c->server->kept[c->kind], c->counted);
    c->counted = 0;
    g_string_free(c->body, TRUE);
    c->body = g_string_new(NULL);
}

void http__refuse_size(struct http_call *c)
{
    http_drop_body(c);
    http_reply_problem(c, 413, "limit", "The body of %s %.200s is larger than %zu bytes.",
                       c->method, c->path, c->max_body);
}

void http__refuse_room(struct http_call *c)
{
    http_drop_body(c);
    http_add_header(c, "Retry-After", "1");
    http_reply_problem(c, 503, "busy",
                       "There is no room for the body of %s %.200s beside those that are here.",
                       c->method, c->path);
}

bool http__has_room(const struct http_call *c, size_t more)
{
    size_t kept = atomic_load(&c->server->kept[c->kind]);

    return more <= c->server->bodies[c->kind] - MIN(kept, c->server->bodies[c->kind]);
}

/* What two take at once may be more than there is room for: then one of them gives it back. */
static bool count(struct http_call *c, size_t len)
{
    atomic_size_t *kept = &c->server->kept[c->kind];

    if (atomic_fetch_add(kept, len) + len > c->server->bodies[c->kind]) {
        atomic_fetch_sub(kept, len);
        return false;
    }
    c->counted += len;
    return true;
}

void http__take_piece(struct http_call *c, const char *data, size_t len)
{
    if (len > c->max_body - c->body->len)
        http__refuse_size(c);
    else if (!count(c, len))
        http__refuse_room(c);
    else
        g_string_append_len(c->body, data, (gssize)len);
}

/* ---- JSON ---- */

/* Before it is built: each value but the first of a text stands behind one of these. */
static bool has_too_many(const GString *body)
{
    size_t values = 1;
    bool inside = false;

    for (const char *p = body->str, *end = p + body->len; p < end; p++) {
        if (inside && *p == '\\')
            p++;
        else if (*p == '"')
            inside = !inside;
        else if (!inside && (*p == ',' || *p == '[' || *p == '{'))
            values++;
    }
    return values > MAX_JSON_VALUES;
}

json_t *http_body_json(struct http_call *c, GError **error)
{
    if (!has_too_many(c->body))
        return json_parse(c->body->str, c->body->len, error);
    g_set_error(error, http_error(), ERROR_LIMIT,
                "The body of %s %.200s has more than %d values, which is more than is read.",
                c->method, c->path, MAX_JSON_VALUES);
    return NULL;
}
