#include "base/arena.h"

#include <stdalign.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

enum { FIRST_BLOCK = 16 * 1024, LARGEST_BLOCK = 1024 * 1024 };

struct block {
    struct block *next;
    size_t size;
    alignas(max_align_t) char data[];
};

struct deferred {
    struct deferred *next;
    GDestroyNotify call;
    void *data;
};

struct arena {
    struct block *blocks; /* newest first; the arena itself stands first in the oldest */
    struct deferred *deferred;
    char *at, *end;
};
G_STATIC_ASSERT(sizeof(struct arena) % alignof(max_align_t) == 0);

static void add_block(struct arena *a, size_t size)
{
    struct block *b = g_malloc(sizeof *b + size);

    b->next = a->blocks;
    b->size = size;
    a->blocks = b;
    a->at = b->data;
    a->end = b->data + size;
}

struct arena *arena_new(void)
{
    struct arena first = {.blocks = NULL}, *a;

    add_block(&first, FIRST_BLOCK);
    a = arena_alloc(&first, sizeof *a);
    *a = first;
    return a;
}

static void run_deferred(struct arena *a)
{
    struct deferred *d = a->deferred;

    a->deferred = NULL;
    for (; d; d = d->next)
        d->call(d->data);
}

/* All blocks up to the last one of the list, which was the first one. */
static void free_blocks(struct block *b, const struct block *keep)
{
    while (b != keep) {
        struct block *next = b->next;

        g_free(b);
        b = next;
    }
}

void arena_free(struct arena *a)
{
    if (!a)
        return;
    run_deferred(a);
    free_blocks(a->blocks, NULL);
}

void arena_clear(struct arena *a)
{
    struct block *first = a->blocks;

    run_deferred(a);
    while (first->next)
        first = first->next;
    free_blocks(a->blocks, first);
    a->blocks = first;
    a->at = (char *)(a + 1);
    a->end = first->data + first->size;
}

static void grow(struct arena *a, size_t size)
{
    size_t next = a->blocks ? MIN(a->blocks->size * 2, LARGEST_BLOCK) : FIRST_BLOCK;

    add_block(a, MAX(next, size));
}

void *arena_alloc(struct arena *a, size_t size)
{
    const size_t align = alignof(max_align_t);
    char *p;

    size = (size + align - 1) & ~(align - 1);
    if ((size_t)(a->end - a->at) < size)
        grow(a, size);
    p = a->at;
    a->at += size;
    return p;
}

void *arena_zalloc(struct arena *a, size_t size)
{
    return memset(arena_alloc(a, size), 0, size);
}

char *arena_strndup(struct arena *a, const char *s, size_t n)
{
    char *copy = arena_alloc(a, n + 1);

    memcpy(copy, s, n);
    copy[n] = '\0';
    return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
    return s ? arena_strndup(a, s, strlen(s)) : NULL;
}

char *arena_printf(struct arena *a, const char *format, ...)
{
    va_list args, again;
    char *text;
    int len;

    va_start(args, format);
    va_copy(again, args);
    len = vsnprintf(NULL, 0, format, args);
    g_assert(len >= 0);
    text = arena_alloc(a, (size_t)len + 1);
    vsnprintf(text, (size_t)len + 1, format, again);
    va_end(again);
    va_end(args);
    return text;
}

void arena_defer(struct arena *a, GDestroyNotify call, void *data)
{
    struct deferred *d = arena_alloc(a, sizeof *d);

    d->next = a->deferred;
    d->call = call;
    d->data = data;
    a->deferred = d;
}
