/* auth_int.h -- a person's sign-in at a control plane, kept for later commands.
 *
 * One file, $XDG_STATE_HOME/heddle/sign-ins.json (mode 0600, replaced as a whole), with an entry
 * for each origin: {"token_url", "auth_url", "access_token", "refresh_token", "expires_ms"}. A
 * refresh token is good once, so whoever shows it holds the lock file beside it and writes down
 * what came back before letting go. Readers need no lock.
 * Errors   ERROR_DENIED: nobody is signed in, or the server has ended the sign-in; ERROR_INVALID: a
 *          file that cannot be read; ERROR_UNAVAILABLE: the server.
 */
#ifndef HEDDLE_CLI_AUTH_INT_H
#define HEDDLE_CLI_AUTH_INT_H

#include "cli/cli_int.h"

#define SIGNIN_CLIENT   "f695a000-bc5b-43c2-bcb7-8e0179ddff0c" /* the public client's id */
#define SIGNIN_REDIRECT "http://127.0.0.1:29525/auth/handler"

/* auth_store.c */
struct signins {
    char *path;
    int lock;      /* -1: none */
    json_t *plane; /* origin -> entry */
};
typedef struct signins signins;
/* Wait for the lock and read. Close in any case. */
bool cli__signins_open(struct signins *s, GError **error) MUST_CHECK;
bool cli__signins_write(const struct signins *s, GError **error) MUST_CHECK;
void cli__signins_close(struct signins *s);
/* The entry as it is, without the lock; a new reference. NULL without an error: there is none. */
json_t *cli__signin_peek(const char *origin, GError **error);
/* Scheme, host and port of an address; NULL: it is none. g_free(). */
char *cli__origin(const char *url);

/* auth_flow.c -- the two ways to sign in; the token endpoint's answer, a new reference. */
struct signin_at {
    char *origin, *auth_url, *token_url; /* g_free() */
};
bool cli__signin_at(struct signin_at *at, GError **error) MUST_CHECK; /* of TCLOUD_URL */
void cli__signin_at_clear(struct signin_at *at);
json_t *cli__signin_by_browser(struct cli *cli, const struct signin_at *at, GError **error);
json_t *cli__signin_by_device(struct cli *cli, const struct signin_at *at, GError **error);

/* auth_token.c */
/* POST a form; *word is the OAuth error's, "" when there is none. A new reference. */
json_t *cli__oauth_post(const char *url, const char *form, char **word, GError **error);
/* "a=b&c=d" of names and values up to NULL, escaped. g_free(). */
char *cli__form(const char *first, ...) G_GNUC_NULL_TERMINATED;
/* Keep an answer of the token endpoint as the sign-in. */
bool cli__signin_keep(struct signins *s, const struct signin_at *at, const json_t *answer,
                      GError **error) MUST_CHECK;
/* A token that lives for a while, refreshed if need be; never `spent` (or NULL). Fits api_renew:
 * `data` is the origin. g_free(). */
char *cli__signin_token(void *data, const char *spent, int64_t *life_ms, GError **error);

G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC(signins, cli__signins_close)

#endif
