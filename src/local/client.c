/* client.c -- `heddle client`: who may log in with an id and a secret. */
#include "local/local_int.h"

#include "base/limits.h"
#include "calendar/date.h"
#include "control/control.h"

#include <stdio.h>
#include <string.h>

struct texts {
    char *state, *organisation, *project, *name, *role, *id, *secret_file;
    char *secret;
    gboolean all_projects, json;
};

static void texts_clear(struct texts *t)
{
    g_free(t->state);
    g_free(t->organisation);
    g_free(t->project);
    g_free(t->name);
    g_free(t->role);
    g_free(t->id);
    g_free(t->secret_file);
    if (t->secret)
        explicit_bzero(t->secret, strlen(t->secret));
    g_free(t->secret);
}

static bool read_secret(struct texts *t, GError **error)
{
    if (!t->secret_file)
        return true;
    if (!local__read_secret(t->secret_file, &t->secret, error))
        return false;
    g_strchomp(t->secret);
    return true;
}

static int role_of(const char *word)
{
    for (int i = 0; i < ROLE_COUNT; i++)
        if (strcmp(auth_role_names[i], word) == 0)
            return i;
    return -1;
}

static bool check(const struct texts *t, GError **error)
{
    if (!t->organisation)
        return local__usage_error(error, "--org says whose client it is.");
    if (!t->project == !t->all_projects)
        return local__usage_error(error, "Say either --project or --all-projects.");
    if (!t->role || role_of(t->role) < 0)
        return local__usage_error(error, "--role is one of executor, viewer, developer, admin.");
    if (t->secret_file && !t->id)
        return local__usage_error(error, "--secret-file needs --client-id.");
    return true;
}

static void print(const struct texts *t, const char *id, const char *secret)
{
    g_autoptr(json_t) row = json_pack("{s:s, s:s, s:s?, s:s}", "client_id", id, "organisation",
                                      t->organisation, "project", t->project, "role", t->role);

    /* A secret that was brought is known to whoever brought it. */
    if (!t->secret)
        json_object_set_new(row, "client_secret", json_string(secret));
    if (t->json) {
        local__print_json(row);
        return;
    }
    printf("client_id      %s\n", id);
    if (!t->secret)
        printf("client_secret  %s\n\nThe secret is shown this once and kept as a digest only.\n",
               secret);
}

static struct auth_client client_of(const struct texts *t)
{
    return (struct auth_client){
        .organisation = t->organisation,
        .project = t->project,
        .name = t->name,
        .role = role_of(t->role),
        .client_id = t->id,
        .client_secret = t->secret,
    };
}

static bool create(struct texts *t, const char *word, struct control_auth *a, GError **error)
{
    g_autofree char *id = NULL, *secret = NULL;
    struct auth_client client;

    (void)word;
    if (!read_secret(t, error))
        return false;
    client = client_of(t);
    if (!auth_create_client(a->auth, &client, a->now_ms, &id, &secret, error))
        return false;
    print(t, id, secret);
    return true;
}

static void print_client(const json_t *c)
{
    g_autofree char *since = date_timestamp(json_get_int(c, "created_ms", 0));
    int64_t secrets = json_get_int(c, "secrets", 0);

    printf("%-36s  %-9s  %s/%s  %" G_GINT64_FORMAT " secret%s  since %.19s  %s\n",
           json_get_string(c, "client_id", ""), json_get_string(c, "role", ""),
           json_get_string(c, "organisation", ""), json_get_string(c, "project", "*"), secrets,
           secrets == 1 ? "" : "s", since, json_get_string(c, "name", ""));
}

static bool list(struct texts *t, const char *word, struct control_auth *a, GError **error)
{
    g_autoptr(json_t) all = auth_list_clients(a->auth, error);
    json_t *one;
    size_t i;

    (void)word;
    if (all && t->json)
        local__print_json(all);
    else
        json_array_foreach (all, i, one)
            print_client(one);
    return all != NULL;
}

static bool rotate(struct texts *t, const char *id, struct control_auth *a, GError **error)
{
    g_autofree char *secret = NULL;

    if (!auth_rotate_secret(a->auth, id, a->now_ms, &secret, error))
        return false;
    if (t->json) {
        g_autoptr(json_t) row = json_pack("{s:s, s:s}", "client_id", id, "client_secret", secret);

        local__print_json(row);
    } else {
        printf("client_secret  %s\n\nThe secret is shown this once and kept as a digest only. The "
               "one before stays valid until heddle client retire %s.\n",
               secret, id);
    }
    explicit_bzero(secret, strlen(secret));
    return true;
}

