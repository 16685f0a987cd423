/* The page on which people change their own password. */
#include "control/oauth.h"
#include "control/pages.h"
#include "control/signin.h"

#include "auth/people.h"

#include <string.h>

bool control__password_page(struct control *c, struct op *op, GError **error)
{
    static const struct sheet_form form = {
        .title = "Change your password",
        .action = "/account/password",
        .words = "All your sign-ins end, those of programs too.",
        .fields = "<p><label>New password <input name=\"fresh\" type=\"password\" minlength=\"12\" "
                  "autocomplete=\"new-password\" required></label></p>"
                  "<p><label>Once more <input name=\"again\" type=\"password\" minlength=\"12\" "
                  "autocomplete=\"new-password\" required></label></p>",
        .button = "Change it",
    };

    (void)error;
    return control__show_form(c, op->call, &form);
}

/* The browser that had a session gets a new one, if the account is still there to have it. */
static void go_on(struct control *c, struct op *op, const char *name)
{
    g_autofree char *had = control__session_token(c, op->call), *token = NULL;
    g_autoptr(GError) why = NULL;

    if (had && (token = auth_session(c->auth, name, c->issuer, c->now_ms, &why)))
        control__session_start(c, op->call, token);
}

static const char *refusal(GHashTable *form)
{
    const char *fresh = g_hash_table_lookup(form, "fresh");
    const char *again = g_hash_table_lookup(form, "again");

    if (!fresh || !again || strcmp(fresh, again) != 0)
        return "<p>The new password must be the same twice.</p>";
    return strcmp(fresh, g_hash_table_lookup(form, "password")) == 0
               ? "<p>The new password must be another than the old one.</p>"
               : NULL;
}

bool control__password_change(struct control *c, struct op *op, GError **error)
{
    g_autoptr(GHashTable) form = control__read_form(c, op->call);
    const char *wrong = form ? refusal(form) : NULL;
    g_autoptr(GError) why = NULL;

    (void)error;
    if (!form)
        return true;
    if (wrong)
        return control__show_page(op->call, 400, "Not changed", wrong);
    if (!control__is_signed_in(c, op, form, g_hash_table_lookup(form, "fresh")))
        return true;
    if (!auth_try_change(c->auth, op->attempt, c->now_ms, &why))
        return control__show_failure(c, op->call, why);
    go_on(c, op, g_hash_table_lookup(form, "name"));
    return control__show_page(op->call, 200, "Changed",
                              "<p>The new password counts from now on; all sign-ins have "
                              "ended.</p>");
}
