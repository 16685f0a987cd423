/* people.h -- accounts of people, and the grants that end with one of them saying yes.
 *
 * A person signs in with a name and a password, which is kept as scrypt makes it. What a program
 * then gets is a code (RFC 6749, 4.1, with PKCE by S256), or what its device code is good for (RFC
 * 8628), and with the token a refresh token that is replaced at each use: one that is shown twice
 * ends all that came of the same sign-in. Codes are 256 random bits, kept as their SHA-256.
 * Threads  as auth.h says, and see auth_try; each call is a transaction of its own.
 */
#ifndef HEDDLE_AUTH_PEOPLE_H
#define HEDDLE_AUTH_PEOPLE_H

#include "auth/auth.h"

/* The one program people use: the public client's command line, and where it listens. */
#define AUTH_PUBLIC_CLIENT "f695a000-bc5b-43c2-bcb7-8e0179ddff0c"
#define AUTH_REDIRECT      "http://127.0.0.1:29525/auth/handler"

enum { AUTH_PENDING = ERROR_OWN }; /* nobody has approved the device yet */

/* The first account, "admin" of every organisation; nothing when there are accounts already. With a
 * password of `given`, else one is made: *password (g_free) is what was made, or NULL. */
bool auth_first_account(struct auth *a, const char *given, int64_t now_ms, char **password,
                        GError **error) MUST_CHECK;

/* Accounts, as commands change them; each change is in the audit log, done by AUTH_OPERATOR. */
enum { AUTH_PASSWORD_LEAST = 12 }; /* bytes */
struct auth_account {
    const char *name, *email;           /* email may be NULL */
    const char *organisation, *project; /* NULL: every one */
    int role;                           /* not ROLE_EXECUTOR */
    const char *password;               /* NULL: one is made */
};
/* *password (g_free): what was made, or NULL. ERROR_INVALID, ERROR_CONFLICT. */
bool auth_add_account(struct auth *a, const struct auth_account *wanted, int64_t now_ms,
                      char **password, GError **error) MUST_CHECK;
/* `given` or NULL, *password as above. Ends the person's sign-ins and tokens. ERROR_NOT_FOUND. */
bool auth_set_password(struct auth *a, const char *name, const char *given, int64_t now_ms,
                       char **password, GError **error) MUST_CHECK;
/* With all sign-ins and tokens. ERROR_CONFLICT: it is the last admin of every organisation. */
bool auth_remove_account(struct auth *a, const char *name, int64_t now_ms,
                         GError **error) MUST_CHECK;
/* Array of name, email, organisation, project, role, created_ms. */
json_t *auth_list_accounts(struct auth *a, GError **error) MUST_CHECK;

/* A sign-in, in three steps because a password's hash takes 50 ms and 16 MB: the auth object's
 * thread begins and ends it, any other does the work between. A try counts as a failure until it
 * has ended well, so that many at once are no way round the limit.
 *   auth_try_new() -> auth_try_hash() -> auth_try_end() -> auth_try_free() */
struct auth_try;
struct auth_person {
    const char *name, *password, *peer;
    const char *fresh; /* what the password shall be from now on; or NULL */
};
/* ERROR_INVALID when what is fresh cannot be a password; ERROR_LIMIT after too many failures of
 * this peer with this name, or of this peer; see auth_wait_s(). What is given is copied. */
struct auth_try *auth_try_new(struct auth *a, const struct auth_person *who, int64_t now_ms,
                              GError **error) MUST_CHECK;
void auth_try_hash(struct auth_try *t);
/* ERROR_DENIED for a wrong name or password, the same for both. */
bool auth_try_end(struct auth *a, struct auth_try *t, int64_t now_ms, GError **error) MUST_CHECK;
/* After that, if `fresh` was given: it is the password, all sign-ins and tokens of the person have
 * ended, and the audit log says so. */
bool auth_try_change(struct auth *a, struct auth_try *t, int64_t now_ms, GError **error) MUST_CHECK;
void auth_try_free(struct auth_try *t); /* NULL is fine */

/* Into the audit log, in a transaction of its own. A name that does not exist may be a password: it
 * is left out. */
bool auth_record_sign_in(struct auth *a, const struct auth_person *who, bool admitted,
                         int64_t now_ms, GError **error) MUST_CHECK;

struct auth_request {
    const char *client_id, *redirect, *scope, *challenge, *method;
};
/* May the page for this request be shown, and its answer be sent there? ERROR_INVALID. */
bool auth_check_request(const struct auth_request *r, GError **error) MUST_CHECK;
/* A code for the request, once; `account` has signed in. g_free(). */
char *auth_approve(struct auth *a, const char *account, const struct auth_request *r,
                   int64_t now_ms, GError **error) MUST_CHECK;
/* A token for the browser of a person who has signed in, good for pages alone. g_free(). */
enum { AUTH_SESSION_MS = 8 * 3600 * 1000 };
char *auth_session(struct auth *a, const char *account, const char *issuer, int64_t now_ms,
                   GError **error) MUST_CHECK;
/* The device endpoint's answer; `page` is where a person types the code. ERROR_LIMIT: there are too
 * many, of this peer or of all; see auth_wait_s(). */
char *auth_begin_device(struct auth *a, const struct auth_request *r, const char *peer,
                        const char *page, int64_t now_ms, GError **error) MUST_CHECK;
/* Small letters, spaces and dashes in the code are what people make of it. ERROR_INVALID: no device
 * waits with it. */
bool auth_approve_device(struct auth *a, const char *account, const char *user_code, int64_t now_ms,
                         GError **error) MUST_CHECK;

/* What is shown at the token endpoint. */
enum auth_proof { PROOF_CODE, PROOF_DEVICE, PROOF_REFRESH };
struct auth_redeem {
    enum auth_proof kind;
    const char *secret, *client_id, *redirect, *verifier, *scope, *issuer;
};
/* The token endpoint's answer. ERROR_DENIED: invalid_grant; ERROR_INVALID: invalid_scope. */
char *auth_redeem(struct auth *a, const struct auth_redeem *r, int64_t now_ms,
                  GError **error) MUST_CHECK;

#endif
