/* auth_int.h -- shared by the files of auth/ alone. */
#ifndef HEDDLE_AUTH_AUTH_INT_H
#define HEDDLE_AUTH_AUTH_INT_H

#include "auth/auth.h"

#include <openssl/evp.h>
#include <pthread.h>

#define TOKEN_TTL_MS    (3600 * 1000LL)
#define SECRET_BYTES    32 /* what we make: 256 bits */
#define LEAST_SECRET    16 /* bytes of one that is brought */
#define MOST_SECRET     1024
#define SECRETS_AT_ONCE 2 /* while rotating */
#define KEYS_AT_ONCE    2
#define SETTLE_MS       60000 /* after which every server knows a key */

struct key {
    char *id;
    EVP_PKEY *pair;
    int64_t created_ms;
};

/* proven.c: for any thread. */
struct proven *auth__proven_new(void);
void auth__proven_free(struct proven *p);
bool auth__is_proven(struct proven *p, const char *token);
void auth__prove(struct proven *p, const char *token);

/* known.c: what tokens are checked against; never changed, only replaced, so any thread may use
 * what it has a reference of. */
struct known {
    gint refs;         /* counted by atomic macros, which ThreadSanitizer sees */
    GPtrArray *keys;   /* of struct key, the newest first: all of them verify */
    GHashTable *ended; /* "KIND ID" -> int64_t: what was issued before is void */
    struct proven *proven;
};
struct known *auth__known(struct auth *a); /* a reference */
void auth__known_unref(struct known *k);
const struct key *auth__find_key(const struct known *known, const char *id);
const struct key *auth__signer(const struct known *known, int64_t now_ms);
#define ENDED_TOKEN   "jti"
#define ENDED_CLIENT  "sub"
#define ENDED_PERSON  "acc" /* who may be called as a client is */
#define ENDED_SIGN_IN "sid"
/* INT64_MIN: it goes on. */
int64_t auth__ended_ms(const struct known *known, const char *kind, const char *id);

struct limiter;

struct auth {
    struct db *db;
    pthread_mutex_t lock;
    struct known *known;     /* guarded by the lock */
    struct limiter *limiter; /* of a peer with one name */
    struct limiter *peers;   /* of a peer with whatever names */
    struct limiter *devices; /* that a peer has asked for */
    struct limiter *endings; /* of tokens, that somebody has in the audit log */
    int64_t wait_ms;         /* that the last ERROR_LIMIT asked for */
};

/* What db_next() left behind: nothing, or it is handed on. */
bool auth__ended_well(GError *why, GError **error);

/* keys.c */
bool auth__read_keys(struct auth *a, GPtrArray *keys, GError **error) MUST_CHECK;
bool auth__ensure_key(struct auth *a, int64_t now_ms, GError **error) MUST_CHECK;
void auth__key_free(struct key *k);

/* ended.c: for a transaction of the caller's; auth_refresh() after it. */
/* All that came of a person's sign-in: codes, refresh tokens, tokens. No account: nobody has signed
 * in yet. */
bool auth__end_sign_in(struct auth *a, const char *family, const char *account, int64_t now_ms,
                       GError **error) MUST_CHECK;
/* Every token of a client. */
bool auth__end_client(struct auth *a, const char *id, int64_t now_ms, GError **error) MUST_CHECK;
/* Every token of a person, and what the sign-ins are still good for. */
bool auth__end_person(struct auth *a, const char *account, int64_t now_ms,
                      GError **error) MUST_CHECK;
/* ENDED_CLIENT or ENDED_PERSON: whose tokens its subject's are. */
const char *auth__kind_of(const struct auth_identity *i);

/* trail.c: in a transaction of its own. */
bool auth__record_alone(struct auth *a, const struct auth_deed *d, int64_t now_ms,
                        GError **error) MUST_CHECK;
/* A person did this, who may be gone by now; in the caller's transaction. */
bool auth__record_person(struct auth *a, const char *name, const char *what, const char *peer,
                         int64_t now_ms, GError **error) MUST_CHECK;
/* A command did this to a client, which must be there; in the caller's transaction. */
bool auth__record_client(struct auth *a, const char *id, const char *what, int64_t now_ms,
                         GError **error) MUST_CHECK;

/* base64url.c: RFC 4648, 5, without padding. g_free(). NULL for a text that is not it. */
char *auth__base64url(const void *data, size_t n);
guchar *auth__unbase64url(const char *text, size_t *n);

