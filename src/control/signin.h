/* signin.h -- pages with a form that asks for a name and a password.
 *
 * A form is sent by a page of ours alone: a hidden field says what a cookie says that no other site
 * can set or read. All of these answer by themselves.
 */
#ifndef HEDDLE_CONTROL_SIGNIN_H
#define HEDDLE_CONTROL_SIGNIN_H

#include "control/control_int.h"

bool control__show_page(struct http_call *call, unsigned status, const char *title,
                        const char *inside);
bool control__show_failure(const struct control *c, struct http_call *call, const GError *error);

struct sheet_form {
    const char *title, *action;
    const char *words;  /* HTML */
    const char *fields; /* HTML, behind those for name and password; or NULL */
    const char *button;
};
bool control__show_form(struct control *c, struct http_call *call, const struct sheet_form *f);
/* The form; NULL after an answer that refuses it. g_hash_table_unref() */
GHashTable *control__read_form(const struct control *c, struct http_call *call);
/* First the porter gets the password, then this is asked again. False: not (yet); it is parked, or
 * an answer has been given. `fresh`: see struct auth_person. */
bool control__is_signed_in(struct control *c, struct op *op, GHashTable *form, const char *fresh);

#endif
