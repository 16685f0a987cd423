/* The session of a person who looks at pages: a token in a cookie. */
#include "control/pages.h"

#include "auth/people.h"
#include "control/html.h"

#include <string.h>

/* Under https a cookie that no other host of the domain can set. */
static const char *cookie_name(const struct control *c)
{
    return g_str_has_prefix(c->issuer, "https:") ? "__Host-heddle_session" : "heddle_session";
}

char *control__session_token(const struct control *c, struct http_call *call)
{
    const char *header = http_header(call, "Cookie"), *name = cookie_name(c);
    g_auto(GStrv) pairs = g_strsplit(header ? header : "", ";", 64);
    size_t n = strlen(name);

    for (char **pair = pairs; *pair; pair++) {
        const char *text = g_strchug(*pair);

        if (strncmp(text, name, n) == 0 && text[n] == '=' && text[n + 1])
            return g_strdup(text + n + 1);
    }
    return NULL;
}

void control__session_start(const struct control *c, struct http_call *call, const char *token)
{
    g_autofree char *cookie = g_strdup_printf(
        "%s=%s; Path=/; Max-Age=%d; HttpOnly; SameSite=Lax%s", cookie_name(c), token,
        (int)(AUTH_SESSION_MS / 1000), g_str_has_prefix(c->issuer, "https:") ? "; Secure" : "");

    http_add_header(call, "Set-Cookie", cookie);
}

bool control__session_may_go_to(const char *address)
{
    for (const char *p = address; *p; p++)
        if (!g_ascii_isgraph(*p) || *p == '\\')
            return false;
    return g_str_has_prefix(address, "/sqlmesh/");
}

void control__session_ask(struct http_call *call)
{
    static const char words[] = "<p>Sign in to see this page.</p>";
    g_autofree char *back = g_uri_escape_string(http_target(call), NULL, FALSE);
    g_autofree char *to = g_strdup_printf("/auth/session?to=%s", back);
    g_autofree char *page = control__html_page("Heddle", words);

    control__html_headers(call, "'none'");
    http_add_header(call, "Location", to);
    http_reply(call, 303, "text/html; charset=utf-8", page, strlen(page));
}
