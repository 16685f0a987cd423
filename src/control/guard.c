#include "control/artifact.h"
#include "control/pages.h"

#include "base/clock.h"

#include <string.h>

static const char *bearer(struct http_call *call)
{
    const char *header = http_header(call, "Authorization");

    return header && g_ascii_strncasecmp(header, "Bearer ", 7) == 0 ? header + 7 : NULL;
}

static bool unauthorized(struct http_call *call, const char *why)
{
    http_add_header(call, "WWW-Authenticate", "Bearer");
    http_reply_problem(call, 401, "denied", "%s", why);
    return false;
}

static bool is_equal(const char *a, const char *b)
{
    g_autofree char *x = g_compute_checksum_for_string(G_CHECKSUM_SHA256, a, -1);
    g_autofree char *y = g_compute_checksum_for_string(G_CHECKSUM_SHA256, b, -1);

    return strcmp(x, y) == 0; /* of digests: its time tells nothing */
}

/* With a token for metrics whoever shows it; without one, on loopback, everybody. */
static bool may_read_metrics(const struct control *c, struct http_call *call)
{
    const struct control_settings *s = &c->settings;
    const char *token = bearer(call);

    if (s->metrics_token && token && is_equal(token, s->metrics_token))
        return true;
    if (s->metrics_token)
        return unauthorized(call, "The figures need the token HEDDLE_METRICS_TOKEN.");
    if (!s->metrics_listen && control__is_loopback(s->listen))
        return true;
    http_reply_problem(call, 403, "denied",
                       s->metrics_listen
                           ? "The figures are served at an address of their own."
                           : "The figures are not for everybody who reaches this address.\nhint: "
                             "start the server with --metrics-listen, or with a token in "
                             "HEDDLE_METRICS_TOKEN.");
    return false;
}

/* The token that is shown; NULL after an answer that says there is none. g_free(). */
static char *shown_token(struct control *c, struct http_call *call, unsigned needs)
{
    char *token = g_strdup(bearer(call));

    if (!token && needs & FOR_PAGES)
        token = control__session_token(c, call);
    if (!token && needs & FOR_PAGES)
        control__session_ask(call);
    else if (!token)
        unauthorized(call, "This needs a token.\nhint: get one at /auth/token with a client id and "
                           "secret.");
    return token;
}

/* A session that has ended begins anew. */
static bool refuse_token(struct http_call *call, unsigned needs, const GError *error)
{
    if (!(needs & FOR_PAGES) || bearer(call))
        return unauthorized(call, error->message);
    control__session_ask(call);
    return false;
}

/* What a token of one use alone is for; NULL: it may be shown here. */
static const char *only_use(const struct auth_identity *who, unsigned needs)
{
    if (strcmp(who->subject, ARTIFACT_SUBJECT) == 0 && !(needs & FOR_DOWNLOAD))
        return "a download";
    if (g_strcmp0(who->audience, AUTH_PAGES) == 0 && !(needs & FOR_PAGES))
        return "pages";
    return NULL;
}

bool control__guard(struct http_call *call, unsigned needs, void *data)
{
    struct control *c = data;
    g_autoptr(auth_identity) who = NULL;
    g_autoptr(GError) error = NULL;
    g_autofree char *token = NULL;
    const char *only;

    if (needs == FOR_ALL)
        return true;
    if (needs == FOR_METRICS)
        return may_read_metrics(c, call);
    if (!(token = shown_token(c, call, needs)))
        return false;
    if (!(who = auth_verify(c->auth, token, clock_monotonic_ms() + c->ahead_ms, &error)))
        return refuse_token(call, needs, error);
    if (!auth_may(who, http_param(call, "org"), http_param(call, "project"), needs)) {
        http_reply_problem(
            call, 403, "denied", "A client of role %s of %s/%s may not do this in %s/%s.",
            auth_role_names[who->role], who->organisation, who->project ? who->project : "*",
            http_param(call, "org"), http_param(call, "project"));
        return false;
    }
    if ((only = only_use(who, needs))) {
        http_reply_problem(call, 403, "denied", "This token is for %s, nothing else.", only);
        return false;
    }
    http_set_kind(call, 1 + (unsigned)who->role); /* 0: strangers */
    http_set_user(call, g_steal_pointer(&who), (GDestroyNotify)auth_identity_free);
    return true;
}
