/* client.c -- `heddle client create`: who may log in. */
#include "local/local_int.h"

#include "base/limits.h"
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
    if (!g_file_get_contents(t->secret_file, &t->secret, NULL, error))
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
    g_autofree char *text = NULL;

    /* A secret that was brought is known to whoever brought it. */
    if (!t->secret)
        json_object_set_new(row, "client_secret", json_string(secret));
    if (t->json) {
        text = json_text_as_built(row);
        puts(text);
        return;
    }
    printf("client_id      %s\n", id);
    if (!t->secret)
        printf("client_secret  %s\n\nThe secret is shown this once and kept as a digest only.\n",
               secret);
}

static int create(struct texts *t, GError **error)
{
    const struct auth_client client = {
        .organisation = t->organisation,
        .project = t->project,
        .name = t->name,
        .role = role_of(t->role),
        .client_id = t->id,
        .client_secret = t->secret,
    };
    g_autofree char *id = NULL, *secret = NULL;

    if (!control_create_client(local__state_url(t->state), &client, &id, &secret, error))
        return CLI_FAILED;
    print(t, id, secret);
    return CLI_DONE;
}

static int run(struct texts *t, const char *word, GError **error)
{
    if (strcmp(word, "create") != 0) {
        local__usage_error(error, "There is no heddle client %s.\nhint: say heddle client create.",
                           word);
        return CLI_USAGE;
    }
    if (!check(t, error))
        return CLI_USAGE;
    return read_secret(t, error) ? create(t, error) : CLI_FAILED;
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
        {"name",            0, 0, G_OPTION_ARG_STRING, &t.name, "For people. Default: the id", "NAME"},
        {"role",               0, 0, G_OPTION_ARG_STRING, &t.role, "executor, viewer, developer or admin",
         "ROLE"},
        {"client-id", 0, 0, G_OPTION_ARG_STRING, &t.id, "Default: one is made", "ID"},
        {"secret-file",          0, 0, G_OPTION_ARG_FILENAME, &t.secret_file,
         "Holds the secret, 16 bytes or more. Default: one is made", "FILE"},
        {"json",        0, 0, G_OPTION_ARG_NONE, &t.json, "Print a JSON object", NULL},
        {0              },
    };
    const struct local_options options = {own, 1, 1};
    int code = local__parse(local__command("client"), &options, &argc, &argv, error);

    (void)cli;
    if (code == LOCAL_GO)
        code = run(&t, argv[1], error);
    texts_clear(&t);
    return code;
}
