/* user.c -- `heddle user`: the accounts people sign in with. */
#include "local/local_int.h"

#include "auth/people.h"
#include "calendar/date.h"
#include "control/control.h"

#include <stdio.h>
#include <string.h>

struct texts {
    char *state, *organisation, *project, *role, *email, *password_file;
    char *password;
    gboolean all_organisations, json;
};

static void wipe(char *secret)
{
    if (secret)
        explicit_bzero(secret, strlen(secret));
    g_free(secret);
}

static void texts_clear(struct texts *t)
{
    g_free(t->state);
    g_free(t->organisation);
    g_free(t->project);
    g_free(t->role);
    g_free(t->email);
    g_free(t->password_file);
    wipe(t->password);
}

/* A line of standard input, without its end. */
static bool read_line(struct texts *t, GError **error)
{
    char line[4096];

    if (!fgets(line, sizeof line, stdin))
        return local__usage_error(error, "--password-file - needs the password on standard input.");
    t->password = g_strdup(line);
    explicit_bzero(line, sizeof line);
    return true;
}

static bool read_password(struct texts *t, GError **error)
{
    if (!t->password_file)
        return true;
    if (strcmp(t->password_file, "-") == 0
            ? !read_line(t, error)
            : !local__read_secret(t->password_file, &t->password, error))
        return false;
    t->password[strcspn(t->password, "\r\n")] = '\0';
    return true;
}

static int role_of(const char *word)
{
    for (int i = ROLE_VIEWER; word && i < ROLE_COUNT; i++)
        if (strcmp(auth_role_names[i], word) == 0)
            return i;
    return -1;
}

static bool check(const struct texts *t, GError **error)
{
    if (!t->organisation == !t->all_organisations)
        return local__usage_error(error, "Say either --org or --all-organisations.");
    if (t->project && !t->organisation)
        return local__usage_error(error, "--project needs --org.");
    return role_of(t->role) >= 0 ||
           local__usage_error(error, "--role is one of viewer, developer, admin.");
}

/* A password that was brought is known to whoever brought it. */
static void print(const struct texts *t, const char *name, const char *made)
{
    g_autoptr(json_t) row = json_pack("{s:s, s:s*}", "name", name, "password", made);

    if (t->json)
        local__print_json(row);
    else if (made)
        printf("name      %s\npassword  %s\n\nThe password is shown this once and kept as scrypt "
               "makes it only.\n",
               name, made);
    else
        printf("name      %s\n", name);
}

static bool add(struct texts *t, const char *name, struct control_auth *a, GError **error)
{
    const struct auth_account wanted = {name,       t->email,         t->organisation,
                                        t->project, role_of(t->role), t->password};
    char *made = NULL;
    bool ok = auth_add_account(a->auth, &wanted, a->now_ms, &made, error);

    if (ok)
        print(t, name, made);
    wipe(made);
    return ok;
}

static bool passwd(struct texts *t, const char *name, struct control_auth *a, GError **error)
{
    char *made = NULL;
    bool ok = auth_set_password(a->auth, name, t->password, a->now_ms, &made, error);

    if (ok)
        print(t, name, made);
    wipe(made);
    return ok;
}

static void print_account(const json_t *u)
{
    g_autofree char *since = date_timestamp(json_get_int(u, "created_ms", 0));

    printf("%-24s  %-9s  %s/%s  since %.19s  %s\n", json_get_string(u, "name", ""),
           json_get_string(u, "role", ""), json_get_string(u, "organisation", ""),
           json_get_string(u, "project", "*"), since, json_get_string(u, "email", ""));
}

static bool list(struct texts *t, const char *name, struct control_auth *a, GError **error)
{
    g_autoptr(json_t) all = auth_list_accounts(a->auth, error);
    json_t *one;
    size_t i;

    (void)name;
    if (all && t->json)
        local__print_json(all);
    else
        json_array_foreach (all, i, one)
            print_account(one);
    return all != NULL;
}

