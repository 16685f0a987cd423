/* auth.c -- an auth object's life, and who may do what. */
#include "auth/auth_int.h"

#include <string.h>

ERROR_DOMAIN_DEFINE(auth)

const char *const auth_role_names[] = {"executor", "viewer", "developer", "admin", NULL};

struct auth *auth_new(struct db *db, int64_t now_ms, GError **error)
{
    struct auth *a;

    if (!db_migrate(db, &auth_schema, error))
        return NULL;
    a = g_new0(struct auth, 1);
    a->db = db;
    pthread_mutex_init(&a->lock, NULL);
    a->limiter = auth__limiter_new(10, 6000);
    a->peers = auth__limiter_new(100, 600);
    a->devices = auth__limiter_new(30, 30000);
    a->endings = auth__limiter_new(100, 60000);
    if (auth__ensure_key(a, now_ms, error) && auth_refresh(a, now_ms, error))
        return a;
    auth_free(a);
    return NULL;
}

void auth_free(struct auth *a)
{
    if (!a)
        return;
    auth__known_unref(a->known);
    pthread_mutex_destroy(&a->lock);
    auth__limiter_free(a->limiter);
    auth__limiter_free(a->peers);
    auth__limiter_free(a->devices);
    auth__limiter_free(a->endings);
    g_free(a);
}

bool auth__ended_well(GError *why, GError **error)
{
    if (!why)
        return true;
    g_propagate_error(error, why);
    return false;
}

void auth_identity_free(struct auth_identity *i)
{
    if (!i)
        return;
    g_free(i->id);
    g_strfreev(i->origins);
    g_free(i->subject);
    g_free(i->name);
    g_free(i->email);
    g_free(i->audience);
    g_free(i->sign_in);
    g_free(i->organisation);
    g_free(i->project);
    g_free(i);
}

bool auth_may(const struct auth_identity *i, const char *organisation, const char *project,
              unsigned needs)
{
    return i && organisation && i->role >= 0 && i->role < ROLE_COUNT && (needs & 1u << i->role) &&
           (strcmp(i->organisation, organisation) == 0 ||
            strcmp(i->organisation, EVERY_ORGANISATION) == 0) &&
           (!i->project || g_strcmp0(i->project, project) == 0);
}

int auth__role(const char *word)
{
    for (int i = 0; word && i < ROLE_COUNT; i++)
        if (strcmp(auth_role_names[i], word) == 0)
            return i;
    return -1;
}
