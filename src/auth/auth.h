/* auth.h -- who may do what: OAuth clients, tokens signed by keys the server owns, scopes.
 *
 * A client belongs to an organisation and (unless it is for all of them) a project, and has a role.
 * Its secret is 256 random bits, made here, kept as a salted SHA-256 and shown once; one brought by
 * the user (--secret-file) must have 16 bytes or more. Two secrets may be valid while rotating.
 * Tokens are JWTs (RFC 7519) signed with ES256 by keys in the state database; the header names the
 * key. `alg` is never taken from the token. What ends before its time is remembered until the last
 * token that could be meant has expired; another process's servers know of it ten seconds later.
 * Threads  an auth object belongs to one thread at a time, but for auth_verify(), auth_identity_*
 * and what says so.
 */
#ifndef HEDDLE_AUTH_AUTH_H
#define HEDDLE_AUTH_AUTH_H

#include "base/errors.h"
#include "base/json.h"
#include "db/db.h"

#include <stdint.h>

ERROR_DOMAIN(auth)

enum auth_role { ROLE_EXECUTOR, ROLE_VIEWER, ROLE_DEVELOPER, ROLE_ADMIN, ROLE_COUNT };
extern const char *const auth_role_names[]; /* "executor", … NULL */

struct auth;
extern const struct db_schema auth_schema; /* its tables */

/* Who a token says it is. */
struct auth_identity {
    char *id;       /* of the token it was read from; or NULL */
    char **origins; /* the ids of the tokens that one was made from (auth_exchange); or NULL */
    char *subject;  /* client id or user */
    char *name;
    char *email;        /* of a person; or NULL */
    char *audience;     /* the program a person uses, or AUTH_PAGES; NULL: the subject itself */
    char *sign_in;      /* that a person's token came of; or NULL */
    char *organisation; /* "*": every one */
    char *project;      /* NULL: every project of the organisation */
    int role;           /* enum auth_role */
    int64_t issued_ms, expires_ms;
    int64_t granted_ms; /* when the first of its origins was issued, or it itself */
};
#define AUTH_PAGES "heddle-pages" /* the audience of tokens that are for pages and nothing else */
/* Subjects that are neither a client nor a person. */
#define AUTH_LOCAL     "local"           /* commands of a folder with its own control plane */
#define AUTH_DOWNLOADS "heddle-artifact" /* who fetches an executor to install */
typedef struct auth_identity auth_identity;

/* Migrates its tables in `db` (borrowed), makes a signing key when there is none. */
struct auth *auth_new(struct db *db, int64_t now_ms, GError **error) MUST_CHECK;
void auth_free(struct auth *a);

struct auth_client {
    const char *organisation, *project, *name;
    int role;
    const char *client_id;     /* NULL: make one */
    const char *client_secret; /* NULL: make one */
};
/* Create a client; repeating it with a given id and secret changes nothing. *id and *secret get
 * what was made or given (g_free). The organisation and project come into being with it. */
bool auth_create_client(struct auth *a, const struct auth_client *client, int64_t now_ms, char **id,
                        char **secret, GError **error) MUST_CHECK;
/* A second secret beside the newest; the one before that is not valid any more. g_free(). */
bool auth_rotate_secret(struct auth *a, const char *id, int64_t now_ms, char **secret,
                        GError **error) MUST_CHECK;
/* All but the newest end now. */
bool auth_retire_secret(struct auth *a, const char *id, GError **error) MUST_CHECK;
/* With its secrets and its tokens. These three: ERROR_NOT_FOUND. */
bool auth_remove_client(struct auth *a, const char *id, int64_t now_ms, GError **error) MUST_CHECK;
/* client_id, name, organisation, project, role, created_ms, secrets (how many). */
json_t *auth_list_clients(struct auth *a, GError **error) MUST_CHECK;
/* RFC 6749, 4.4. Checks id and secret (constant time, rate limited before any hash) and signs a
 * token for `scope`. The answer is the token endpoint's JSON. ERROR_DENIED: invalid_client. */
