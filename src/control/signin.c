/* Where people sign in: the page for a program's request or for a device, without scripts. */
#include "control/oauth.h"

#include "auth/people.h"
#include "base/ids.h"
#include "base/log.h"

#include <openssl/crypto.h>
#include <string.h>

#define COOKIE       "heddle_form="
#define COOKIE_BYTES 16

/* What a page carries on from its request to its form. */
static const char *const carried[] = {
    "client_id",      "redirect_uri",          "scope",     "state",
    "code_challenge", "code_challenge_method", "user_code", NULL,
};

static void set_headers(struct http_call *call)
{
    http_add_header(call, "Cache-Control", "no-store");
    http_add_header(call, "Referrer-Policy", "no-referrer");
    http_add_header(call, "X-Content-Type-Options", "nosniff");
    http_add_header(call, "X-Frame-Options", "DENY");
    http_add_header(call, "Content-Security-Policy",
                    "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; "
                    "form-action 'self' http://127.0.0.1:29525");
}

static bool show(struct http_call *call, unsigned status, const char *title, const char *inside)
{
    g_autofree char *page = g_strdup_printf(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>%s</title></head>"
        "<body><h1>%s</h1>%s</body></html>\n",
        title, title, inside);

    set_headers(call);
    http_reply(call, status, "text/html; charset=utf-8", page, strlen(page));
    return true;
}

static bool show_error(struct http_call *call, const GError *error)
{
    g_autofree char *inside = g_markup_printf_escaped("<p>%s</p>", error->message);
    unsigned status = error_is(error, ERROR_LIMIT)     ? 429
                      : error_is(error, ERROR_INVALID) ? 400
                      : error_is(error, ERROR_DENIED)  ? 403
                                                       : 503;

    return show(call, status, "Not signed in", inside);
}

/* The form says in a hidden field what a cookie says that only this site can set and read. */
static bool show_form(struct control *c, struct http_call *call, const char *action,
                      const char *words)
{
    g_autofree char *secret = random_hex(COOKIE_BYTES);
    g_autofree char *cookie =
        g_strdup_printf(COOKIE "%s; Path=/auth; HttpOnly; SameSite=Strict%s", secret,
                        g_str_has_prefix(c->issuer, "https:") ? "; Secure" : "");
    g_autoptr(GString) form = g_string_new(NULL);

    g_string_printf(form, "<p>%s</p><form method=\"post\" action=\"%s\">", words, action);
    for (const char *const *name = carried; *name; name++) {
        const char *value = http_query(call, *name);
        g_autofree char *field = g_markup_printf_escaped(
            "<input type=\"hidden\" name=\"%s\" value=\"%s\">", *name, value ? value : "");

        if (value)
            g_string_append(form, field);
    }
    g_string_append_printf(
        form,
        "<input type=\"hidden\" name=\"form\" value=\"%s\">"
        "<p><label>Name <input name=\"name\" autocomplete=\"username\" required></label></p>"
        "<p><label>Password <input name=\"password\" type=\"password\" "
        "autocomplete=\"current-password\" required></label></p>"
        "<p><button>Sign in</button></p></form>",
        secret);
    http_add_header(call, "Set-Cookie", cookie);
    return show(call, 200, "Sign in to Heddle", form->str);
}

static struct auth_request request_of(GHashTable *form)
{
    return (struct auth_request){
        g_hash_table_lookup(form, "client_id"),
        g_hash_table_lookup(form, "redirect_uri"),
        g_hash_table_lookup(form, "scope"),
        g_hash_table_lookup(form, "code_challenge"),
        g_hash_table_lookup(form, "code_challenge_method"),
    };
}

bool control__sign_in_page(struct control *c, struct op *op, GError **error)
{
    struct auth_request request = {
        http_query(op->call, "client_id"),
        http_query(op->call, "redirect_uri"),
        http_query(op->call, "scope"),
        http_query(op->call, "code_challenge"),
        http_query(op->call, "code_challenge_method"),
    };
    g_autoptr(GError) why = NULL;
    const char *type = http_query(op->call, "response_type");

    (void)error;
    if (!auth_check_request(&request, &why))
        return show_error(op->call, why);
    if (g_strcmp0(type, "code") != 0)
        return show(op->call, 400, "Not signed in", "<p>The response_type must be code.</p>");
    return show_form(c, op->call, "/auth", "A program on this machine asks to act for you.");
}

