#include "base/ids.h"

#include "base/clock.h"

#include <errno.h>
#include <glib.h>
#include <pthread.h>
#include <sys/random.h>

/* From the kernel's generator; aborts when there are none. */
static void random_bytes(void *buf, size_t n)
{
    char *at = buf;

    while (n > 0) {
        ssize_t got = getrandom(at, n, 0);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            g_error("the kernel gives no random bytes: %s", g_strerror(errno));
        at += got;
        n -= (size_t)got;
    }
}

static char *hex(const unsigned char *bytes, size_t n)
{
    static const char digits[] = "0123456789abcdef";
    char *out = g_malloc(2 * n + 1);

    for (size_t i = 0; i < n; i++) {
        out[2 * i] = digits[bytes[i] >> 4];
        out[2 * i + 1] = digits[bytes[i] & 15];
    }
    out[2 * n] = '\0';
    return out;
}

char *random_hex(size_t n)
{
    unsigned char bytes[64];

    g_assert(n <= sizeof bytes);
    random_bytes(bytes, n);
    return hex(bytes, n);
}

char *id_new(void)
{
    unsigned char bytes[ID_LEN / 2];
    uint64_t now = (uint64_t)clock_now_ms();

    random_bytes(bytes, sizeof bytes);
    for (int i = 0; i < 6; i++)
        bytes[i] = (unsigned char)(now >> (8 * (5 - i)));
    return hex(bytes, sizeof bytes);
}

uint32_t random_below(uint32_t below)
{
    uint64_t r;

    if (!below)
        return 0;
    random_bytes(&r, sizeof r);
    return (uint32_t)(r % below);
}

static uint32_t table[256];

static void fill_table(void)
{
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t c = i;

        for (int bit = 0; bit < 8; bit++)
            c = c & 1 ? 0xEDB88320u ^ (c >> 1) : c >> 1;
        table[i] = c;
    }
}

uint32_t crc32_add(uint32_t crc, const void *data, size_t n)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    const unsigned char *p = data;

    pthread_once(&once, fill_table);
    crc = ~crc;
    while (n--)
        crc = table[(crc ^ *p++) & 0xFF] ^ (crc >> 8);
    return ~crc;
}