struct auth_grant {
    const char *client_id, *client_secret, *scope, *issuer, *peer;
};
char *auth_client_credentials(struct auth *a, const struct auth_grant *grant, int64_t now_ms,
                              GError **error) MUST_CHECK;
/* After an ERROR_LIMIT: in how many seconds the next try is admitted. */
int64_t auth_wait_s(const struct auth *a);
/* RFC 8693, narrowing only: a token for less than `subject_token` may, and no longer than it: it
 * ends with that one, also before its time. The grant's scope must be given. ERROR_DENIED: the
 * token is no good, or itself made from too many; ERROR_INVALID: invalid_scope. */
char *auth_exchange(struct auth *a, const struct auth_grant *grant, const char *subject_token,
                    int64_t now_ms, GError **error) MUST_CHECK;
/* RFC 7009: a token of ours ends now with all that were made from it, a refresh token with all
 * tokens of the same sign-in. What is no token of ours is none afterwards either. Whoever ends a
 * thousand of his tokens one by one ends the older ones all. */
bool auth_revoke(struct auth *a, const char *token, const char *peer, int64_t now_ms,
                 GError **error) MUST_CHECK;
/* The audit log, for a transaction of the caller's; no secret belongs into it. */
struct auth_deed {
    const char *who, *what;
    const char *subject, *peer; /* what it was done to, from where; or NULL */
    const char *organisation;   /* "*": every one */
    const char *project;        /* NULL: every one */
};
#define AUTH_OPERATOR "operator" /* whoever may write to the state's database, by a command */
bool auth_record(struct auth *a, const struct auth_deed *d, int64_t now_ms,
                 GError **error) MUST_CHECK;
struct auth_log_query {
    const struct auth_identity *reader; /* sees what is no wider than itself; NULL: all */
    const char *organisation, *project; /* that a reader looks at */
    const char *before;                 /* the id of a deed: older ones only; or NULL */
    int64_t limit;                      /* a thousand at most */
    int64_t since_ms;                   /* nothing older */
};
/* Array of id, at_ms, who, what, subject, peer, organisation, project, the last recorded first.
 * ERROR_NOT_FOUND: there is no deed `before`. */
json_t *auth_read_log(struct auth *a, const struct auth_log_query *q, GError **error) MUST_CHECK;
/* Older deeds go; in the caller's transaction. */
bool auth_forget_deeds(struct auth *a, int64_t before_ms, GError **error) MUST_CHECK;
/* Take over what other processes have changed of keys and of what has ended. Every ten seconds. */
bool auth_refresh(struct auth *a, int64_t now_ms, GError **error) MUST_CHECK;

/* Make a new key; it and the newest before it verify, older ones are gone. It signs when it is a
 * minute old, so that every server knows it by then. ERROR_CONFLICT: the newest is younger. */
bool auth_rotate_keys(struct auth *a, int64_t now_ms, char **id, GError **error) MUST_CHECK;
/* Of each key: kid, created_ms, signs (it does now; the others only verify). */
json_t *auth_list_keys(struct auth *a, int64_t now_ms) MUST_CHECK;
/* The public halves of all keys that verify, as a JWK set (RFC 7517). Any thread. */
json_t *auth_key_set(struct auth *a, GError **error) MUST_CHECK;
/* A token for an identity of our own making (local/). g_free(). */
char *auth_sign(struct auth *a, const struct auth_identity *identity, const char *issuer,
                int64_t now_ms, int64_t ttl_ms, GError **error) MUST_CHECK;
/* Check signature, times, audience, and that it has not been ended. ERROR_DENIED with the reason.
 */
struct auth_identity *auth_verify(struct auth *a, const char *token, int64_t now_ms,
                                  GError **error) MUST_CHECK;
void auth_identity_free(struct auth_identity *i);
/* Has what auth_verify() found good been revoked since, as far as this server knows? Any thread. */
bool auth_has_ended(struct auth *a, const struct auth_identity *i);
/* May it act on this project with at least one of the roles in `needs` (bits 1 << role)? */
bool auth_may(const struct auth_identity *i, const char *organisation, const char *project,
              unsigned needs);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(auth_identity, auth_identity_free)

#endif
