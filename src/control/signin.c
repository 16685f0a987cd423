/* Where people sign in: the page for a program's request or for a device, without scripts. */
#include "control/html.h"
#include "control/oauth.h"
#include "control/pages.h"
#include "control/porter.h"
#include "control/signin.h"

#include "auth/people.h"
#include "base/ids.h"
#include "base/log.h"

#include <openssl/crypto.h>
#include <string.h>

#define FORM_BYTES 16 /* of the secret that ties a form to its page */

/* What a page carries on from its request to its form. */
static const char *const carried[] = {
    "client_id", "redirect_uri", "scope", "state", "code_challenge", "code_challenge_method",
    "user_code", "to",           NULL,
};

bool control__show_page(struct http_call *call, unsigned status, const char *title,
                        const char *inside)
{
    g_autofree char *page = control__html_page(title, inside);

    control__html_headers(call, "'self' http://127.0.0.1:29525");
    http_reply(call, status, "text/html; charset=utf-8", page, strlen(page));
    return true;
}

/* A paragraph for what happened, one for the hint. */
bool control__show_failure(const struct control *c, struct http_call *call, const GError *error)
{
    unsigned status = error_is(error, ERROR_LIMIT)     ? 429
                      : error_is(error, ERROR_INVALID) ? 400
                      : error_is(error, ERROR_DENIED)  ? 403
                                                       : 503;
    g_auto(GStrv) lines = g_strsplit(error->message, "\n", 0);
    g_autoptr(GString) inside = g_string_new(NULL);

    for (char **line = lines; *line; line++) {
        g_autofree char *p = g_markup_printf_escaped("<p>%s</p>", *line);

        g_string_append(inside, p);
    }
    if (status == 429)
        control__add_wait(c, call);
    return control__show_page(call, status, "Not signed in", inside->str);
}

/* Under https a cookie that no other host of the domain can set. */
static const char *cookie_name(const struct control *c)
{
    return g_str_has_prefix(c->issuer, "https:") ? "__Host-heddle_form" : "heddle_form";
}

static bool is_form_secret(const char *text)
{
    return strlen(text) == (size_t)2 * FORM_BYTES &&
           strspn(text, "0123456789abcdef") == (size_t)2 * FORM_BYTES;
}

/* The secret the browser was given with a page of ours; NULL: none. g_free(). */
static char *cookie_of(const struct control *c, struct http_call *call)
{
    const char *header = http_header(call, "Cookie"), *name = cookie_name(c);
    g_auto(GStrv) pairs = g_strsplit(header ? header : "", ";", 64);

    for (char **pair = pairs; *pair; pair++) {
        const char *text = g_strchug(*pair);
        size_t n = strlen(name);

        if (strncmp(text, name, n) == 0 && text[n] == '=' && is_form_secret(text + n + 1))
            return g_strdup(text + n + 1);
    }
    return NULL;
}

static void add_hidden(GString *form, const char *name, const char *value)
{
    g_autofree char *field =
        g_markup_printf_escaped("<input type=\"hidden\" name=\"%s\" value=\"%s\">", name, value);

    g_string_append(form, field);
}

static char *cookie_for(const struct control *c, const char *secret)
{
    return g_strdup_printf("%s=%s; Path=/; HttpOnly; SameSite=Strict%s", cookie_name(c), secret,
                           g_str_has_prefix(c->issuer, "https:") ? "; Secure" : "");
}

/* A second page gets the secret of the first, so that both can be sent. */
bool control__show_form(struct control *c, struct http_call *call, const struct sheet_form *f)
{
    g_autofree char *had = cookie_of(c, call);
    g_autofree char *secret = had ? g_steal_pointer(&had) : random_hex(FORM_BYTES);
    g_autofree char *cookie = cookie_for(c, secret);
    g_autoptr(GString) form = g_string_new(NULL);

    g_string_printf(form, "<p>%s</p><form method=\"post\" action=\"%s\">", f->words, f->action);
    for (const char *const *name = carried; *name; name++)
        if (http_query(call, *name))
            add_hidden(form, *name, http_query(call, *name));
    add_hidden(form, "form", secret);
    g_string_append_printf(
        form,
        "<p><label>Name <input name=\"name\" autocomplete=\"username\" required></label></p>"
        "<p><label>Password <input name=\"password\" type=\"password\" "
        "autocomplete=\"current-password\" required></label></p>%s"
        "<p><button>%s</button></p></form>",
        f->fields ? f->fields : "", f->button);
    http_add_header(call, "Set-Cookie", cookie);
    return control__show_page(call, 200, f->title, form->str);
}

