/* arena.h -- memory that lives and dies together: one arena per parse, request or plan.
 *
 * Everything taken from an arena is freed by arena_free() and by nothing else. Memory is aligned
 * for any type. Out of memory aborts, as everywhere in Heddle: sizes a stranger may choose have a
 * ceiling in limits.h.
 * Threads  one arena belongs to one thread at a time.
 */
#ifndef HEDDLE_BASE_ARENA_H
#define HEDDLE_BASE_ARENA_H

#include <glib.h>
#include <stddef.h>

typedef struct arena arena; /* the typedef is for g_autoptr(arena) */

struct arena *arena_new(void);
void arena_free(struct arena *a);  /* NULL is fine; deferred calls run first, last one first */
void arena_clear(struct arena *a); /* frees all that was taken, and the arena is as if new */

void *arena_alloc(struct arena *a, size_t size);  /* not zeroed */
void *arena_zalloc(struct arena *a, size_t size); /* zeroed */
char *arena_strdup(struct arena *a, const char *s);
char *arena_strndup(struct arena *a, const char *s, size_t n);
char *arena_printf(struct arena *a, const char *format, ...) G_GNUC_PRINTF(2, 3);
/* Run `call(data)` when the arena is freed. */
void arena_defer(struct arena *a, GDestroyNotify call, void *data);

#define arena_new_of(a, type) ((type *)arena_zalloc((a), sizeof(type)))

G_DEFINE_AUTOPTR_CLEANUP_FUNC(arena, arena_free)

#endif
