/* server_check.c -- `heddle server --check`: does the server that listens there answer? */
#include "local/local_int.h"

#include "http/client.h"

#include <stdio.h>
#include <string.h>

#define PATIENCE_MS 5000

/* "0.0.0.0:1" and "[::]:1" are reached at "127.0.0.1:1". */
static char *address_of(const char *listen)
{
    const char *port = strrchr(listen, ':');
    g_autofree char *host = port ? g_strndup(listen, (gsize)(port - listen)) : g_strdup("");
    bool any = !*host || strcmp(host, "0.0.0.0") == 0 || strcmp(host, "[::]") == 0;

    return g_strconcat(any ? "127.0.0.1" : host, port ? port : "", NULL);
}

int local__check_server(const char *listen, const char *tls_url, GError **error)
{
    g_autofree char *address = address_of(listen);
    g_autofree char *url =
        tls_url ? g_strconcat(tls_url, g_str_has_suffix(tls_url, "/") ? "readyz" : "/readyz", NULL)
                : g_strconcat("http://", address, "/readyz", NULL);
    struct http_client *client = http_client_new();
    struct http_request request = {.method = "GET", .url = url, .timeout_ms = PATIENCE_MS};
    g_autoptr(http_answer) answer = http_send(client, &request, error);

    http_client_free(client);
    if (!answer)
        return CLI_FAILED;
    printf("%s %s: %s\n", answer->status == 200 ? "ok" : "FAILED", url,
           g_strchomp(answer->body->str));
    return answer->status == 200 ? CLI_DONE : CLI_FAILED;
}
