#include "http/http_int.h"

#include <string.h>

/* Step to the next segment of a route's path: its start and length; false at the end. */
static bool next_segment(const char **at, const char **start, size_t *len)
{
    *at += **at == '/';
    if (!**at)
        return false;
    *start = *at;
    *len = strcspn(*at, "/");
    *at += *len;
    return true;
}

static bool is_param(const char *segment, size_t len)
{
    return len > 2 && segment[0] == '{' && segment[len - 1] == '}';
}

static bool fits(const char *path, char *const *segments)
{
    const char *start;
    size_t len;

    for (; next_segment(&path, &start, &len); segments++) {
        if (!*segments)
            return false;
        if (is_param(start, len) ? !**segments
                                 : strlen(*segments) != len || memcmp(*segments, start, len) != 0)
            return false;
    }
    return !*segments;
}

const char *http_param(const struct http_call *c, const char *name)
{
    const char *path = c->route ? c->route->path : "", *start;
    char *const *segment = c->segments;
    size_t len, wanted = strlen(name);

    for (; next_segment(&path, &start, &len); segment++)
        if (is_param(start, len) && len - 2 == wanted && memcmp(start + 1, name, wanted) == 0)
            return *segment;
    return NULL;
}

/* HEAD asks for GET's answer without its body; libmicrohttpd leaves that out. */
static bool is_method(const struct http_route *r, const char *method)
{
    return strcmp(r->method, strcmp(method, "HEAD") == 0 ? "GET" : method) == 0;
}

static void refuse_method(struct http_call *c, const GString *allowed)
{
    http_add_header(c, "Allow", allowed->str);
    http_reply_problem(c, 405, "method_not_allowed", "%s of %.200s is not served, but %s is.",
                       c->method, c->path, allowed->str);
}

bool http__route(struct http_call *c)
{
    g_autoptr(GString) allowed = g_string_new(NULL);

    if (!c->segments || !c->query) {
        http_reply_problem(c, 400, "invalid", "The address %.200s cannot be decoded.", c->target);
        return false;
    }
    for (const struct http_route *r = c->server->routes; r->method; r++) {
        if (!fits(r->path, c->segments))
            continue;
        if (is_method(r, c->method)) {
            c->route = r;
            return true;
        }
        if (!strstr(allowed->str, r->method))
            g_string_append_printf(allowed, "%s%s", allowed->len ? ", " : "", r->method);
    }
    if (allowed->len)
        refuse_method(c, allowed);
    else
        http_reply_problem(c, 404, "not_found", "There is nothing at %.200s.", c->path);
    return false;
}
