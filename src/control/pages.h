/* pages.h -- the pages that links of the public API open, and the session of a person who looks.
 *
 * A page is for whoever may read the project: a bearer token, or the cookie a browser gets when a
 * person signs in. A browser that has neither is sent to the sign-in page and back.
 */
#ifndef HEDDLE_CONTROL_PAGES_H
#define HEDDLE_CONTROL_PAGES_H

#include "control/control_int.h"

/* session.c. The cookie is good for pages alone: a form of another site can do nothing with it. */
char *control__session_token(const struct control *c, struct http_call *call); /* or NULL */
void control__session_start(const struct control *c, struct http_call *call, const char *token);
void control__session_ask(struct http_call *call); /* answers: to the sign-in page and back */
/* Is this the address of a page of ours, without a host? */
bool control__session_may_go_to(const char *address);

/* What a page is made with: pages.c, page_models.c. */
struct sheet {
    struct control *c;
    struct op *op;
    char *base; /* of the project's addresses */
    GString *out;
};
void control__sheet_begin(struct sheet *s, struct control *c, struct op *op);
/* The page is the answer; `ok` false with ERROR_NOT_FOUND makes a page that says so. Releases it.
 */
bool control__sheet_end(struct sheet *s, bool ok, const char *title, GError **error) MUST_CHECK;
void control__sheet_moment(struct sheet *s, const char *name, int64_t ms); /* a row of facts */
/* Tables: the newest plans or runs of an environment; batches (of struct state_batch). */
bool control__sheet_works(struct sheet *s, const char *environment, int kind, const char *title,
                          GError **error) MUST_CHECK;
void control__sheet_batches(struct sheet *s, const GPtrArray *batches);

bool control__environment_page(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__plan_page(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__run_page(struct control *c, struct op *op, GError **error) MUST_CHECK;
bool control__model_page(struct control *c, struct op *op, GError **error) MUST_CHECK;

#endif
