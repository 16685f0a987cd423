#include "http/http_int.h"

#include <errno.h>
#include <netdb.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { BACKLOG = 1024 };

static struct addrinfo *resolve(const char *address, GError **error)
{
    struct addrinfo hints = {.ai_flags = AI_PASSIVE, .ai_socktype = SOCK_STREAM}, *found = NULL;
    const char *colon = strrchr(address, ':');
    g_autofree char *host = NULL;
    int why;

    if (!colon || !colon[1]) {
        g_set_error(error, http_error(), ERROR_INVALID, "\"%s\" is no address to listen on.",
                    address);
        error_hint(error, "write HOST:PORT, as in 127.0.0.1:8080 or [::]:8080.");
        return NULL;
    }
    if (*address == '[' && colon > address + 1 && colon[-1] == ']')
        host = g_strndup(address + 1, (gsize)(colon - address - 2));
    else
        host = g_strndup(address, (gsize)(colon - address));
    why = getaddrinfo(*host ? host : NULL, colon + 1, &hints, &found);
    if (why == 0)
        return found;
    g_set_error(error, http_error(), ERROR_INVALID, "The address %s to listen on is not known: %s.",
                address, gai_strerror(why));
    return NULL;
}

static int listen_at(const struct addrinfo *a)
{
    int on = 1, why;
    int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    if (setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) == 0 &&
        bind(fd, a->ai_addr, a->ai_addrlen) == 0 && listen(fd, BACKLOG) == 0)
        return fd;
    why = errno;
    close(fd);
    errno = why;
    return -1;
}

static int port_of(int fd)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof at;
    char port[16];

    if (getsockname(fd, (struct sockaddr *)&at, &len) != 0 ||
        getnameinfo((struct sockaddr *)&at, len, NULL, 0, port, sizeof port, NI_NUMERICSERV) != 0)
        return 0;
    return (int)g_ascii_strtoll(port, NULL, 10);
}

int http__listen(const char *address, int *port, GError **error)
{
    struct addrinfo *found = resolve(address, error);
    int fd;

    if (!found)
        return -1;
    fd = listen_at(found);
    if (fd < 0) {
        g_set_error(error, http_error(), ERROR_UNAVAILABLE, "Cannot listen on %s: %s.", address,
                    g_strerror(errno));
        error_hint(error, "choose another port, or stop the program that has this one.");
    } else {
        *port = port_of(fd);
    }
    freeaddrinfo(found);
    return fd;
}