/* What a program reads; people see that nothing went wrong. */
static bool told(const struct texts *t, const char *id)
{
    g_autoptr(json_t) row = json_pack("{s:s}", "client_id", id);

    if (t->json)
        local__print_json(row);
    return true;
}

static bool retire(struct texts *t, const char *id, struct control_auth *a, GError **error)
{
    return auth_retire_secret(a->auth, id, error) && told(t, id);
}

static bool discard(struct texts *t, const char *id, struct control_auth *a, GError **error)
{
    return auth_remove_client(a->auth, id, a->now_ms, error) && told(t, id);
}

static const struct verb {
    const char *name;
    bool takes_id;
    bool (*carry_out)(struct texts *t, const char *id, struct control_auth *a, GError **error);
} verbs[] = {
    {"create", false, create },
    {"list",   false, list   },
    {"rotate", true,  rotate },
    {"retire", true,  retire },
    {"remove", true,  discard},
};

static const struct verb *verb_of(const char *word, GError **error)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (strcmp(verbs[i].name, word) == 0)
            return &verbs[i];
    local__usage_error(error,
                       "There is no heddle client %s.\nhint: say create, list, rotate, retire or "
                       "remove.",
                       word);
    return NULL;
}

/* Does the command line fit the verb? */
static bool fits(const struct verb *v, const struct texts *t, const char *id, GError **error)
{
    bool describes = t->organisation || t->project || t->all_projects || t->name || t->role ||
                     t->id || t->secret_file;

    if (v->takes_id != (id != NULL))
        return local__usage_error(error, "heddle client %s %s.", v->name,
                                  v->takes_id ? "needs a client's id" : "takes no other word");
    if (v->carry_out == create)
        return check(t, error);
    return !describes || local__usage_error(error,
                                            "heddle client %s takes --state and --json only; the "
                                            "other options are for create.",
                                            v->name);
}

static int run(struct texts *t, const char *word, const char *id, GError **error)
{
    const struct verb *v = verb_of(word, error);
    const char *state = local__state_url(t->state);
    struct control_auth a = {0};
    bool ok;

    if (!v || !fits(v, t, id, error))
        return CLI_USAGE;
    ok = (v->carry_out == create || control_state_is_there(state, error)) &&
         control_auth_open(&a, state, error) && v->carry_out(t, id, &a, error);
    control_auth_close(&a);
    return ok ? CLI_DONE : CLI_FAILED;
}

int local__run_client(struct cli *cli, int argc, char **argv, GError **error)
{
    struct texts t = {0};
    const GOptionEntry own[] = {
        {"state",          0, 0, G_OPTION_ARG_STRING, &t.state,
         "The server's state. Default: HEDDLE_STATE, or sqlite:heddle.db", "URL"},
        {"org",               0, 0, G_OPTION_ARG_STRING, &t.organisation, "The organisation", "NAME"},
        {"project",        0, 0, G_OPTION_ARG_STRING, &t.project, "The project", "NAME"},
        {"all-projects",           0, 0, G_OPTION_ARG_NONE, &t.all_projects,
         "Every project of the organisation", NULL},
        {"name",            0, 0, G_OPTION_ARG_FILENAME, &t.name, "For people. Default: the id", "NAME"},
        {"role",               0, 0, G_OPTION_ARG_STRING, &t.role, "executor, viewer, developer or admin",
         "ROLE"},
        {"client-id", 0, 0, G_OPTION_ARG_STRING, &t.id, "Default: one is made", "ID"},
        {"secret-file",          0, 0, G_OPTION_ARG_FILENAME, &t.secret_file,
         "Holds the secret, 16 bytes or more. Default: one is made", "FILE"},
        {"json",        0, 0, G_OPTION_ARG_NONE, &t.json, "Print a JSON object", NULL},
        {0              },
    };
    const struct local_options options = {own, 1, 2};
    int code = local__parse(local__command("client"), &options, &argc, &argv, error);

    (void)cli;
    if (code == LOCAL_GO)
        code = run(&t, argv[1], argc > 2 ? argv[2] : NULL, error);
    texts_clear(&t);
    return code;
}
