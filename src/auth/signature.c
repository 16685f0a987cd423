/* signature.c -- ES256: ECDSA over P-256 and SHA-256, between OpenSSL's form and a token's. */
#include "auth/auth_int.h"

#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <string.h>

#define HALF (SIGNATURE_BYTES / 2)

static bool to_halves(const guchar *der, size_t n, guchar out[SIGNATURE_BYTES])
{
    ECDSA_SIG *s = d2i_ECDSA_SIG(NULL, &der, (long)n);
    bool ok = s && BN_bn2binpad(ECDSA_SIG_get0_r(s), out, HALF) == HALF &&
              BN_bn2binpad(ECDSA_SIG_get0_s(s), out + HALF, HALF) == HALF;

    ECDSA_SIG_free(s);
    return ok;
}

/* The DER form, to be freed with OPENSSL_free(); its length or a number below 1. */
static int from_halves(const guchar in[SIGNATURE_BYTES], guchar **der)
{
    ECDSA_SIG *s = ECDSA_SIG_new();
    BIGNUM *first = BN_bin2bn(in, HALF, NULL), *second = BN_bin2bn(in + HALF, HALF, NULL);
    int n = 0;

    *der = NULL;
    if (s && first && second && ECDSA_SIG_set0(s, first, second)) {
        n = i2d_ECDSA_SIG(s, der);
    } else {
        BN_free(first);
        BN_free(second);
    }
    ECDSA_SIG_free(s);
    return n;
}

bool auth__sign(const struct key *k, const char *text, guchar out[SIGNATURE_BYTES], GError **error)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    guchar der[160];
    size_t n = sizeof der;
    bool ok = context && EVP_DigestSignInit(context, NULL, EVP_sha256(), NULL, k->pair) == 1 &&
              EVP_DigestSign(context, der, &n, (const guchar *)text, strlen(text)) == 1 &&
              to_halves(der, n, out);

    EVP_MD_CTX_free(context);
    if (!ok)
        auth__set_openssl_error(error, "A token could not be signed.");
    return ok;
}

bool auth__is_signed(const struct key *k, const char *text, size_t n,
                     const guchar signature[SIGNATURE_BYTES])
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    guchar *der;
    int len = from_halves(signature, &der);
    bool ok = context && len > 0 &&
              EVP_DigestVerifyInit(context, NULL, EVP_sha256(), NULL, k->pair) == 1 &&
              EVP_DigestVerify(context, der, (size_t)len, (const guchar *)text, n) == 1;

    OPENSSL_free(der);
    EVP_MD_CTX_free(context);
    ERR_clear_error();
    return ok;
}
