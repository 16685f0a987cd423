/* The audit log: what developers and admins had done, and the route by which admins read it. */
#include "control/audit_log.h"

#include <string.h>

/* What the address names, or else what was made. g_free(). */
static char *subject_of(const struct op *op)
{
    static const char *const parts[] = {"name", "environment", "model", "id", NULL};
    g_autoptr(GString) text = g_string_new(NULL);

    for (const char *const *part = parts; *part; part++) {
        const char *value = http_param(op->call, *part);

        if (value)
            g_string_append_printf(text, "%s%s", text->len ? " " : "", value);
    }
    if (!text->len && op->answer)
        g_string_append(text, json_get_string(op->answer, "id", ""));
    return text->len ? g_string_free(g_steal_pointer(&text), FALSE) : NULL;
}

bool control__record(struct control *c, struct op *op, GError **error)
{
    const struct http_route *r = &op->endpoint->route;
    const struct auth_identity *who;
    g_autofree char *what = NULL, *subject = NULL;
    struct auth_deed d;

    if (!op->call || r->needs != FOR_DEVELOPERS || op->recorded)
        return true;
    who = http_user(op->call);
    what = g_strdup_printf("%s %s", r->method, strstr(r->path, "/api/") + strlen("/api/"));
    subject = subject_of(op);
    d = (struct auth_deed){.who = who->subject,
                           .what = what,
                           .subject = subject,
                           .peer = http_peer(op->call),
                           .organisation = http_param(op->call, "org"),
                           .project = http_param(op->call, "project")};
    op->recorded = auth_record(c->auth, &d, c->now_ms, error);
    return op->recorded;
}

bool control__audit_log(struct control *c, struct op *op, GError **error)
{
    const struct auth_log_query q = {.reader = http_user(op->call),
                                     .organisation = http_param(op->call, "org"),
                                     .project = http_param(op->call, "project"),
                                     .before = http_query(op->call, "before"),
                                     .limit = control__query_int(op, "limit", 100, 1000)};
    json_t *deeds = auth_read_log(c->auth, &q, error);

    if (deeds)
        op->answer = json_pack("{s:o}", "deeds", deeds);
    return deeds != NULL;
}
