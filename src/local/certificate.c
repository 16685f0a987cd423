/* certificate.c -- the files of a server's TLS certificate, read again when they change. */
#include "local/local_int.h"

#include "base/envfile.h"
#include "base/log.h"
#include "control/control.h"

static char *stamp_of(const struct certificate *c)
{
    g_autofree char *cert = envfile_stamp(c->cert), *key = envfile_stamp(c->key);

    return g_strconcat(cert, " ", key, NULL);
}

static bool read_pem(const char *option, const char *path, char **pem, GError **error)
{
    g_autoptr(GError) why = NULL;

    if (g_file_get_contents(path, pem, NULL, &why))
        return true;
    g_set_error(error, local_error(), ERROR_INVALID, "%s: %s.", option, why->message);
    error_hint(error, "%s is the path of a PEM file that this process may read.", option);
    return false;
}

bool local__certificate_read(struct certificate *c, GError **error)
{
    g_autofree char *cert = NULL, *key = NULL, *stamp = NULL;

    if (!c->cert)
        return true;
    stamp = stamp_of(c);
    if (!read_pem("--tls-cert", c->cert, &cert, error) ||
        !read_pem("--tls-key", c->key, &key, error))
        return false;
    g_free(c->cert_pem);
    g_free(c->key_pem);
    g_free(c->stamp);
    c->cert_pem = g_steal_pointer(&cert);
    c->key_pem = g_steal_pointer(&key);
    c->stamp = g_steal_pointer(&stamp);
    return true;
}

static void renew(struct certificate *c, struct control *control)
{
    g_autoptr(GError) error = NULL;

    if (local__certificate_read(c, &error) &&
        control_renew_tls(control, c->cert_pem, c->key_pem, &error)) {
        log_event(LOG_INFO, "the TLS certificate was read again: new connections see it", NULL);
        return;
    }
    g_free(c->stamp);
    c->stamp = stamp_of(c);
    log_event(LOG_WARNING, "the changed TLS certificate cannot be used: the old one stays", "why",
              error->message, NULL);
}

void local__certificate_follow(struct certificate *c, struct control *control, bool now)
{
    g_autofree char *stamp = c->cert ? stamp_of(c) : NULL;

    if (!c->cert)
        return;
    /* Two files change one after the other: when both have rested for a round they are whole. */
    if (now || (g_strcmp0(stamp, c->stamp) != 0 && g_strcmp0(stamp, c->seen) == 0))
        renew(c, control);
    g_free(c->seen);
    c->seen = g_steal_pointer(&stamp);
}

void local__certificate_clear(struct certificate *c)
{
    g_free(c->cert);
    g_free(c->key);
    g_free(c->cert_pem);
    g_free(c->key_pem);
    g_free(c->stamp);
    g_free(c->seen);
}
