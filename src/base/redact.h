/* redact.h -- no secret leaves: known secret values are replaced in every text that goes out.
 *
 * A redactor holds secret values and the forms they travel in: base64, URL-encoded, in JSON, in a
 * statement, and each line of one that has several. redact_text() replaces
 * each occurrence by "***". Values shorter than 4 bytes are not registered: replacing them would
 * destroy the text and hide nothing. For a stream that arrives in pieces, redact_stream keeps back
 * as many bytes as a secret could still need, so that one cut in two is found too.
 * Threads  every call may come from any thread.
 */
#ifndef HEDDLE_BASE_REDACT_H
#define HEDDLE_BASE_REDACT_H

#include <glib.h>
#include <stddef.h>

struct redactor;
struct redact_stream;

struct redactor *redactor_new(void);
void redactor_free(struct redactor *r);
void redactor_add(struct redactor *r, const char *secret); /* NULL and "" are ignored */
/* A copy of `text` without secrets. Free with g_free(). */
char *redact_text(struct redactor *r, const char *text);

struct redact_stream *redact_stream_new(struct redactor *r);
void redact_stream_free(struct redact_stream *s);
/* Append to `out` what of the stream so far may go out; `flush` at the end of the stream. */
void redact_stream_feed(struct redact_stream *s, const char *data, size_t n, gboolean flush,
                        GString *out);

/* Does a parameter of this name hold a secret? Its name contains password, secret or token in any
 * case (the chart's rule), or is on the list of SQLMesh connection parameters that are secrets
 * without saying so (private_key, keyfile_json, …). */
gboolean is_secret_name(const char *name);

#endif
