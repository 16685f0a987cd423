/* origin.c -- whose request it is: the connection's peer, or whom the proxies say that we trust. */
#include "http/http_int.h"

#include <arpa/inet.h>
#include <string.h>

/* IPv4 as IPv6 writes it, ::ffff:192.0.2.1, so that both are compared alike. */
struct address {
    guint8 bytes[16];
};

struct network {
    struct address base;
    int bits;
};

static const guint8 of_ipv4[12] = {[10] = 0xff, [11] = 0xff};

static bool is_ipv4(const struct address *a)
{
    return memcmp(a->bytes, of_ipv4, sizeof of_ipv4) == 0;
}

static bool read_address(const char *text, struct address *a)
{
    memcpy(a->bytes, of_ipv4, sizeof of_ipv4);
    return inet_pton(AF_INET, text, a->bytes + sizeof of_ipv4) == 1 ||
           inet_pton(AF_INET6, text, a->bytes) == 1;
}

static void write_address(const struct address *a, char *out, size_t len)
{
    bool ipv4 = is_ipv4(a);

    inet_ntop(ipv4 ? AF_INET : AF_INET6, a->bytes + (ipv4 ? sizeof of_ipv4 : 0), out,
              (socklen_t)len);
}

/* ---- the setting ---- */

static bool is_wrong(const char *word, const char *why, GError **error)
{
    g_set_error(error, http_error(), ERROR_INVALID, "\"%s\" is no network of proxies: %s.", word,
                why);
    error_hint(error, "write ADDRESS or ADDRESS/BITS, separated by commas, as in "
                      "10.0.0.0/8,2001:db8::/32.");
    return false;
}

static bool is_base(const struct network *n)
{
    for (int bit = n->bits; bit < 128; bit++)
        if (n->base.bytes[bit / 8] & 0x80 >> bit % 8)
            return false;
    return true;
}

static bool read_network(const char *word, struct network *n, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(word, "/", 2);
    bool ipv4;
    int most;
    guint64 bits;

    if (!parts[0] || !read_address(parts[0], &n->base))
        return is_wrong(word, "the address cannot be read", error);
    ipv4 = !strchr(parts[0], ':');
    most = ipv4 ? 32 : 128;
    bits = (guint64)most;
    if (parts[1] && !g_ascii_string_to_unsigned(parts[1], 10, 0, bits, &bits, NULL))
        return is_wrong(word, ipv4 ? "it has 0 to 32 bits" : "it has 0 to 128 bits", error);
    n->bits = (int)bits + 128 - most;
    return is_base(n) || is_wrong(word, "the address goes on behind its bits", error);
}

GArray *http__networks(const char *list, GError **error)
{
    g_autoptr(GArray) out = g_array_new(FALSE, FALSE, sizeof(struct network));
    g_auto(GStrv) words = g_strsplit(list ? list : "", ",", 0);

    for (char **word = words; *word; word++) {
        struct network n;

        if (!*g_strstrip(*word))
            continue;
        if (!read_network(*word, &n, error))
            return NULL;
        g_array_append_val(out, n);
    }
    return g_steal_pointer(&out);
}

bool http_check_networks(const char *list, GError **error)
{
    g_autoptr(GArray) networks = http__networks(list, error);

    return networks != NULL;
}

static bool is_in(const struct network *n, const struct address *a)
{
    int whole = n->bits / 8, rest = n->bits % 8;

    return memcmp(n->base.bytes, a->bytes, (size_t)whole) == 0 &&
           (rest == 0 || (n->base.bytes[whole] ^ a->bytes[whole]) >> (8 - rest) == 0);
}

static bool is_trusted(const GArray *networks, const struct address *a)
{
    for (guint i = 0; i < networks->len; i++)
        if (is_in(&g_array_index(networks, struct network, i), a))
            return true;
    return false;
}

/* ---- a request ---- */

static enum MHD_Result add_value(void *data, enum MHD_ValueKind kind, const char *name,
                                 const char *value)
{
    (void)kind;
    if (g_ascii_strcasecmp(name, "X-Forwarded-For") == 0 && value)
        g_string_append_printf(data, ",%s", value);
    return MHD_YES;
}

/* "192.0.2.1", "192.0.2.1:80", "2001:db8::1", "[2001:db8::1]", "[2001:db8::1]:80" */
static bool read_entry(char *text, struct address *a)
{
    char *end;

    g_strstrip(text);
    if (*text == '[' && (end = strchr(text, ']'))) {
        *end = '\0';
        return read_address(text + 1, a);
    }
    end = strchr(text, ':');
    if (end && !strchr(end + 1, ':'))
        *end = '\0';
    return read_address(text, a);
}

/* Each proxy adds on the right whom it was asked by, so that what stands left of the first address
 * that is none of a proxy may be anything. One that cannot be read ends the search, too. */
static void follow(const GArray *networks, char *entries, struct address *a)
{
    struct address before;
    char *comma;

    while (is_trusted(networks, a) && (comma = strrchr(entries, ','))) {
        *comma = '\0';
        if (!*g_strstrip(comma + 1))
            continue;
        if (!read_entry(comma + 1, &before))
            return;
        *a = before;
    }
}

static bool peer_of(const struct http_call *c, struct address *a)
{
    const union MHD_ConnectionInfo *info =
        MHD_get_connection_info(c->connection, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    const struct sockaddr *at = info ? info->client_addr : NULL;

    memcpy(a->bytes, of_ipv4, sizeof of_ipv4);
    if (at && at->sa_family == AF_INET)
        memcpy(a->bytes + sizeof of_ipv4, &((const struct sockaddr_in *)at)->sin_addr, 4);
    else if (at && at->sa_family == AF_INET6)
        memcpy(a->bytes, &((const struct sockaddr_in6 *)at)->sin6_addr, sizeof a->bytes);
    else
        return false;
    return true;
}

void http__note_origin(struct http_call *c)
{
    const GArray *networks = c->server->proxies;
    struct address a;

    if (!peer_of(c, &a)) {
        g_strlcpy(c->peer, "unknown", sizeof c->peer);
        return;
    }
    if (networks->len > 0 && is_trusted(networks, &a)) {
        g_autoptr(GString) entries = g_string_new(NULL);

        MHD_get_connection_values(c->connection, MHD_HEADER_KIND, add_value, entries);
        follow(networks, entries->str, &a);
    }
    write_address(&a, c->peer, sizeof c->peer);
}
