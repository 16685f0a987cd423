/* The token endpoint: client credentials (RFC 6749, 4.4) and token exchange (RFC 8693); errors as
 * in RFC 6749, 5.2. */
#include "control/oauth.h"

#include "auth/people.h"
#include "base/limits.h"
#include "base/log.h"

#include <string.h>

struct credentials {
    char *id, *secret;
    GHashTable *form;
};

static void credentials_clear(struct credentials *k)
{
    g_free(k->id);
    g_free(k->secret);
    if (k->form)
        g_hash_table_unref(k->form);
}

void control__add_wait(const struct control *c, struct http_call *call)
{
    g_autofree char *seconds = g_strdup_printf("%" G_GINT64_FORMAT, auth_wait_s(c->auth));

    http_add_header(call, "Retry-After", seconds);
}

/* RFC 6749, 5.2: printable ASCII without quotes and backslashes. */
static char *plain_words(const char *text)
{
    char *out = g_strdup(text);

    for (char *p = out; *p; p++)
        *p = *p == '\n' ? ' ' : strchr("\"\\", *p) ? '\'' : *p < ' ' || *p > '~' ? '?' : *p;
    return out;
}

static bool refuse(struct http_call *call, unsigned status, const char *word, const char *why)
{
    g_autofree char *words = plain_words(why);

    if (status == 401)
        http_add_header(call, "WWW-Authenticate", "Basic realm=\"heddle\"");
    http_add_header(call, "Cache-Control", "no-store");
    http_reply_json(
        call, status,
        json_pack("{s:s, s:s, s:s}", "error", word, "error_description", words, "message", why));
    return true;
}

static void count(struct control *c, bool admitted)
{
    metrics_add(c->metrics, M_LOGINS, METRIC_LABELS(admitted ? "admitted" : "refused"), 1);
}

/* Some clients do not encode what they should; a text that cannot be decoded is meant as it is. */
static char *decoded(const char *text)
{
    char *out = g_uri_unescape_string(text, NULL);

    return out ? out : g_strdup(text);
}

/* HTTP Basic: base64 of the form-encoded id, a colon and the form-encoded secret. */
static void read_basic(const char *header, struct credentials *k)
{
    g_autofree guchar *raw = NULL;
    g_autofree char *text = NULL;
    char *colon;
    gsize len;

    if (!header || g_ascii_strncasecmp(header, "Basic ", 6) != 0)
        return;
    raw = g_base64_decode(header + 6, &len);
    text = g_strndup((const char *)raw, len);
    colon = strchr(text, ':');
    if (!colon)
        return;
    *colon = '\0';
    g_free(k->id);
    g_free(k->secret);
    k->id = decoded(text);
    k->secret = decoded(colon + 1);
}

static bool read_credentials(struct http_call *call, struct credentials *k)
{
    const GString *body = http_body(call);

    k->form = g_uri_parse_params(body->str, (gssize)body->len, "&", G_URI_PARAMS_WWW_FORM, NULL);
    if (!k->form)
        return false;
    k->id = g_strdup(g_hash_table_lookup(k->form, "client_id"));
    k->secret = g_strdup(g_hash_table_lookup(k->form, "client_secret"));
    read_basic(http_header(call, "Authorization"), k);
    return true;
}

static bool answer(struct control *c, struct http_call *call, const char *text, const GError *error)
{
    if (text) {
        http_add_header(call, "Cache-Control", "no-store");
        http_reply(call, 200, "application/json", text, strlen(text));
        return true;
    }
    if (error_is(error, ERROR_LIMIT)) {
        control__add_wait(c, call);
        return refuse(call, 429, "slow_down", error->message);
    }
    if (error_is(error, ERROR_INVALID))
        return refuse(call, 400, "invalid_scope", error->message);
    if (error_is(error, ERROR_DENIED))
        return refuse(call, 401, "invalid_client", error->message);
    return refuse(call, 503, "temporarily_unavailable", error->message);
}

static bool by_secret(struct control *c, struct http_call *call, const struct credentials *k)
{
    struct auth_grant grant = {k->id, k->secret, g_hash_table_lookup(k->form, "scope"), c->issuer,
                               http_peer(call)};
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    if (!k->id || !k->secret)
        return refuse(call, 401, "invalid_client",
                      "A client id and a secret are needed, as HTTP Basic or in the form.");
    text = auth_client_credentials(c->auth, &grant, c->now_ms, &error);
    count(c, text != NULL);
    if (error_is(error, ERROR_DENIED)) /* the limit lets few of them through */
        log_event(LOG_WARNING, "a login failed", "peer", http_peer(call), NULL);
    return answer(c, call, text, error);
}

/* RFC 8693. The token itself says who asks; a client id beside it is not looked at. */
static bool by_token(struct control *c, struct http_call *call, const struct credentials *k)
{
    struct auth_grant grant = {NULL, NULL, g_hash_table_lookup(k->form, "scope"), c->issuer,
                               http_peer(call)};
    const char *token = g_hash_table_lookup(k->form, "subject_token");
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    if (!token)
        return refuse(call, 400, "invalid_request", "The form has no subject_token.");
    text = auth_exchange(c->auth, &grant, token, c->now_ms, &error);
    count(c, text != NULL);
    if (error_is(error, ERROR_DENIED))
        return refuse(call, 400, "invalid_grant", error->message);
    return answer(c, call, text, error);
}

