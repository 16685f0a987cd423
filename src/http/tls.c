/* tls.c -- the certificate a server shows: checked when it is given, exchanged while it serves. */
#include "http/http_int.h"

#include <gnutls/abstract.h>
#include <gnutls/gnutls.h>
#include <string.h>

enum { MAX_CHAIN = 16 };

/* A chain and its key. Handshakes may use it as long as the server lives. */
struct pair {
    char *cert, *key; /* the texts they were read from */
    gnutls_pcert_st chain[MAX_CHAIN];
    unsigned length;
    gnutls_privkey_t private;
};

struct http_tls {
    pthread_mutex_t lock;
    GPtrArray *pairs; /* of struct pair; the last one is shown */
};

static void pair_free(void *data)
{
    struct pair *p = data;

    for (unsigned i = 0; i < p->length; i++)
        gnutls_pcert_deinit(&p->chain[i]);
    if (p->private)
        gnutls_privkey_deinit(p->private);
    g_free(p->cert);
    g_free(p->key);
    g_free(p);
}

static gnutls_datum_t datum(const char *text)
{
    return (gnutls_datum_t){(unsigned char *)text, (unsigned)strlen(text)};
}

static bool refuse(int why, const char *what, GError **error)
{
    g_set_error(error, http_error(), ERROR_INVALID, "%s: %s", what, gnutls_strerror(why));
    error_hint(error, "both are PEM: the certificate first, then those that signed it; and the key "
                      "that belongs to the first one, without a password.");
    return false;
}

/* Do chain and key belong together? */
static bool check_fit(const gnutls_datum_t *cert, const gnutls_datum_t *key, GError **error)
{
    gnutls_certificate_credentials_t both;
    int rc = gnutls_certificate_allocate_credentials(&both);

    if (rc == GNUTLS_E_SUCCESS) {
        rc = gnutls_certificate_set_x509_key_mem(both, cert, key, GNUTLS_X509_FMT_PEM);
        gnutls_certificate_free_credentials(both);
    }
    return rc == GNUTLS_E_SUCCESS ||
           refuse(rc, "The TLS certificate and its key do not fit together", error);
}

static bool read_pair(struct pair *p, GError **error)
{
    gnutls_datum_t cert = datum(p->cert), key = datum(p->key);
    unsigned length = MAX_CHAIN;
    int rc = gnutls_pcert_list_import_x509_raw(p->chain, &length, &cert, GNUTLS_X509_FMT_PEM, 0);

    if (rc != GNUTLS_E_SUCCESS)
        return refuse(rc, "The TLS certificate cannot be read", error);
    p->length = length;
    rc = gnutls_privkey_init(&p->private);
    if (rc == GNUTLS_E_SUCCESS)
        rc = gnutls_privkey_import_x509_raw(p->private, &key, GNUTLS_X509_FMT_PEM, NULL, 0);
    if (rc != GNUTLS_E_SUCCESS)
        return refuse(rc, "The TLS key cannot be read", error);
    return check_fit(&cert, &key, error);
}

bool http__tls_take(struct http_tls *t, const char *cert, const char *key, GError **error)
{
    struct pair *p = g_new0(struct pair, 1);

    p->cert = g_strdup(cert);
    p->key = g_strdup(key);
    if (!read_pair(p, error)) {
        pair_free(p);
        return false;
    }
    pthread_mutex_lock(&t->lock);
    g_ptr_array_add(t->pairs, p);
    pthread_mutex_unlock(&t->lock);
    return true;
}

struct http_tls *http__tls_new(void)
{
    struct http_tls *t = g_new0(struct http_tls, 1);

    pthread_mutex_init(&t->lock, NULL);
    t->pairs = g_ptr_array_new_with_free_func(pair_free);
    return t;
}

void http__tls_free(struct http_tls *t)
{
    if (!t)
        return;
    g_ptr_array_unref(t->pairs);
    pthread_mutex_destroy(&t->lock);
    g_free(t);
}

/* libmicrohttpd's session knows its connection, and the connection the server (see
 * http__tls_meet()). */
static struct http_tls *tls_of(gnutls_session_t session)
{
    struct MHD_Connection *connection = gnutls_session_get_ptr(session);
    const union MHD_ConnectionInfo *info =
        connection ? MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT) : NULL;

    return info ? info->socket_context : NULL;
}

void http__tls_meet(void *data, struct MHD_Connection *connection, void **context,
                    enum MHD_ConnectionNotificationCode what)
{
    (void)connection;
    *context = what == MHD_CONNECTION_NOTIFY_STARTED ? data : NULL;
}

int http__tls_show(gnutls_session_t session, const gnutls_datum_t *authorities, int count,
                   const gnutls_pk_algorithm_t *algorithms, int algorithm_count,
                   gnutls_pcert_st **chain, unsigned *length, gnutls_privkey_t *key)
{
    struct http_tls *t = tls_of(session);
    struct pair *p;

    (void)authorities;
    (void)count;
    (void)algorithms;
    (void)algorithm_count;
    if (!t)
        return -1;
    pthread_mutex_lock(&t->lock);
    p = t->pairs->pdata[t->pairs->len - 1];
    *chain = p->chain;
    *length = p->length;
    *key = p->private;
    pthread_mutex_unlock(&t->lock);
    return 0;
}
