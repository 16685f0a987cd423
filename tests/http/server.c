/* A control plane and nothing else: linked without the modules it must never reach (Makefile,
 * target `http`), so that the link itself proves DESIGN's rule. tests/http/protocol.py talks to it.
 *
 *     server STATE_URL [ROLE:ID:SECRET …]     prints "port N" and serves until stdin closes
 */
#include "base/log.h"
#include "control/control.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

static int die(const GError *error)
{
    fprintf(stderr, "%s\n", error->message);
    return 1;
}

static bool create_client(const char *state_url, const char *text, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(text, ":", 3);
    g_autofree char *id = NULL, *secret = NULL;
    struct control_auth a = {0};
    bool ok;
    struct auth_client client = {.organisation = "acme",
                                 .project = "shop",
                                 .name = parts[1],
                                 .client_id = parts[1],
                                 .client_secret = parts[2]};

    while (client.role < ROLE_COUNT && strcmp(auth_role_names[client.role], parts[0]) != 0)
        client.role++;
    ok = control_auth_open(&a, state_url, error) &&
         auth_create_client(a.auth, &client, a.now_ms, &id, &secret, error);
    control_auth_close(&a);
    return ok;
}

int main(int argc, char **argv)
{
    g_autoptr(GError) error = NULL;
    struct control_settings settings = {.listen = "127.0.0.1:0", .lease_ttl_ms = 1000};
    struct control *c;
    char rest[64];

    if (argc < 2)
        return 2;
    log_setup(LOG_WARNING);
    settings.state_url = argv[1];
    for (int i = 2; i < argc; i++)
        if (!create_client(argv[1], argv[i], &error))
            return die(error);
    if (!(c = control_start(&settings, &error)))
        return die(error);
    printf("port %d\n", control_port(c));
    fflush(stdout);
    while (read(STDIN_FILENO, rest, sizeof rest) > 0)
        ;
    control_stop(c);
    return 0;
}
