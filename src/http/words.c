/* words.c -- the other side's own words. */
#include "http/http_int.h"

#include <string.h>

enum { MOST_WORDS = 300 };

char *http__public_url(const char *url)
{
    g_autoptr(GUri) uri = g_uri_parse(url, G_URI_FLAGS_NONE, NULL);

    return uri ? g_uri_to_string_partial(uri, G_URI_HIDE_USERINFO | G_URI_HIDE_QUERY)
               : g_strndup(url, strcspn(url, "?"));
}

static char *words_of_json(const json_t *body)
{
    static const char *const keys[] = {"message", "error_description", "error"};
    const char *words = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(keys) && !words; i++)
        words = json_get_string(body, keys[i], NULL);
    return g_strdup(words && *words ? words : NULL);
}

/* The title of an HTML page; NULL when it has none. */
static char *title_of(const char *text)
{
    g_autofree char *lower = g_ascii_strdown(text, -1);
    const char *from = strstr(lower, "<title"), *end;

    from = from ? strchr(from, '>') : NULL;
    end = from ? strstr(from, "</title") : NULL;
    return end ? g_strstrip(g_strndup(text + (from + 1 - lower), (gsize)(end - from - 1))) : NULL;
}

static bool is_page(const struct http_answer *a)
{
    return a->content_type && g_ascii_strncasecmp(a->content_type, "text/html", 9) == 0;
}

char *http__words(const struct http_answer *a)
{
    g_autoptr(json_t) body = json_loadb(a->body->str, a->body->len, 0, NULL);
    g_autofree char *words = words_of_json(body), *text = NULL, *title = NULL;

    if (words)
        return g_steal_pointer(&words);
    text = g_utf8_make_valid(a->body->str, (gssize)MIN(a->body->len, 10 * MOST_WORDS));
    title = is_page(a) ? title_of(text) : NULL;
    if (title && *title)
        return g_strdup_printf("a page titled \"%s\"", title);
    if (g_utf8_strlen(text, -1) > MOST_WORDS)
        *g_utf8_offset_to_pointer(text, MOST_WORDS) = '\0';
    return g_strdup(g_strstrip(text));
}

void http__set_strange(const char *what, const struct http_answer *a, int code, GError **error)
{
    g_autofree char *words = http__words(a);
    g_autofree char *type = g_strdup(a->content_type);

    if (type)
        g_strchomp(g_strdelimit(type, ";", '\0'));
    g_set_error(error, http_error(), code,
                "%s: answered %ld with %s, which no control plane does: %s", what, a->status,
                type && *type ? type : "no content type",
                *words ? words : "there was nothing in it.");
    error_hint(error, "a proxy or an Ingress in between may have answered: see TCLOUD_URL, "
                      "HTTPS_PROXY and NO_PROXY, and whether the control plane runs.");
}