/* signature.c: ES256 as RFC 7518, 3.4 writes it, r and s one behind the other. */
#define SIGNATURE_BYTES 64
bool auth__sign(const struct key *k, const char *text, guchar out[SIGNATURE_BYTES],
                GError **error) MUST_CHECK;
bool auth__is_signed(const struct key *k, const char *text, size_t n,
                     const guchar signature[SIGNATURE_BYTES]);
/* OpenSSL's own words, behind ours. */
void auth__set_openssl_error(GError **error, const char *what);

/* names.c */
/* ERROR_INVALID: "WHAT WHY." Always false. */
bool auth__is_wrong(GError **error, const char *what, const char *why);
/* Letters, digits, "-", "_", "." and what is in `also`; names stand in URLs and between colons. */
bool auth__check_name(const char *what, const char *name, const char *also,
                      GError **error) MUST_CHECK;
/* What people read: short, in UTF-8, and without line ends. */
bool auth__check_words(const char *what, const char *words, GError **error) MUST_CHECK;
/* May a new client or account be called so? None of either may have the name. */
bool auth__check_subject(struct auth *a, const char *what, const char *name,
                         GError **error) MUST_CHECK;

/* clients.c */
struct client {
    char *id, *name, *organisation, *project; /* project NULL: all */
    int role;
};
void auth__client_free(struct client *c);
typedef struct client client;
G_DEFINE_AUTOPTR_CLEANUP_FUNC(client, auth__client_free)
/* NULL without error: there is none of this id. */
struct client *auth__find_client(struct auth *a, const char *id, GError **error) MUST_CHECK;
/* Is this one of the client's secrets? Compares with all of them in constant time. */
bool auth__secret_fits(struct auth *a, const char *id, const char *secret, bool *fits,
                       GError **error) MUST_CHECK;

/* scope.c: narrow what the client may to what is asked for. ERROR_INVALID: invalid_scope. */
bool auth__narrow(struct auth_identity *i, const char *scope, GError **error) MUST_CHECK;
/* -1 for a word that is no role. */
int auth__role(const char *word);

/* passwords.c: base64url of what scrypt makes. g_free(). */
char *auth__hash(const char *password, const char *salt, GError **error) MUST_CHECK;

/* roster.c */
struct proof {
    char *salt, *digest; /* of a password */
};
void auth__proof_clear(struct proof *p);
bool auth__check_password(const char *password, GError **error) MUST_CHECK;
struct auth_person;
/* A transaction of its own. */
bool auth__change_password(struct auth *a, const struct auth_person *who, const struct proof *p,
                           int64_t now_ms, GError **error) MUST_CHECK;

/* accounts.c, consent.c: see people.h */
bool auth__has_accounts(struct auth *a, bool *yes, GError **error) MUST_CHECK;
#define EVERY_ORGANISATION "*" /* no organisation's name */
struct account {
    char *name, *email, *organisation, *project; /* email and project may be NULL */
    char *salt, *digest;
    int role;
};
typedef struct account account;
void auth__account_free(struct account *p);
G_DEFINE_AUTOPTR_CLEANUP_FUNC(account, auth__account_free)
/* NULL without error: there is none of this name. */
struct account *auth__find_account(struct auth *a, const char *name, GError **error) MUST_CHECK;
struct auth_identity *auth__person(struct auth *a, const char *name, GError **error) MUST_CHECK;
struct pending {
    int kind; /* enum auth_proof */
    const char *secret, *family, *account, *client, *scope, *challenge, *redirect, *user_code;
    int64_t ttl_ms;
};
bool auth__keep(struct auth *a, const struct pending *p, int64_t now_ms, GError **error) MUST_CHECK;

/* limiter.c: a bucket of tries for each key; each failure takes one, time brings them back.
 * Belongs to the thread of the auth object. */
/* Of whose failures one address is answerable: the network of 64 bits that a customer of IPv6 has,
 * the address itself otherwise. "-" for none. g_free(). */
char *auth__limiter_peer(const char *peer);
struct limiter *auth__limiter_new(int tries, int64_t one_more_ms);
void auth__limiter_free(struct limiter *l);
/* 0: go on; else the milliseconds after which one more try is admitted. */
int64_t auth__limiter_wait(struct limiter *l, const char *key, int64_t now_ms);
void auth__limiter_failed(struct limiter *l, const char *key, int64_t now_ms);
void auth__limiter_give_back(struct limiter *l, const char *key, int64_t now_ms);
/* Wait no longer than nothing, or say how long: ERROR_LIMIT. */
bool auth__admit(struct auth *a, int64_t wait_ms, GError **error) MUST_CHECK;

#endif