static bool discard(struct texts *t, const char *name, struct control_auth *a, GError **error)
{
    if (!auth_remove_account(a->auth, name, a->now_ms, error))
        return false;
    if (t->json)
        print(t, name, NULL);
    return true;
}

static const struct verb {
    const char *name;
    bool takes_name;
    bool (*carry_out)(struct texts *t, const char *name, struct control_auth *a, GError **error);
} verbs[] = {
    {"add",    true,  add    },
    {"passwd", true,  passwd },
    {"list",   false, list   },
    {"remove", true,  discard},
};

static const struct verb *verb_of(const char *word, GError **error)
{
    for (unsigned i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (strcmp(verbs[i].name, word) == 0)
            return &verbs[i];
    local__usage_error(error, "There is no heddle user %s.\nhint: say add, passwd, list or remove.",
                       word);
    return NULL;
}

/* Does the command line fit the verb? */
static bool fits(const struct verb *v, const struct texts *t, const char *name, GError **error)
{
    bool describes = t->organisation || t->all_organisations || t->project || t->role || t->email;

    if (v->takes_name != (name != NULL))
        return local__usage_error(error, "heddle user %s %s.", v->name,
                                  v->takes_name ? "needs a name" : "takes no other word");
    if (t->password_file && v->carry_out != add && v->carry_out != passwd)
        return local__usage_error(error, "heddle user %s takes no --password-file.", v->name);
    if (v->carry_out == add)
        return check(t, error);
    return !describes || local__usage_error(error,
                                            "heddle user %s changes nothing of what somebody "
                                            "may.\nhint: remove the account and add it anew.",
                                            v->name);
}

static int run(struct texts *t, const char *word, const char *name, GError **error)
{
    const struct verb *v = verb_of(word, error);
    const char *state = local__state_url(t->state);
    struct control_auth a = {0};
    bool ok;

    if (!v || !fits(v, t, name, error))
        return CLI_USAGE;
    ok = (v->carry_out == add || control_state_is_there(state, error)) && read_password(t, error) &&
         control_auth_open(&a, state, error) && v->carry_out(t, name, &a, error);
    control_auth_close(&a);
    return ok ? CLI_DONE : CLI_FAILED;
}

int local__run_user(struct cli *cli, int argc, char **argv, GError **error)
{
    struct texts t = {0};
    const GOptionEntry own[] = {
        {"state",             0, 0, G_OPTION_ARG_STRING, &t.state,
         "The server's state. Default: HEDDLE_STATE, or sqlite:heddle.db", "URL"},
        {"org",                  0, 0, G_OPTION_ARG_STRING, &t.organisation, "The organisation", "NAME"},
        {"all-organisations",           0, 0, G_OPTION_ARG_NONE, &t.all_organisations, "Every organisation",
         NULL},
        {"project",              0, 0, G_OPTION_ARG_STRING, &t.project,
         "The project. Default: all of the organisation", "NAME"},
        {"role",               0, 0, G_OPTION_ARG_STRING, &t.role, "viewer, developer or admin", "ROLE"},
        {"email",                  0, 0, G_OPTION_ARG_STRING, &t.email, "For tokens and people", "NAME@HOST"},
        {"password-file",    0, 0, G_OPTION_ARG_FILENAME, &t.password_file,
         "Holds the password, 12 bytes or more; \"-\": standard input. Default: one is made", "FILE"},
        {"json",             0, 0, G_OPTION_ARG_NONE, &t.json, "Print JSON", NULL},
        {0},
    };
    const struct local_options options = {own, 1, 2};
    int code = local__parse(local__command("user"), &options, &argc, &argv, error);

    (void)cli;
    if (code == LOCAL_GO)
        code = run(&t, argv[1], argc > 2 ? argv[2] : NULL, error);
    texts_clear(&t);
    return code;
}
