/* html.h -- pages for people, without scripts: text is escaped here and nowhere else.
 *
 * A page is written piece by piece into a GString and finished by control__html_page(). What is
 * called words, value or address is plain text; NULL is an empty one.
 */
#ifndef HEDDLE_CONTROL_HTML_H
#define HEDDLE_CONTROL_HTML_H

#include "http/server.h"

/* The headers of every page. `form_action`: where its forms may be sent, as CSP has it. */
void control__html_headers(struct http_call *call, const char *form_action);
char *control__html_page(const char *title, const char *inside); /* `inside` is HTML; g_free() */

void control__html_text(GString *out, const char *words); /* a paragraph */
void control__html_pre(GString *out, const char *title, const char *words);
/* A table: control__html_table(), rows of cells, control__html_end(). */
void control__html_table(GString *out, const char *title, const char *const *columns);
void control__html_row(GString *out);
void control__html_cell(GString *out, const char *address, const char *words); /* or NULL */
void control__html_end(GString *out);
/* A table of two columns without a head: what is NULL has no row. */
void control__html_facts(GString *out);
void control__html_fact(GString *out, const char *name, const char *address, const char *value);

#endif
