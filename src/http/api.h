/* api.h -- a logged-in client of the control plane: tokens fetched and renewed, answers read as
 * JSON, problems as errors.
 *
 * Used by CLI and executor alike. The token comes from the OAuth client credentials grant (RFC
 * 6749, 4.4; id and secret as HTTP Basic, scope `tbk:scope:projects`), is kept until shortly before
 * it expires, and fetched again once when an answer is 401. Threads  as http/client.h: one thread
 * at a time; api_interrupt() from any. Errors   domain http_error(): ERROR_DENIED (401, 403, wrong
 * id or secret), ERROR_NOT_FOUND, ERROR_CONFLICT, ERROR_INVALID (400, 422), ERROR_LIMIT (413, 429),
 * ERROR_UNAVAILABLE. The message is the server's own (`message` of the problem it answered).
 */
#ifndef HEDDLE_HTTP_API_H
#define HEDDLE_HTTP_API_H

#include "base/json.h"
#include "http/client.h"

struct api;

/* Another source of tokens than id and secret: a token that is not `spent` (refused, or ending; or
 * NULL) and how long it lives. g_free(). */
typedef char *(*api_renew)(void *data, const char *spent, int64_t *life_ms, GError **error);

struct api_settings {
    const char *url;       /* TCLOUD_URL: {base}/sqlmesh/{org}/{project} */
    const char *token_url; /* TCLOUD_TOKEN_URL; NULL: origin of url + /auth/token */
    const char *client_id, *client_secret;
    const char *token; /* a ready token instead of id and secret (local/), or NULL */
    api_renew renew;   /* instead of id and secret (cli/auth), or NULL */
    void *renew_data;  /* freed with the api, or by api_new() when it fails */
    GDestroyNotify renew_free;
};

struct api *api_new(const struct api_settings *settings, GError **error) MUST_CHECK;
void api_free(struct api *a);
void api_interrupt(struct api *a);
/* The secret was rotated: use this one from the next login on. */
void api_set_secret(struct api *a, const char *client_secret);
/* Log in now instead of at the first call. */
bool api_login(struct api *a, GError **error) MUST_CHECK;
const char *api_secret_token(const struct api *a); /* to be redacted; may be NULL */

/* Call `{url}/{path}`; `body` may be NULL (and is borrowed). Returns the JSON answered, or an empty
 * object for an empty answer. `wait_ms` is added to the timeout for long polls. */
json_t *api_call(struct api *a, const char *method, const char *path, const json_t *body,
                 int64_t wait_ms, GError **error) MUST_CHECK;
/* What `path` answered cannot be a control plane's, because of `why`: ERROR_UNAVAILABLE with the
 * address, how the answer begins, and where to look. */
void api_set_strange(const struct api *a, const char *path, const json_t *answer, const char *why,
                     GError **error);

#endif