bool control__device_page(struct control *c, struct op *op, GError **error)
{
    const char *code = http_query(op->call, "user_code");
    g_autofree char *words = g_markup_printf_escaped(
        "A device with the code %s asks to act for you. Sign in only if you see this code there.",
        code ? code : "");

    (void)error;
    if (!code || !*code)
        return show(op->call, 400, "Not signed in", "<p>Open the address the device shows.</p>");
    return show_form(c, op->call, "/auth/device/approve", words);
}

/* The form, if it was sent by a page of ours; NULL after an answer that refuses it. */
static GHashTable *read_form(struct http_call *call)
{
    const GString *body = http_body(call);
    const char *cookie = http_header(call, "Cookie"), *at = cookie ? strstr(cookie, COOKIE) : NULL;
    GHashTable *form =
        g_uri_parse_params(body->str, (gssize)body->len, "&", G_URI_PARAMS_WWW_FORM, NULL);
    const char *field = form ? g_hash_table_lookup(form, "form") : NULL;

    if (field && at && strlen(field) == (size_t)2 * COOKIE_BYTES &&
        strncmp(at, COOKIE, strlen(COOKIE)) == 0 && strlen(at + strlen(COOKIE)) >= strlen(field) &&
        CRYPTO_memcmp(at + strlen(COOKIE), field, strlen(field)) == 0 &&
        g_hash_table_contains(form, "name") && g_hash_table_contains(form, "password"))
        return form;
    if (form)
        g_hash_table_unref(form);
    show(call, 403, "Not signed in",
         "<p>This form was not sent by a page of this site. Open the page again.</p>");
    return NULL;
}

static struct auth_person person_of(GHashTable *form, struct http_call *call)
{
    return (struct auth_person){g_hash_table_lookup(form, "name"),
                                g_hash_table_lookup(form, "password"), http_peer(call)};
}

/* Who did what, in the log. A name that does not exist may be a password typed in the wrong place.
 */
static void note(struct control *c, struct http_call *call, const char *name, bool admitted)
{
    log_event(admitted ? LOG_INFO : LOG_WARNING,
              admitted ? "a person signed in" : "a sign-in failed", "account",
              admitted ? name : "-", "peer", http_peer(call), NULL);
    metrics_add(c->metrics, M_LOGINS, METRIC_LABELS(admitted ? "admitted" : "refused"), 1);
}

bool control__sign_in(struct control *c, struct op *op, GError **error)
{
    g_autoptr(GHashTable) form = read_form(op->call);
    g_autoptr(GError) why = NULL;
    g_autofree char *code = NULL, *state = NULL, *to = NULL;
    struct auth_request request;
    struct auth_person who;

    (void)error;
    if (!form)
        return true;
    request = request_of(form);
    who = person_of(form, op->call);
    code = auth_approve(c->auth, &who, &request, c->now_ms, &why);
    note(c, op->call, who.name, code != NULL);
    if (!code)
        return show_error(op->call, why);
    state = g_uri_escape_string(
        g_hash_table_contains(form, "state") ? g_hash_table_lookup(form, "state") : "", NULL, TRUE);
    to = g_strdup_printf("%s?code=%s&state=%s", request.redirect, code, state);
    http_add_header(op->call, "Location", to);
    return show(op->call, 303, "Signed in", "<p>The program goes on by itself.</p>");
}

bool control__device_approve(struct control *c, struct op *op, GError **error)
{
    g_autoptr(GHashTable) form = read_form(op->call);
    g_autoptr(GError) why = NULL;
    struct auth_person who;
    const char *code;
    bool ok;

    (void)error;
    if (!form)
        return true;
    who = person_of(form, op->call);
    code = g_hash_table_lookup(form, "user_code");
    ok = auth_approve_device(c->auth, &who, code ? code : "", c->now_ms, &why);
    note(c, op->call, who.name, ok);
    return ok ? show(op->call, 200, "Signed in", "<p>The device goes on by itself.</p>")
              : show_error(op->call, why);
}
