/* Pages for people: the headers that keep them harmless, and text made into HTML. */
#include "control/html.h"

#include <stdarg.h>

void control__html_headers(struct http_call *call, const char *form_action)
{
    g_autofree char *policy = g_strdup_printf(
        "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; form-action %s", form_action);

    http_add_header(call, "Cache-Control", "no-store");
    http_add_header(call, "Referrer-Policy", "no-referrer");
    http_add_header(call, "X-Content-Type-Options", "nosniff");
    http_add_header(call, "X-Frame-Options", "DENY");
    http_add_header(call, "Content-Security-Policy", policy);
}

/* `format` is HTML, its values are text. */
static void add(GString *out, const char *format, ...) G_GNUC_PRINTF(2, 3);
static void add(GString *out, const char *format, ...)
{
    g_autofree char *text = NULL;
    va_list values;

    va_start(values, format);
    text = g_markup_vprintf_escaped(format, values);
    va_end(values);
    g_string_append(out, text);
}

static const char *or_empty(const char *text)
{
    return text ? text : "";
}

char *control__html_page(const char *title, const char *inside)
{
    GString *out = g_string_new("<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\">"
                                "<meta name=\"viewport\" content=\"width=device-width\">");

    add(out, "<title>%s</title></head><body><h1>%s</h1>", title, title);
    g_string_append_printf(out, "%s</body></html>\n", inside);
    return g_string_free(out, FALSE);
}

void control__html_text(GString *out, const char *words)
{
    add(out, "<p>%s</p>", or_empty(words));
}

void control__html_pre(GString *out, const char *title, const char *words)
{
    add(out, "<h2>%s</h2><pre>%s</pre>", title, or_empty(words));
}

void control__html_table(GString *out, const char *title, const char *const *columns)
{
    add(out, "<h2>%s</h2><table><tr>", title);
    for (; *columns; columns++)
        add(out, "<th scope=\"col\" align=\"left\">%s</th>", *columns);
}

void control__html_row(GString *out)
{
    g_string_append(out, "</tr>\n<tr>");
}

void control__html_cell(GString *out, const char *address, const char *words)
{
    g_string_append(out, "<td>");
    if (address)
        add(out, "<a href=\"%s\">%s</a>", address, or_empty(words));
    else
        add(out, "%s", or_empty(words));
    g_string_append(out, "</td>");
}

void control__html_end(GString *out)
{
    g_string_append(out, "</tr></table>\n");
}

void control__html_facts(GString *out)
{
    g_string_append(out, "<table><tr>");
}

void control__html_fact(GString *out, const char *name, const char *address, const char *value)
{
    if (!value)
        return;
    add(out, "</tr>\n<tr><th scope=\"row\" align=\"left\">%s</th>", name);
    control__html_cell(out, address, value);
}
