/* execute.c -- statements whose rows nobody reads; how many rows they changed. */
#include "warehouse/warehouse_int.h"

#include <string.h>

/* Is this the schema of a lone number of changed rows? */
static bool is_count(struct ArrowArrayStream *stream)
{
    struct ArrowSchema schema = {0};
    bool count;

    if (stream->get_schema(stream, &schema) != 0)
        return false;
    count = schema.n_children == 1 && strcmp(schema.children[0]->name, "Count") == 0 &&
            strcmp(schema.children[0]->format, "l") == 0;
    schema.release(&schema);
    return count;
}

static int64_t count_in(const struct ArrowArray *batch)
{
    const struct ArrowArray *column = batch->children[0];
    const int64_t *values = column->buffers[1];

    return values[batch->offset + column->offset];
}

/* Read to the end: the engine may work only as far as somebody reads. */
static bool drain(struct warehouse *w, const char *sql, struct run *run, GError **error)
{
    struct ArrowArrayStream *stream = &run->stream;
    bool count = run->rows < 0 && is_count(stream);
    struct ArrowArray batch = {0};
    int64_t seen = 0;

    for (;;) {
        if (stream->get_next(stream, &batch) != 0) {
            warehouse__fail_stream(w, stream, sql, error);
            return false;
        }
        if (!batch.release)
            return true;
        if (count && batch.length > 0)
            run->rows = seen == 0 && batch.length == 1 ? count_in(&batch) : -1;
        seen += batch.length;
        batch.release(&batch);
    }
}

bool warehouse_execute(struct warehouse *w, const char *sql, int64_t *rows, GError **error)
{
    struct run run;
    bool ok;

    if (!warehouse__enter(w, error))
        return false;
    ok = warehouse__start(w, sql, w->driver->count_in_rows, &run, error) &&
         (!run.stream.release || drain(w, sql, &run, error));
    warehouse__leave(w);
    if (ok && rows)
        *rows = run.rows;
    warehouse__end(w, &run);
    return ok;
}
