/* people.h -- accounts of people, and the grants that end with one of them saying yes.
 *
 * A person signs in with a name and a password, which is kept as scrypt makes it. What a program
 * then gets is a code (RFC 6749, 4.1, with PKCE by S256), or what its device code is good for (RFC
 * 8628), and with the token a refresh token that is replaced at each use: one that is shown twice
 * ends all that came of the same sign-in. Codes are 256 random bits, kept as their SHA-256.
 * Threads  as auth.h says; each call is a transaction of its own.
 */
#ifndef HEDDLE_AUTH_PEOPLE_H
#define HEDDLE_AUTH_PEOPLE_H

#include "auth/auth.h"

/* The one program people use: the public client's command line, and where it listens. */
#define AUTH_PUBLIC_CLIENT "f695a000-bc5b-43c2-bcb7-8e0179ddff0c"
#define AUTH_REDIRECT      "http://127.0.0.1:29525/auth/handler"

enum { AUTH_PENDING = ERROR_OWN }; /* nobody has approved the device yet */

/* The first account, "admin" of every organisation. *password (g_free) is NULL when there are
 * accounts already. */
bool auth_first_account(struct auth *a, int64_t now_ms, char **password, GError **error) MUST_CHECK;

/* Who signs in. ERROR_DENIED; ERROR_LIMIT after too many failures of this peer, before any hash. */
struct auth_person {
    const char *name, *password, *peer;
};
struct auth_request {
    const char *client_id, *redirect, *scope, *challenge, *method;
};
/* May the page for this request be shown, and its answer be sent there? ERROR_INVALID. */
bool auth_check_request(const struct auth_request *r, GError **error) MUST_CHECK;
/* A code for the request, once. g_free(). */
char *auth_approve(struct auth *a, const struct auth_person *who, const struct auth_request *r,
                   int64_t now_ms, GError **error) MUST_CHECK;
/* The device endpoint's answer; `page` is where a person types the code. */
char *auth_begin_device(struct auth *a, const struct auth_request *r, const char *page,
                        int64_t now_ms, GError **error) MUST_CHECK;
bool auth_approve_device(struct auth *a, const struct auth_person *who, const char *user_code,
                         int64_t now_ms, GError **error) MUST_CHECK;

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
