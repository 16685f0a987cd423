/* heddle environments */
#include "cli/cli_int.h"

#include "calendar/date.h"

const char cli__environments_help[] =
    "Every environment with the time it expires at (UTC). A dev environment lives for a week after "
    "its last plan,\nprod for ever.\n\nExit codes: 0 done, 1 failed, 2 the command line cannot be, "
    "4 the control plane does not answer.";

static void print_text(const struct wire_environments *all)
{
    printf("Number of environments: %u\n", all->environments->len);
    for (guint i = 0; i < all->environments->len; i++) {
        const struct wire_environment *e = all->environments->pdata[i];
        g_autofree char *expiry = e->expiration_ms == TIME_NONE ? g_strdup("No Expiry")
                                                                : date_timestamp(e->expiration_ms);

        printf("%s - %s", e->name, expiry);
        if (e->paused_by)
            printf(" (paused by %s)", e->paused_by);
        if (e->finalized_ms == TIME_NONE)
            printf(" (its last plan is not done)");
        putchar('\n');
    }
}

static json_t *as_json(const struct wire_environments *all)
{
    json_t *out = json_array();

    for (guint i = 0; i < all->environments->len; i++) {
        json_t *one = wire_to_json(&wire_environment_type, all->environments->pdata[i]);

        json_object_del(one, "members");
        json_object_del(one, "snapshots");
        json_object_del(one, "statements");
        json_array_append_new(out, one);
    }
    return out;
}

int cli__environments(struct cli *cli, int argc, char **argv, GError **error)
{
    const struct cli_options options = {0};
    g_autoptr(wire_environments) all = NULL;
    int code = cli__parse(cli, &options, &argc, &argv, error);

    if (code != CLI_GO)
        return code;
    all = cli__call(cli, "GET", CLI_API "environments", &wire_environments_type, NULL, error);
    if (!all)
        return CLI_FAILED;
    if (cli->json)
        cli__print_json(as_json(all));
    else
        print_text(all);
    return CLI_DONE;
}
