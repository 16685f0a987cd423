/* base64url.c -- base64 as tokens carry it. */
#include "auth/auth_int.h"

#include <string.h>

char *auth__base64url(const void *data, size_t n)
{
    char *text = g_base64_encode(data, n);

    g_strdelimit(text, "+", '-');
    g_strdelimit(text, "/", '_');
    text[strcspn(text, "=")] = '\0';
    return text;
}

/* GLib passes over what it does not know, so the bytes must lead back to the same text. */
guchar *auth__unbase64url(const char *text, size_t *n)
{
    static const char padding[] = "==";
    size_t len = strlen(text);
    g_autofree char *plain = g_strconcat(text, len % 4 < 2 ? "" : padding + (len % 4 - 2), NULL);
    g_autofree guchar *data = NULL;
    g_autofree char *again = NULL;

    g_strdelimit(plain, "-", '+');
    g_strdelimit(plain, "_", '/');
    data = g_base64_decode(plain, n);
    again = auth__base64url(data, *n);
    return strcmp(again, text) == 0 ? g_steal_pointer(&data) : NULL;
}
