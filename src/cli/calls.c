/* Calls of the control plane: see docs/protocol.md, "Developers". */
#include "cli/cli_int.h"

void *cli__call(struct cli *cli, const char *method, const char *path, const struct wire_type *type,
                const json_t *body, GError **error)
{
    struct api *api = cli_api(cli, error);
    g_autoptr(json_t) answer = api ? api_call(api, method, path, body, 0, error) : NULL;

    if (api && cli->context->redactor)
        redactor_add(cli->context->redactor, api_secret_token(api));
    return wire_from_answer(type, answer, api, path, error);
}

char *cli__path(const char *before, const char *name, const char *after)
{
    g_autofree char *escaped = g_uri_escape_string(name, NULL, FALSE);

    return g_strconcat(CLI_API, before, escaped, after, NULL);
}

bool cli__environment(struct cli *cli, const char *name, struct wire_environment **out,
                      GError **error)
{
    g_autofree char *path = cli__path("environments/", name, "");
    GError *own = NULL;

    *out = cli__call(cli, "GET", path, &wire_environment_type, NULL, &own);
    if (!own || error_is(own, ERROR_NOT_FOUND)) {
        g_clear_error(&own);
        return true;
    }
    g_propagate_error(error, own);
    return false;
}

struct wire_snapshots *cli__lookup(struct cli *cli, const struct wire_lookup *lookup,
                                   GError **error)
{
    g_autoptr(json_t) body = NULL;

    if (lookup->ids->len == 0)
        return wire_snapshots_new();
    body = wire_to_json(&wire_lookup_type, lookup);
    return cli__call(cli, "POST", CLI_API "snapshots/lookup", &wire_snapshots_type, body, error);
}

json_t *cli__query(struct cli *cli, const char *gateway, const char *sql, int64_t max_rows,
                   GError **error)
{
    const struct wire_query query = {(char *)gateway, (char *)sql, max_rows};
    struct api *api = cli_api(cli, error);
    g_autoptr(json_t) body = NULL, answer = NULL;

    if (!api)
        return NULL;
    body = wire_to_json(&wire_query_type, &query);
    answer = api_call(api, "POST", CLI_API "queries", body, CLI_QUERY_MS, error);
    if (!answer || (json_is_array(json_object_get(answer, "columns")) &&
                    json_is_array(json_object_get(answer, "rows"))))
        return g_steal_pointer(&answer);
    api_set_strange(api, CLI_API "queries", answer, "It has no columns and rows.", error);
    return NULL;
}
