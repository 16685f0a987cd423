/* local.h -- the commands that hold a control plane or executors: `heddle server`, `executor`,
 * `worker`, `client`, `dev`, and what every other command uses without TCLOUD_URL.
 *
 * local_start() makes the project in a folder work by itself: state in FOLDER/.heddle/state.db, a
 * control plane on a loopback port with a random token, one executor for plans and runs as threads
 * of this process, its workers as children, started when there is work. One process at a time has
 * it: it holds a lock on FOLDER/.heddle/lock. `heddle dev` writes FOLDER/.heddle/plane.json (mode
 * 0600: url and token), so that other commands use its plane; while another command holds the lock
 * they wait for it.
 * Errors  domain local_error()
 */
#ifndef HEDDLE_LOCAL_LOCAL_H
#define HEDDLE_LOCAL_LOCAL_H

#include "cli/cli.h"

ERROR_DOMAIN(local)

struct local;

struct local_settings {
    const struct config *config; /* borrowed until it has started; config->path is the folder */
    bool scheduler;              /* `heddle dev`: keep models fresh by their crons */
    const char *listen;          /* NULL: a free loopback port */
};

struct local *local_start(const struct local_settings *settings, GError **error) MUST_CHECK;
/* Drain, stop, release the lock. NULL is fine. */
void local_stop(struct local *l);
const char *local_url(const struct local *l);
const char *local_token(const struct local *l); /* a developer's */

/* A cli_start_plane: `data` is a struct local **, kept until the command has ended. */
bool local_plane(const struct config *config, struct cli_plane *plane, void *data, GError **error);
/* A cli_expect_work, with the same `data`. */
void local_expect_work(void *data);

/* server, executor, worker, client, dev; ends with a row whose name is NULL. */
extern const struct cli_command local_commands[];

#endif