static bool ask_to_sign_in(struct control *c, struct http_call *call, const char *action,
                           const char *words)
{
    const struct sheet_form form = {"Sign in to Heddle", action, words, NULL, "Sign in"};

    return control__show_form(c, call, &form);
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
        return control__show_failure(c, op->call, why);
    if (g_strcmp0(type, "code") != 0)
        return control__show_page(op->call, 400, "Not signed in",
                                  "<p>The response_type must be code.</p>");
    return ask_to_sign_in(c, op->call, "/auth", "A program on this machine asks to act for you.");
}

bool control__device_page(struct control *c, struct op *op, GError **error)
{
    const char *code = http_query(op->call, "user_code");
    g_autofree char *words = g_markup_printf_escaped(
        "A device with the code %s asks to act for you. Sign in only if you see this code there.",
        code ? code : "");

    (void)error;
    if (!code || !*code)
        return control__show_page(
            op->call, 200, "Which device?",
            "<form method=\"get\" action=\"/auth/device\">"
            "<p><label>The code it shows <input name=\"user_code\" autocomplete=\"off\" "
            "required></label></p><p><button>Go on</button></p></form>");
    return ask_to_sign_in(c, op->call, "/auth/device/approve", words);
}

GHashTable *control__read_form(const struct control *c, struct http_call *call)
{
    const GString *body = http_body(call);
    g_autofree char *cookie = cookie_of(c, call);
    GHashTable *form =
        g_uri_parse_params(body->str, (gssize)body->len, "&", G_URI_PARAMS_WWW_FORM, NULL);
    const char *field = form ? g_hash_table_lookup(form, "form") : NULL;

    if (cookie && field && is_form_secret(field) &&
        CRYPTO_memcmp(cookie, field, strlen(cookie)) == 0 && g_hash_table_contains(form, "name") &&
        g_hash_table_contains(form, "password"))
        return form;
    if (form)
        g_hash_table_unref(form);
    control__show_page(
        call, 403, "Not signed in",
        "<p>This form was not sent by a page of this site. Open the page again.</p>");
    return NULL;
}

/* Who did what, in the log. A name that does not exist may be a password typed in the wrong place.
 */
static void note(struct control *c, struct http_call *call, const struct auth_person *who,
                 bool admitted)
{
    log_event(admitted ? LOG_INFO : LOG_WARNING,
              admitted ? "a person signed in" : "a sign-in failed", "account",
              admitted ? who->name : "-", "peer", http_peer(call), NULL);
    metrics_add(c->metrics, M_LOGINS, METRIC_LABELS(admitted ? "admitted" : "refused"), 1);
}

/* One that the limit turned away is not recorded: the log grows no faster than the limit admits. */
static void record(struct control *c, const struct auth_person *who, bool admitted)
{
    g_autoptr(GError) error = NULL;

    if (!auth_record_sign_in(c->auth, who, admitted, c->now_ms, &error))
        log_event(LOG_ERROR, "a sign-in is not in the audit log", "error", error->message, NULL);
}

