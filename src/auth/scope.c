/* scope.c -- the scopes a token can be asked for: all a client may, or less of it. */
#include "auth/auth_int.h"

#include <string.h>

#define EVERYTHING "tbk:scope:projects"
#define ONE        "tbk:scope:project:"

/* Words of OpenID Connect that ask for nothing here. */
static const char *const harmless[] = {"openid",         "email",    "profile",
                                       "offline_access", EVERYTHING, NULL};

static bool refuse(const char *word, const char *why, GError **error)
{
    g_set_error(error, auth_error(), ERROR_INVALID, "The scope \"%s\" %s.", word, why);
    error_hint(error, "ask for " EVERYTHING " or " ONE "ORGANISATION:PROJECT[:ROLE].");
    return false;
}

/* May a client of role `has` act as `wants`? Executors do what nobody else does. */
static bool role_includes(int has, int wants)
{
    return wants == has || (has != ROLE_EXECUTOR && wants != ROLE_EXECUTOR && wants < has);
}

static bool narrow_to_project(struct auth_identity *i, const char *word, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(word + strlen(ONE), ":", 3);
    guint n = g_strv_length(parts);
    int role = n == 3 ? auth__role(parts[2]) : i->role;

    if (n < 2 || role < 0)
        return refuse(word, "cannot be read", error);
    if ((strcmp(parts[0], i->organisation) != 0 &&
         strcmp(i->organisation, EVERY_ORGANISATION) != 0) ||
        (i->project && strcmp(parts[1], i->project) != 0) || !role_includes(i->role, role))
        return refuse(word, "is more than this client may", error);
    g_free(i->organisation);
    i->organisation = g_strdup(parts[0]);
    g_free(i->project);
    i->project = g_strdup(parts[1]);
    i->role = role;
    return true;
}

bool auth__narrow(struct auth_identity *i, const char *scope, GError **error)
{
    g_auto(GStrv) words = g_strsplit(scope ? scope : "", " ", 16);

    for (char **w = words; *w; w++) {
        if (!**w || g_strv_contains(harmless, *w))
            continue;
        if (!g_str_has_prefix(*w, ONE))
            return refuse(*w, "is not known", error);
        if (!narrow_to_project(i, *w, error))
            return false;
    }
    return true;
}
