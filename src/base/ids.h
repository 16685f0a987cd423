/* ids.h -- identifiers, random bytes and the digests SQLMesh's names are made of. */
#ifndef HEDDLE_BASE_IDS_H
#define HEDDLE_BASE_IDS_H

#include <stddef.h>
#include <stdint.h>

enum { ID_LEN = 32 };

/* A fresh identifier: 32 lower-case hex digits, sortable by creation time to the millisecond,
 * unguessable. Free with g_free(). */
char *id_new(void);
/* Hex of `n` random bytes. Free with g_free(). */
char *random_hex(size_t n);
/* A random number in [0, below); 0 when below is 0. For jitter. */
uint32_t random_below(uint32_t below);

/* CRC-32 (ISO 3309) going on from `crc` (0 at first); the decimal form of it is what SQLMesh
 * names fingerprints and versions with. */
uint32_t crc32_add(uint32_t crc, const void *data, size_t n);

#endif
