/* stream.c -- rows of texts as an Arrow stream: some thousand rows a batch, one column after the
 * other. */
#include "warehouse/stream.h"

#include <errno.h>
#include <string.h>

#define BATCH_ROWS  65536
#define BATCH_BYTES (64 * 1024 * 1024) /* of one column; its offsets have 31 bits */

struct texts {
    const struct warehouse_batch *batch;
    size_t row, rows;
};

static const char *value_at(const struct texts *t, size_t row, int column)
{
    return t->batch->values->pdata[row * (size_t)t->batch->width + (size_t)column];
}

static void release_schema(struct ArrowSchema *s)
{
    for (int64_t i = 0; i < s->n_children; i++) {
        if (s->children[i]->release)
            s->children[i]->release(s->children[i]);
        g_free(s->children[i]);
    }
    g_free(s->children);
    g_free((char *)s->name);
    s->release = NULL;
}

static void make_schema(struct ArrowSchema *s, const char *format, const char *name, int children)
{
    *s = (struct ArrowSchema){.format = format,
                              .name = g_strdup(name),
                              .flags = ARROW_FLAG_NULLABLE,
                              .n_children = children,
                              .children = g_new0(struct ArrowSchema *, (gsize)children + 1),
                              .release = release_schema};
}

static int get_schema(struct ArrowArrayStream *stream, struct ArrowSchema *out)
{
    const struct texts *t = stream->private_data;

    make_schema(out, "+s", "", t->batch->width);
    for (int i = 0; i < t->batch->width; i++) {
        out->children[i] = g_new0(struct ArrowSchema, 1);
        make_schema(out->children[i], "u", t->batch->columns[i], 0);
    }
    return 0;
}

static void release_array(struct ArrowArray *a)
{
    for (int64_t i = 0; i < a->n_children; i++) {
        if (a->children[i]->release)
            a->children[i]->release(a->children[i]);
        g_free(a->children[i]);
    }
    for (int64_t i = 0; i < a->n_buffers; i++)
        g_free((void *)a->buffers[i]);
    g_free(a->children);
    g_free(a->buffers);
    a->release = NULL;
}

static void make_array(struct ArrowArray *a, size_t rows, int buffers, int children)
{
    *a = (struct ArrowArray){.length = (int64_t)rows,
                             .n_buffers = buffers,
                             .n_children = children,
                             .buffers = g_new0(const void *, (gsize)buffers),
                             .children = g_new0(struct ArrowArray *, (gsize)children + 1),
                             .release = release_array};
}

/* A column: which values are there, where each ends, all texts. */
static void make_column(struct ArrowArray *a, const struct texts *t, size_t rows, int column)
{
    uint8_t *valid = g_malloc0(rows / 8 + 1);
    int32_t *ends = g_new(int32_t, rows + 1);
    GString *bytes = g_string_new(NULL);

    make_array(a, rows, 3, 0);
    ends[0] = 0;
    for (size_t i = 0; i < rows; i++) {
        const char *value = value_at(t, t->row + i, column);

        if (value) {
            valid[i / 8] |= (uint8_t)(1 << (i % 8));
            g_string_append(bytes, value);
        }
        a->null_count += !value;
        ends[i + 1] = (int32_t)bytes->len;
    }
    a->buffers[0] = valid;
    a->buffers[1] = ends;
    a->buffers[2] = g_string_free(bytes, FALSE);
}

/* How many rows from here make a batch. */
static size_t rows_of_batch(const struct texts *t)
{
    size_t rows = 0, bytes = 0, width = (size_t)t->batch->width;

    for (; t->row + rows < t->rows && rows < BATCH_ROWS && bytes < BATCH_BYTES; rows++)
        for (size_t i = 0; i < width; i++) {
            const char *value = value_at(t, t->row + rows, (int)i);

            bytes += value ? strlen(value) : 0;
        }
    return rows;
}

static int get_next(struct ArrowArrayStream *stream, struct ArrowArray *out)
{
    struct texts *t = stream->private_data;
    size_t rows = rows_of_batch(t);

    memset(out, 0, sizeof *out);
    if (rows == 0)
        return 0;
    make_array(out, rows, 1, t->batch->width);
    for (int i = 0; i < t->batch->width; i++) {
        out->children[i] = g_new0(struct ArrowArray, 1);
        make_column(out->children[i], t, rows, i);
    }
    t->row += rows;
    return 0;
}

static const char *get_last_error(struct ArrowArrayStream *stream)
{
    (void)stream;
    return NULL;
}

static void release(struct ArrowArrayStream *stream)
{
    g_free(stream->private_data);
    stream->release = NULL;
}

void warehouse__stream_texts(const struct warehouse_batch *batch, struct ArrowArrayStream *out)
{
    struct texts *t = g_new0(struct texts, 1);

    t->batch = batch;
    t->rows = batch->values->len / (size_t)batch->width;
    *out = (struct ArrowArrayStream){.get_schema = get_schema,
                                     .get_next = get_next,
                                     .get_last_error = get_last_error,
                                     .release = release,
                                     .private_data = t};
}
