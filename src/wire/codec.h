/* codec.h -- structs to JSON and back, by tables.
 *
 * A message is a plain C struct and one `struct wire_type` that lists its members. The same row
 * reads, writes, frees and documents a member; nothing else in Heddle takes messages apart.
 *
 * Members  strings are char * (g_free; NULL is left out of the JSON), numbers int64_t, double,
 *          booleans bool, lists GPtrArray * (never NULL in a struct made by wire_new or
 *          wire_from_json), ranges struct intervals * ([[start, end], …] in JSON), other messages
 *          pointers, and anything opaque json_t *.
 * Errors   unknown members are ignored (an older side meets a newer one); a missing required
 *          member or a wrong type is ERROR_INVALID and names the message and the member.
 */
#ifndef HEDDLE_WIRE_CODEC_H
#define HEDDLE_WIRE_CODEC_H

#include "base/clock.h"
#include "base/json.h"
#include "http/api.h"

#include <stddef.h>

ERROR_DOMAIN(wire)

enum wire_kind {
    WIRE_STRING,
    WIRE_INT,
    WIRE_TIME, /* int64_t, UTC milliseconds; TIME_NONE by default and then left out */
    WIRE_REAL,
    WIRE_BOOL,
    WIRE_ENUM,      /* an int (enum) written as one of `names`, NULL-terminated */
    WIRE_STRINGS,   /* GPtrArray of char * */
    WIRE_INTERVALS, /* struct intervals *, NULL when left out */
    WIRE_JSON,      /* json_t *, NULL when left out */
    WIRE_OBJECT,    /* pointer to a struct of `type`, NULL when left out */
    WIRE_OBJECTS,   /* GPtrArray of pointers to structs of `type` */
    WIRE_NULLABLE,  /* char *, written as null when it is NULL */
    WIRE_DATE,      /* as WIRE_TIME, but "2024-01-31T12:00:00.000Z" in JSON, or null */
};

struct wire_type;

struct wire_field {
    const char *name;
    size_t offset;
    enum wire_kind kind;
    bool required;
    const struct wire_type *type; /* WIRE_OBJECT, WIRE_OBJECTS */
    const char *const *names;     /* WIRE_ENUM */
};

struct wire_type {
    const char *name; /* for errors */
    size_t size;
    const struct wire_field *fields; /* ends with a row whose name is NULL */
};

void *wire_new(const struct wire_type *type); /* zeroed, lists made, times TIME_NONE */
void wire_free(const struct wire_type *type, void *message); /* NULL is fine */
void *wire_copy(const struct wire_type *type, const void *message);
json_t *wire_to_json(const struct wire_type *type, const void *message); /* a new reference */
void *wire_from_json(const struct wire_type *type, const json_t *json, GError **error) MUST_CHECK;
/* The answer of api_call() to `path`. Another's JSON is ERROR_UNAVAILABLE, with the address and how
 * it begins: nothing is known of what was asked for. NULL for NULL, which has its error already. */
void *wire_from_answer(const struct wire_type *type, const json_t *answer, const struct api *a,
                       const char *path, GError **error) MUST_CHECK;
/* The same from and to text. */
char *wire_to_text(const struct wire_type *type, const void *message); /* g_free() */
void *wire_from_text(const struct wire_type *type, const char *text, size_t len,
                     GError **error) MUST_CHECK;

#endif