bool control__is_signed_in(struct control *c, struct op *op, GHashTable *form, const char *fresh)
{
    const struct auth_person who = {g_hash_table_lookup(form, "name"),
                                    g_hash_table_lookup(form, "password"), http_peer(op->call),
                                    fresh};
    g_autoptr(GError) why = NULL;

    if (op->attempt && auth_try_end(c->auth, op->attempt, c->now_ms, &why)) {
        note(c, op->call, &who, true);
        record(c, &who, true);
        return true;
    }
    if (!op->attempt && !control__porter_has_room(c->porter))
        g_set_error(&why, control_error(), ERROR_UNAVAILABLE,
                    "Too many people sign in at this moment; try again in a few seconds.");
    else if (!op->attempt && (op->attempt = auth_try_new(c->auth, &who, c->now_ms, &why)))
        op->park = PARK_HASH;
    if (!why)
        return false;
    if (error_is(why, ERROR_DENIED) || error_is(why, ERROR_LIMIT))
        note(c, op->call, &who, false);
    if (op->attempt && error_is(why, ERROR_DENIED))
        record(c, &who, false);
    control__show_failure(c, op->call, why);
    return false;
}

/* Where the browser goes next: to the program, with the code. g_free(). */
static char *way_back(const struct auth_request *request, const char *code, const char *state)
{
    g_autofree char *escaped = state ? g_uri_escape_string(state, NULL, TRUE) : NULL;

    return g_strdup_printf("%s?code=%s%s%s", request->redirect, code, escaped ? "&state=" : "",
                           escaped ? escaped : "");
}

bool control__sign_in(struct control *c, struct op *op, GError **error)
{
    g_autoptr(GHashTable) form = control__read_form(c, op->call);
    g_autoptr(GError) why = NULL;
    g_autofree char *code = NULL, *to = NULL;
    struct auth_request request;

    (void)error;
    if (!form)
        return true;
    request = request_of(form);
    if (!auth_check_request(&request, &why))
        return control__show_failure(c, op->call, why);
    if (!control__is_signed_in(c, op, form, NULL))
        return true;
    code = auth_approve(c->auth, g_hash_table_lookup(form, "name"), &request, c->now_ms, &why);
    if (!code)
        return control__show_failure(c, op->call, why);
    to = way_back(&request, code, g_hash_table_lookup(form, "state"));
    http_add_header(op->call, "Location", to);
    return control__show_page(op->call, 303, "Signed in", "<p>The program goes on by itself.</p>");
}

bool control__device_approve(struct control *c, struct op *op, GError **error)
{
    g_autoptr(GHashTable) form = control__read_form(c, op->call);
    g_autoptr(GError) why = NULL;
    const char *code;

    (void)error;
    if (!form || !control__is_signed_in(c, op, form, NULL))
        return true;
    code = g_hash_table_lookup(form, "user_code");
    if (!auth_approve_device(c->auth, g_hash_table_lookup(form, "name"), code ? code : "",
                             c->now_ms, &why))
        return control__show_failure(c, op->call, why);
    return control__show_page(op->call, 200, "Signed in", "<p>The device goes on by itself.</p>");
}

static bool refuse_address(struct http_call *call)
{
    return control__show_page(call, 400, "Not signed in",
                              "<p>There is no page of ours at this address.</p>");
}

bool control__session_page(struct control *c, struct op *op, GError **error)
{
    const char *to = http_query(op->call, "to");

    (void)error;
    if (!to || !control__session_may_go_to(to))
        return refuse_address(op->call);
    return ask_to_sign_in(c, op->call, "/auth/session", "Sign in to see the page.");
}

bool control__session_begin(struct control *c, struct op *op, GError **error)
{
    g_autoptr(GHashTable) form = control__read_form(c, op->call);
    const char *to = form ? g_hash_table_lookup(form, "to") : NULL;
    g_autoptr(GError) why = NULL;
    g_autofree char *token = NULL;

    (void)error;
    if (!form)
        return true;
    if (!to || !control__session_may_go_to(to))
        return refuse_address(op->call);
    if (!control__is_signed_in(c, op, form, NULL))
        return true;
    token = auth_session(c->auth, g_hash_table_lookup(form, "name"), c->issuer, c->now_ms, &why);
    if (!token)
        return control__show_failure(c, op->call, why);
    control__session_start(c, op->call, token);
    http_add_header(op->call, "Location", to);
    return control__show_page(op->call, 303, "Signed in", "<p>The page comes by itself.</p>");
}
