/* heddle auth login|logout|status|token */
#include "cli/auth_int.h"

#include "base/clock.h"
#include "calendar/date.h"

#include <string.h>

const char cli__auth_help[] =
    "login   sign in at the server of TCLOUD_URL with a browser; --device: with one on another "
    "machine\nlogout  end the sign-in, here and at the server\nstatus  say who is signed in, with "
    "which role, until when\ntoken   print an access token that is valid now\n\nOther commands use "
    "the sign-in when TCLOUD_CLIENT_ID and TCLOUD_CLIENT_SECRET are not set.\n\nExit codes: 0 "
    "done, 1 it failed or nobody is signed in, 2 the command line cannot be, 4 the control plane\n"
    "does not answer.";

/* What a token says of itself; it is the server that checks it. A new reference, or NULL. */
static json_t *claims_of(const char *token)
{
    g_auto(GStrv) parts = g_strsplit(token, ".", 3);
    g_autofree char *text = NULL;
    g_autofree guchar *raw = NULL;
    gsize len;

    if (g_strv_length(parts) != 3)
        return NULL;
    text = g_strconcat(parts[1], "===", NULL);
    text[strlen(parts[1]) + (4 - strlen(parts[1]) % 4) % 4] = '\0';
    g_strdelimit(g_strdelimit(text, "-", '+'), "_", '/');
    raw = g_base64_decode(text, &len);
    return json_parse((const char *)raw, len, NULL);
}

static json_t *who(const char *origin, const char *token)
{
    static const char *const names[] = {"name", "email", "role", "org", "project", "scope"};
    g_autoptr(json_t) claims = claims_of(token);
    json_t *out = json_pack("{s:s, s:b}", "url", origin, "signed_in", 1);

    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (json_object_get(claims, names[i]))
            json_object_set(out, names[i], json_object_get(claims, names[i]));
    json_object_set_new(out, "expires_ms",
                        json_integer((json_int_t)json_get_int(claims, "exp", 0) * 1000));
    return out;
}

static int print_who(struct cli *cli, const char *origin, const char *token)
{
    g_autoptr(json_t) w = who(origin, token);
    g_autofree char *until = date_timestamp(json_get_int(w, "expires_ms", 0));
    const char *org = json_get_string(w, "org", "");

    if (cli->json) {
        cli__print_json(g_steal_pointer(&w));
        return CLI_DONE;
    }
    printf("Signed in at %s as %s.\nRole: %s in %s, %s\nThe token is valid until %s UTC and is "
           "renewed when a command needs it.\n",
           origin, json_get_string(w, "name", "?"), json_get_string(w, "role", "?"),
           *org && strcmp(org, "*") != 0 ? org : "all organisations",
           json_get_string(w, "project", "all projects"), until);
    return CLI_DONE;
}

struct words {
    gboolean device;
};

static int log_in(struct cli *cli, const struct signin_at *at, const struct words *w,
                  GError **error)
{
    g_auto(signins) s = {.lock = -1};
    g_autoptr(json_t) answer =
        w->device ? cli__signin_by_device(cli, at, error) : cli__signin_by_browser(cli, at, error);

    if (!answer || !cli__signins_open(&s, error) || !cli__signin_keep(&s, at, answer, error))
        return CLI_FAILED;
    return print_who(cli, at->origin, json_get_string(answer, "access_token", ""));
}

static bool revoke(const json_t *entry, const char *member, GError **error)
{
    g_autofree char *url = g_strconcat(json_get_string(entry, "auth_url", ""), "/revoke", NULL);
    g_autofree char *form = cli__form("token", json_get_string(entry, member, ""), NULL);
    g_autofree char *word = NULL;
    g_autoptr(json_t) answer = cli__oauth_post(url, form, &word, error);

    return answer != NULL;
}

/* Whatever the server says, the tokens do not stay here. */
static int log_out(struct cli *cli, const struct signin_at *at, const struct words *w,
                   GError **error)
{
    g_auto(signins) s = {.lock = -1};
    g_autoptr(json_t) entry = NULL;
    g_autoptr(GError) why = NULL;

    (void)w;
    if (!cli__signins_open(&s, error))
        return CLI_FAILED;
    entry = json_incref(json_object_get(s.plane, at->origin));
    if (entry) {
        bool told = revoke(entry, "refresh_token", &why) && revoke(entry, "access_token", &why);

        json_object_del(s.plane, at->origin);
        if (!cli__signins_write(&s, error))
            return CLI_FAILED;
        if (!told) {
            g_propagate_prefixed_error(error, g_steal_pointer(&why),
                                       "The sign-in is forgotten here, but the server could not "
                                       "be told to end it: ");
            return CLI_FAILED;
        }
    }
    if (cli->json)
        cli__print_json(json_pack("{s:s, s:b}", "url", at->origin, "signed_in", 0));
    else
        printf(entry ? "Signed out at %s.\n" : "Nobody was signed in at %s.\n", at->origin);
    return CLI_DONE;
}

static int status(struct cli *cli, const struct signin_at *at, const struct words *w,
                  GError **error)
{
    GError *own = NULL;
    int64_t life_ms;
    g_autofree char *token = cli__signin_token(at->origin, NULL, &life_ms, &own);

    (void)w;
    if (token)
        return print_who(cli, at->origin, token);
    if (cli->json && error_is(own, ERROR_DENIED))
        cli__print_json(json_pack("{s:s, s:b}", "url", at->origin, "signed_in", 0));
    g_propagate_error(error, own);
    return CLI_FAILED;
}

static int token(struct cli *cli, const struct signin_at *at, const struct words *w, GError **error)
{
    int64_t life_ms;
    g_autofree char *text = cli__signin_token(at->origin, NULL, &life_ms, error);

    (void)w;
    if (!text)
        return CLI_FAILED;
    if (cli->json)
        cli__print_json(json_pack("{s:s, s:I}", "access_token", text, "expires_ms",
                                  (json_int_t)(clock_now_ms() + life_ms)));
    else
        puts(text);
    return CLI_DONE;
}

static const struct verb {
    const char *name;
    int (*run)(struct cli *cli, const struct signin_at *at, const struct words *w, GError **error);
} verbs[] = {
    {"login",  log_in },
    {"logout", log_out},
    {"status", status },
    {"token",  token  }
};

int cli__auth(struct cli *cli, int argc, char **argv, GError **error)
{
    struct words words = {0};
    /* clang-format off */
    const GOptionEntry entries[] = {
        {"device", 0, 0, G_OPTION_ARG_NONE, &words.device, "login: approve with a browser on another machine.", NULL},
        {0},
    };
    /* clang-format on */
    const struct cli_options options = {
        .own = entries, .min_words = 1, .max_words = 1, .words = "login, logout, status or token"};
    struct signin_at at = {0};
    int code = cli__parse(cli, &options, &argc, &argv, error);
    const struct verb *verb = NULL;

    if (code != CLI_GO)
        return code;
    for (size_t i = 0; i < G_N_ELEMENTS(verbs); i++)
        if (strcmp(argv[1], verbs[i].name) == 0)
            verb = &verbs[i];
    if (!verb)
        return cli__usage(error,
                          "heddle auth has no \"%s\".\nhint: it is login, logout, status or token.",
                          argv[1]);
    if (words.device && verb->run != log_in)
        return cli__usage(error, "--device is for heddle auth login.");
    code = cli__read_env(cli, error) && cli__signin_at(&at, error)
               ? verb->run(cli, &at, &words, error)
               : CLI_FAILED;
    cli__signin_at_clear(&at);
    return code;
}
