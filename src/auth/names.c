/* names.c -- what clients, people, organisations and projects may be called. */
#include "auth/auth_int.h"
#include "auth/people.h"

#include "base/limits.h"

#include <string.h>

bool auth__is_wrong(GError **error, const char *what, const char *why)
{
    g_set_error(error, auth_error(), ERROR_INVALID, "%s %s.", what, why);
    return false;
}

bool auth__check_name(const char *what, const char *name, const char *also, GError **error)
{
    if (!name || !*name)
        return auth__is_wrong(error, what, "must be given");
    if (strlen(name) > MAX_NAME_BYTES)
        return auth__is_wrong(error, what, "is longer than 256 bytes");
    for (const char *p = name; *p; p++)
        if (!g_ascii_isalnum(*p) && !strchr("-_.", *p) && !strchr(also, *p))
            return auth__is_wrong(error, what,
                                  *also
                                      ? "may hold letters, digits, \"-\", \"_\", \".\", \"@\" and "
                                        "\"+\" only"
                                      : "may hold letters, digits, \"-\", \"_\" and \".\" only");
    return true;
}

bool auth__check_words(const char *what, const char *words, GError **error)
{
    if (strlen(words) > MAX_NAME_BYTES)
        return auth__is_wrong(error, what, "is longer than 256 bytes");
    if (!g_utf8_validate(words, -1, NULL))
        return auth__is_wrong(error, what, "is not in UTF-8");
    for (const char *p = words; *p; p = g_utf8_next_char(p))
        if (!g_unichar_isprint(g_utf8_get_char(p)))
            return auth__is_wrong(error, what, "may hold what can be printed only");
    return true;
}

/* Those of tokens that no client and no person has, and what the audit log says of commands. */
static const char *const reserved[] = {
    AUTH_OPERATOR, AUTH_LOCAL, AUTH_DOWNLOADS, AUTH_PAGES, AUTH_PUBLIC_CLIENT, NULL,
};

static bool check_client_free(struct auth *a, const char *name, GError **error)
{
    GError *why = NULL;
    g_autoptr(client) c = auth__find_client(a, name, &why);

    if (!auth__ended_well(why, error))
        return false;
    if (!c)
        return true;
    g_set_error(error, auth_error(), ERROR_CONFLICT, "There is a client %s already.", name);
    error_hint(error, "choose another name: tokens and the audit log know a client and a person by "
                      "it.");
    return false;
}

static bool check_account_free(struct auth *a, const char *name, GError **error)
{
    GError *why = NULL;
    g_autoptr(account) p = auth__find_account(a, name, &why);

    if (!auth__ended_well(why, error))
        return false;
    if (!p)
        return true;
    g_set_error(error, auth_error(), ERROR_CONFLICT, "There is an account %s already.", name);
    error_hint(error, "choose another name; `heddle user list` shows the accounts, `heddle user "
                      "passwd` gives one another password.");
    return false;
}

bool auth__check_subject(struct auth *a, const char *what, const char *name, GError **error)
{
    if (*name == '-') /* which is a stranger in the audit log */
        return auth__is_wrong(error, what, "may not begin with \"-\"");
    if (g_strv_contains(reserved, name)) {
        g_set_error(error, auth_error(), ERROR_INVALID,
                    "%s may not be \"%s\": that is Heddle's own.", what, name);
        return false;
    }
    return check_client_free(a, name, error) && check_account_free(a, name, error);
}
