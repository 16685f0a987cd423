/* audit_log.c -- `heddle log`: who did what. */
#include "local/local_int.h"

#include "calendar/date.h"
#include "control/control.h"

#include <stdio.h>
#include <string.h>

enum { LIMIT = 100, PAGE = 1000 };

struct texts {
    char *state, *since;
    int limit;
    gboolean json;
};

/* The next page; *more: it was full. */
static bool read_page(struct control_auth *a, struct auth_log_query *q, json_t *deeds, bool *more,
                      GError **error)
{
    g_autoptr(json_t) page = auth_read_log(a->auth, q, error);
    size_t n = json_array_size(page);

    if (!page)
        return false;
    json_array_extend(deeds, page);
    if (n > 0)
        q->before = json_get_string(json_array_get(page, n - 1), "id", NULL); /* deeds has it */
    *more = (int64_t)n == q->limit;
    return true;
}

static bool read_all(struct control_auth *a, int64_t since_ms, int64_t limit, json_t *deeds,
                     GError **error)
{
    struct auth_log_query q = {.since_ms = since_ms};
    bool more = true;

    while (more && (q.limit = MIN(limit - (int64_t)json_array_size(deeds), PAGE)) > 0)
        if (!read_page(a, &q, deeds, &more, error))
            return false;
    return true;
}

static void print_part(const char *before, const char *text)
{
    if (text)
        printf("  %s%s", before, text);
}

static void print_deed(const json_t *d)
{
    g_autofree char *at = date_timestamp(json_get_int(d, "at_ms", 0));

    printf("%.19s  %s  %s", at, json_get_string(d, "who", ""), json_get_string(d, "what", ""));
    print_part("", json_get_string(d, "subject", NULL));
    printf("  in %s/%s", json_get_string(d, "organisation", ""),
           json_get_string(d, "project", "*"));
    print_part("from ", json_get_string(d, "peer", NULL));
    putchar('\n');
}

static bool show(const struct texts *t, int64_t since_ms, GError **error)
{
    const char *state = local__state_url(t->state);
    struct control_auth a = {0};
    g_autoptr(json_t) deeds = json_array();
    json_t *deed;
    size_t i;
    bool ok = control_state_is_there(state, error) && control_auth_open(&a, state, error) &&
              read_all(&a, since_ms, t->limit, deeds, error);

    if (ok && t->json)
        local__print_json(deeds);
    else if (ok)
        json_array_foreach (deeds, i, deed)
            print_deed(deed);
    control_auth_close(&a);
    return ok;
}

static int run(const struct texts *t, GError **error)
{
    g_autoptr(GError) why = NULL;
    int64_t since_ms = 0;

    if (t->limit < 1) {
        local__usage_error(error, "--limit is 1 at least, not %d.", t->limit);
        return CLI_USAGE;
    }
    if (t->since && !date_parse(t->since, g_get_real_time() / 1000, &since_ms, NULL, &why)) {
        local__usage_error(error, "--since: %s", why->message);
        return CLI_USAGE;
    }
    return show(t, since_ms, error) ? CLI_DONE : CLI_FAILED;
}

int local__run_log(struct cli *cli, int argc, char **argv, GError **error)
{
    struct texts t = {.limit = LIMIT};
    const GOptionEntry own[] = {
        {"state",   0, 0, G_OPTION_ARG_STRING, &t.state,
         "The server's state. Default: HEDDLE_STATE, or sqlite:heddle.db", "URL"},
        {"since",        0, 0, G_OPTION_ARG_STRING, &t.since, "Nothing older", "TIME"},
        {"limit", 0, 0, G_OPTION_ARG_INT, &t.limit, "So many at most. Default: 100", "N"},
        {"json",    0, 0, G_OPTION_ARG_NONE, &t.json, "Print JSON", NULL},
        {0  },
    };
    const struct local_options options = {own, 0, 0};
    int code = local__parse(local__command("log"), &options, &argc, &argv, error);

    (void)cli;
    if (code == LOCAL_GO)
        code = run(&t, error);
    g_free(t.state);
    g_free(t.since);
    return code;
}
