/* settings.h -- what an executor process is told, by variables alone (docs/settings.md).
 *
 * A variable's value is, later wins: the file TCLOUD_ENV_FILE, the process's environment, the
 * folder HEDDLE_SECRETS_DIR. Both places are read again when they change.
 */
#ifndef HEDDLE_EXECUTOR_SETTINGS_H
#define HEDDLE_EXECUTOR_SETTINGS_H

#include "executor/executor.h"

#include <stdint.h>

typedef struct settings settings; /* the typedef is for g_autoptr(settings) */
struct settings {
    char *url, *token_url;
    char *client_id, *client_secret;
    char *name;                 /* NULL: the host's */
    char *health_listen;        /* NULL: none */
    int64_t drain_ms, grace_ms; /* to finish what runs; from cancel to kill */
    struct config *config;
    GHashTable *variables; /* all of them: char * to char * */
    char *stamp;           /* of the files they came from */
};

/* From the environment of the process as it was before settings_export(). */
struct settings *executor__settings_read(char **environment, GError **error) MUST_CHECK;
/* Without a client id or secret, too: of somebody who is perhaps a person. */
struct settings *executor__settings_read_any(char **environment, GError **error) MUST_CHECK;
/* Is there both? */
bool executor__settings_has_client(const struct settings *s, GError **error) MUST_CHECK;
void executor__settings_free(struct settings *s);
/* Have the files changed since? */
bool executor__settings_changed(const struct settings *s);
/* What is there now counts as read, though it could not be. */
void executor__settings_restamp(struct settings *s);
/* Set what came from files in the process's environment too, for workers and libraries; not what
 * only the supervisor shall know. Before there are threads. */
void executor__settings_export(const struct settings *s);
/* Every variable whose name says that it is secret. */
void executor__settings_register(const struct settings *s, struct redactor *r);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(settings, executor__settings_free)

#endif