/* What a person's sign-in is good for: a code, an approved device, a refresh. The page has counted
 * it. */
static bool by_proof(struct control *c, struct http_call *call, const struct credentials *k,
                     enum auth_proof kind, const char *member)
{
    struct auth_redeem redeem = {
        kind,
        g_hash_table_lookup(k->form, member),
        k->id,
        g_hash_table_lookup(k->form, "redirect_uri"),
        g_hash_table_lookup(k->form, "code_verifier"),
        g_hash_table_lookup(k->form, "scope"),
        c->issuer,
    };
    g_autoptr(GError) error = NULL;
    g_autofree char *text = NULL;

    if (!redeem.secret)
        return refuse(call, 400, "invalid_request", "The form lacks the code of this grant.");
    text = auth_redeem(c->auth, &redeem, c->now_ms, &error);
    if (error_is(error, AUTH_PENDING))
        return refuse(call, 400, "authorization_pending", error->message);
    if (error_is(error, ERROR_DENIED))
        return refuse(call, 400, "invalid_grant", error->message);
    return answer(c, call, text, error);
}

static bool by_code(struct control *c, struct http_call *call, const struct credentials *k)
{
    return by_proof(c, call, k, PROOF_CODE, "code");
}

static bool by_device(struct control *c, struct http_call *call, const struct credentials *k)
{
    return by_proof(c, call, k, PROOF_DEVICE, "device_code");
}

static bool by_refresh(struct control *c, struct http_call *call, const struct credentials *k)
{
    return by_proof(c, call, k, PROOF_REFRESH, "refresh_token");
}

bool control__device(struct control *c, struct op *op, GError **error)
{
    struct credentials k = {0};
    g_autoptr(GError) why = NULL;
    g_autofree char *page = g_strconcat(c->issuer, "/auth/device", NULL), *text = NULL;
    bool done;

    (void)error;
    if (!read_credentials(op->call, &k)) {
        done = refuse(op->call, 400, "invalid_request", "The body is not a form.");
    } else {
        struct auth_request request = {.client_id = k.id,
                                       .scope = g_hash_table_lookup(k.form, "scope")};

        text = auth_begin_device(c->auth, &request, http_peer(op->call), page, c->now_ms, &why);
        done = error_is(why, ERROR_INVALID) ? refuse(op->call, 400, "invalid_client", why->message)
                                            : answer(c, op->call, text, why);
    }
    credentials_clear(&k);
    return done;
}

/* Whoever holds a token may end it; whether it was one is told to nobody (RFC 7009, 2.2). */
bool control__revoke(struct control *c, struct op *op, GError **error)
{
    struct credentials k = {0};
    g_autoptr(GError) why = NULL;
    const char *token;
    bool done;

    (void)error;
    if (!read_credentials(op->call, &k) || !(token = g_hash_table_lookup(k.form, "token")))
        done = refuse(op->call, 400, "invalid_request", "The body is not a form with a token.");
    else
        done = answer(
            c, op->call,
            auth_revoke(c->auth, token, http_peer(op->call), c->now_ms, &why) ? "{}" : NULL, why);
    credentials_clear(&k);
    return done;
}

static const struct grant_type {
    const char *name;
    bool (*run)(struct control *c, struct http_call *call, const struct credentials *k);
} grant_types[] = {
    {"authorization_code",                              by_code   },
    {"refresh_token",                                   by_refresh},
    {"urn:ietf:params:oauth:grant-type:device_code",    by_device },
    {"client_credentials",                              by_secret },
    {"urn:ietf:params:oauth:grant-type:token-exchange", by_token  },
};

static const struct grant_type *find_grant_type(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(grant_types); i++)
        if (strcmp(grant_types[i].name, name) == 0)
            return &grant_types[i];
    return NULL;
}

json_t *control__grant_types(void)
{
    json_t *out = json_array();

    for (size_t i = 0; i < G_N_ELEMENTS(grant_types); i++)
        json_array_append_new(out, json_string(grant_types[i].name));
    return out;
}

bool control__token(struct control *c, struct op *op, GError **error)
{
    struct credentials k = {0};
    const struct grant_type *type;
    const char *name;
    bool done;

    (void)error;
    if (!read_credentials(op->call, &k))
        done = refuse(op->call, 400, "invalid_request", "The body is not a form.");
    else if (!(name = g_hash_table_lookup(k.form, "grant_type")))
        done = refuse(op->call, 400, "invalid_request", "The form has no grant_type.");
    else if (!(type = find_grant_type(name)))
        done = refuse(op->call, 400, "unsupported_grant_type",
                      "This grant is not served; /.well-known/openid-configuration has a list.");
    else
        done = type->run(c, op->call, &k);
    credentials_clear(&k);
    return done;
}
