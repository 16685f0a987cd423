/* check.h -- does everything answer? For `heddle doctor` and `heddle executor … --check`.
 *
 * A check is a list of steps, each tried once, in the order of enum check_step; a step that cannot
 * be tried because an earlier one failed is reported as such. Steps report as they end: what they
 * are, how they went, what was found and what to do (the last lines, "hint: …"), how long it took.
 * The code of a check is that of the first step that failed (docs/cli/doctor.md), 0 for none.
 * Nothing is changed, but for `with_rights`: then a schema is made in each gateway, a table in it,
 * a row in that, and all is dropped again.
 * Threads  one
 */
#ifndef HEDDLE_EXECUTOR_CHECK_H
#define HEDDLE_EXECUTOR_CHECK_H

#include "http/api.h"
#include "project/config.h"

enum check_step {
    CHECK_SETTINGS,
    CHECK_NAME,
    CHECK_CONNECTION,
    CHECK_TLS,
    CHECK_SERVER,
    CHECK_STATE,
    CHECK_CLOCK,
    CHECK_LOGIN,
    CHECK_TOKEN,
    CHECK_DRIVER,
    CHECK_WAREHOUSE,
    CHECK_RIGHTS,
    CHECK_STEPS,
};
/* The steps' names and the codes of a check in which they are the first that fails. */
extern const struct check_row {
    const char *name;
    int code;
} executor_check_rows[CHECK_STEPS];

enum check_state { CHECK_OK, CHECK_WARNING, CHECK_FAILED, CHECK_NOT_TRIED };
extern const char *const executor_check_words[]; /* "ok", "warning", "failed", "not tried" */

struct check_result {
    enum check_step step;
    const char *gateway; /* NULL: of no gateway */
    enum check_state state;
    const char *text; /* without secrets; "" when it was not tried */
    int64_t ms;
};

struct check_options {
    bool with_rights;    /* try what a gateway's login may do */
    bool read_only;      /* ... by a query only */
    bool claims;         /* this is an executor: its client must be one */
    const char *gateway; /* this one only; NULL: all */
    /* Let a person's sign-in count when there are neither client nor gateways; or NULL. It fills in
     * what tokens of settings->url are renewed with, if there is one. */
    bool (*sign_in)(struct api_settings *settings, GError **error);
    void (*report)(const struct check_result *result, void *data);
    void *data;
    struct redactor *redactor;
};

struct check;

struct check *executor_check_new(const struct check_options *options); /* borrowed */
int executor_check_code(const struct check *c);
void executor_check_free(struct check *c);

/* One step of the caller's own: `run` puts what was found into `text`. */
typedef enum check_state (*check_run)(struct check *c, void *data, GString *text);
enum check_state executor_check_do(struct check *c, enum check_step step, check_run run,
                                   void *data);
void executor_check_skip(struct check *c, enum check_step step);

/* From the settings of the environment (docs/settings.md) on to the last gateway. */
void executor_check_environment(struct check *c);
/* The gateways of a configuration. */
void executor_check_gateways(struct check *c, const struct config *config);
/* A line, and one for each further line of the text. */
void executor_check_print(const struct check_result *result);

#endif
