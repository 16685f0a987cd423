#include "executor/executor_int.h"

#include <string.h>

#define MAX_PENDING (256 * 1024) /* of one task's log, while the control plane does not answer */

void executor__log_init(struct job_log *l, struct redactor *r)
{
    l->stream = redact_stream_new(r);
    l->pending = g_string_new(NULL);
}

void executor__log_clear(struct job_log *l)
{
    redact_stream_free(l->stream);
    g_string_free(l->pending, TRUE);
}

/* What is kept must be one piece: after a first dropped byte all are, until it is sent. */
static void keep(struct job *j, const GString *text)
{
    struct job_log *l = &j->log;
    int64_t end = l->offset + (int64_t)(l->pending->len + text->len) + l->dropped;
    int64_t max = j->lane->e->max_log_bytes;

    if (l->dropped > 0 || l->pending->len + text->len > MAX_PENDING || (max > 0 && end > max))
        l->dropped += (int64_t)text->len;
    else
        g_string_append_len(l->pending, text->str, (gssize)text->len);
}

void executor__log_add(struct job *j, const char *line)
{
    g_autoptr(GString) out = g_string_new(NULL);

    if (j->state == JOB_RUNNING) {
        g_free(j->last_line);
        j->last_line = g_strdup(line);
    }
    if (j->log.closed)
        return;
    redact_stream_feed(j->log.stream, line, strlen(line), FALSE, out);
    redact_stream_feed(j->log.stream, "\n", 1, FALSE, out);
    keep(j, out);
}

void executor__log_close(struct job *j)
{
    g_autoptr(GString) out = g_string_new(NULL);

    if (j->log.closed)
        return;
    redact_stream_feed(j->log.stream, "", 0, TRUE, out);
    keep(j, out);
    j->log.closed = true;
}

/* At most `max` bytes that end with a whole character. */
static size_t whole_characters(const GString *text, size_t max)
{
    size_t n = MIN(text->len, max);

    while (n < text->len && n > 0 && ((unsigned char)text->str[n] & 0xC0) == 0x80)
        n--;
    return n;
}

struct wire_log *executor__log_take(struct job *j)
{
    struct job_log *l = &j->log;
    size_t n = whole_characters(l->pending, MAX_LOG_CHUNK);
    struct wire_log *chunk;

    if (n == 0)
        return NULL;
    chunk = wire_log_new();
    chunk->task_id = g_strdup(j->task->id);
    chunk->fence = j->task->fence;
    chunk->sequence = l->sequence++;
    chunk->offset = l->offset;
    chunk->text = g_strndup(l->pending->str, n);
    g_string_erase(l->pending, 0, (gssize)n);
    l->offset += (int64_t)n;
    if (l->pending->len == 0) {
        l->offset += l->dropped;
        l->dropped = 0;
    }
    return chunk;
}
