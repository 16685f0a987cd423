/* keys.c -- `heddle keys`: the keys that sign tokens. */
#include "local/local_int.h"

#include "calendar/date.h"
#include "control/control.h"

#include <stdio.h>
#include <string.h>

struct texts {
    char *state;
    gboolean json;
};

static bool list(const struct texts *t, struct control_auth *a, GError **error)
{
    g_autoptr(json_t) keys = auth_list_keys(a->auth, a->now_ms);
    json_t *key;
    size_t i;

    (void)error;
    if (t->json) {
        local__print_json(keys);
        return true;
    }
    json_array_foreach (keys, i, key) {
        g_autofree char *since = date_timestamp(json_get_int(key, "created_ms", 0));

        printf("%s  since %.19s  %s\n", json_get_string(key, "kid", ""), since,
               json_get_bool(key, "signs", false) ? "signs" : "verifies");
    }
    return true;
}

static bool rotate(const struct texts *t, struct control_auth *a, GError **error)
{
    g_autofree char *id = NULL;
    g_autoptr(json_t) row = NULL;

    if (!auth_rotate_keys(a->auth, a->now_ms, &id, error))
        return false;
    row = json_pack("{s:s}", "kid", id);
    if (t->json)
        local__print_json(row);
    else
        printf("%s\n\nIt signs in a minute. Tokens of the key before stay valid until the next "
               "rotation.\n",
               id);
    return true;
}

static int run(const struct texts *t, const char *word, GError **error)
{
    bool lists = strcmp(word, "list") == 0;
    const char *state = local__state_url(t->state);
    struct control_auth a = {0};
    bool ok;

    if (!lists && strcmp(word, "rotate") != 0) {
        local__usage_error(error, "There is no heddle keys %s.\nhint: say list or rotate.", word);
        return CLI_USAGE;
    }
    ok = control_state_is_there(state, error) && control_auth_open(&a, state, error) &&
         (lists ? list : rotate)(t, &a, error);
    control_auth_close(&a);
    return ok ? CLI_DONE : CLI_FAILED;
}

int local__run_keys(struct cli *cli, int argc, char **argv, GError **error)
{
    struct texts t = {0};
    const GOptionEntry own[] = {
        {"state",   0, 0, G_OPTION_ARG_STRING, &t.state,
         "The server's state. Default: HEDDLE_STATE, or sqlite:heddle.db", "URL"},
        {"json",        0, 0, G_OPTION_ARG_NONE, &t.json, "Print JSON", NULL},
        {0},
    };
    const struct local_options options = {own, 1, 1};
    int code = local__parse(local__command("keys"), &options, &argc, &argv, error);

    (void)cli;
    if (code == LOCAL_GO)
        code = run(&t, argv[1], error);
    g_free(t.state);
    return code;
}
