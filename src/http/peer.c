/* peer.c -- what was wrong with the certificate that a server showed us. */
#include "http/http_int.h"

#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <string.h>

struct http_peer {
    int why;                        /* X509_V_…; X509_V_OK: nothing was wrong with its chain */
    char *subject, *issuer;         /* of the certificate at fault */
    char *names;                    /* that the server's own certificate is for */
    char *valid_from, *valid_until; /* of the one at fault */
};

static char *text_of(BIO *bio)
{
    char *data;
    long len = BIO_get_mem_data(bio, &data);
    char *text = g_utf8_make_valid(data, (gssize)MAX(len, 0));

    BIO_free(bio);
    return text;
}

static char *name_text(const X509_NAME *name)
{
    BIO *bio = BIO_new(BIO_s_mem());

    X509_NAME_print_ex(bio, name, 0, XN_FLAG_RFC2253 & ~ASN1_STRFLGS_ESC_MSB);
    return text_of(bio);
}

static char *time_text(const ASN1_TIME *at)
{
    BIO *bio = BIO_new(BIO_s_mem());

    ASN1_TIME_print(bio, at);
    return text_of(bio);
}

/* "shop.example.com, 10.0.0.1" */
static char *names_text(const X509 *cert)
{
    GENERAL_NAMES *all = X509_get_ext_d2i(cert, NID_subject_alt_name, NULL, NULL);
    GString *out = g_string_new(NULL);

    for (int i = 0; i < sk_GENERAL_NAME_num(all); i++) {
        BIO *bio = BIO_new(BIO_s_mem());
        g_autofree char *name = NULL;
        const char *colon;

        GENERAL_NAME_print(bio, sk_GENERAL_NAME_value(all, i));
        name = text_of(bio);
        colon = strchr(name, ':'); /* DNS:… or IP Address:… */
        g_string_append_printf(out, "%s%s", out->len ? ", " : "", colon ? colon + 1 : name);
    }
    GENERAL_NAMES_free(all);
    return g_string_free(out, FALSE);
}

static void note_fault(struct http_peer *p, const X509 *cert)
{
    p->subject = name_text(X509_get_subject_name(cert));
    p->issuer = name_text(X509_get_issuer_name(cert));
    p->valid_from = time_text(X509_get0_notBefore(cert));
    p->valid_until = time_text(X509_get0_notAfter(cert));
}

static int verify(X509_STORE_CTX *store, void *data)
{
    struct http_peer *p = data;
    int ok = X509_verify_cert(store);
    const X509 *own = X509_STORE_CTX_get0_cert(store);
    const X509 *current = X509_STORE_CTX_get_current_cert(store);

    http__peer_forget(p);
    p->names = own ? names_text(own) : NULL;
    if (ok == 1)
        return ok;
    p->why = X509_STORE_CTX_get_error(store);
    if (current || own)
        note_fault(p, current ? current : own);
    return ok;
}

CURLcode http__peer_watch(CURL *easy, void *ssl_ctx, void *data)
{
    (void)easy;
    SSL_CTX_set_cert_verify_callback(ssl_ctx, verify, data);
    return CURLE_OK;
}

struct http_peer *http__peer_new(void)
{
    return g_new0(struct http_peer, 1);
}

void http__peer_forget(struct http_peer *p)
{
    p->why = X509_V_OK;
    g_clear_pointer(&p->subject, g_free);
    g_clear_pointer(&p->issuer, g_free);
    g_clear_pointer(&p->names, g_free);
    g_clear_pointer(&p->valid_from, g_free);
    g_clear_pointer(&p->valid_until, g_free);
}

void http__peer_free(struct http_peer *p)
{
    if (!p)
        return;
    http__peer_forget(p);
    g_free(p);
}

static void refuse_name(const struct http_peer *p, const char *what, const char *host,
                        GError **error)
{
    g_set_error(error, http_error(), ERROR_DENIED,
                "%s: the certificate is not for %s; it is for %s.", what, host,
                p->names && *p->names ? p->names : "no name at all");
    error_hint(error,
               "call the server by a name of its certificate (TCLOUD_URL), or give it one "
               "whose subjectAltName holds %s.",
               host);
}

static void refuse_time(const struct http_peer *p, const char *what, const char *host,
                        GError **error)
{
    g_autoptr(GDateTime) now = g_date_time_new_now_utc();
    g_autofree char *clock = g_date_time_format(now, "%Y-%m-%d %H:%M UTC");
    bool early = p->why == X509_V_ERR_CERT_NOT_YET_VALID;

    g_set_error(error, http_error(), ERROR_DENIED, "%s: the certificate of %s %s %s (%s).", what,
                host, early ? "is not valid before" : "was valid until",
                early ? p->valid_from : p->valid_until, p->subject);
    error_hint(error,
               "it must be renewed on the server; if it was, see this machine's clock, "
               "which says %s.",
               clock);
}

static void refuse_authority(const struct http_peer *p, const char *what, const char *host,
                             GError **error)
{
    const char *file = g_getenv("SSL_CERT_FILE");

    g_set_error(
        error, http_error(), ERROR_DENIED,
        "%s: the certificate of %s is not signed by an authority that is trusted here (%s): "
        "%s says that %s has signed it.",
        what, host, X509_verify_cert_error_string(p->why), p->subject, p->issuer);
    if (file && *file)
        error_hint(error,
                   "SSL_CERT_FILE, which is %s, must hold the certificate of that "
                   "authority, in PEM.",
                   file);
    else
        error_hint(error, "if it is your company's authority, let SSL_CERT_FILE name a PEM file "
                          "with its certificate.");
}

static bool is_of_time(int why)
{
    return why == X509_V_ERR_CERT_HAS_EXPIRED || why == X509_V_ERR_CERT_NOT_YET_VALID;
}

static bool is_of_authority(int why)
{
    return why == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT ||
           why == X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY ||
           why == X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE ||
           why == X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT ||
           why == X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN || why == X509_V_ERR_CERT_SIGNATURE_FAILURE;
}

void http__peer_refused(const struct http_peer *p, const char *what, const char *host,
                        const char *words, GError **error)
{
    if (p->why == X509_V_OK && p->names)
        refuse_name(p, what, host, error);
    else if (p->subject && is_of_time(p->why))
        refuse_time(p, what, host, error);
    else if (p->subject && is_of_authority(p->why))
        refuse_authority(p, what, host, error);
    else {
        g_set_error(error, http_error(), ERROR_DENIED, "%s: the certificate of %s is refused: %s.",
                    what, host, words);
        error_hint(error, "SSL_CERT_FILE may name a file with the certificate authority to trust.");
    }
}
