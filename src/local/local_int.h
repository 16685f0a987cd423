/* local_int.h -- shared by the files of local/ alone. */
#ifndef HEDDLE_LOCAL_LOCAL_INT_H
#define HEDDLE_LOCAL_LOCAL_INT_H

#include "local/local.h"

/* folder.c -- FOLDER/.heddle: made with mode 0700 and a .gitignore, locked while it is used. The
 * lock is fcntl()'s: a process that dies holds nothing, and others can ask who has it. */
struct folder {
    char *path;  /* FOLDER/.heddle */
    char *plane; /* FOLDER/.heddle/plane.json */
    int lock;    /* the file descriptor, or -1 */
};
bool local__folder_open(struct folder *f, const char *project, GError **error) MUST_CHECK;
/* Gives the lock back. */
void local__folder_close(struct folder *f);
/* Take the lock; waits while a command has it. If a `heddle dev` has it: true too, with `running`
 * filled in instead. */
bool local__folder_take(struct folder *f, struct cli_plane *running, GError **error) MUST_CHECK;
/* Tell others where the plane is. Taken back by local__folder_close(). */
bool local__folder_tell(const struct folder *f, const struct cli_plane *plane,
                        GError **error) MUST_CHECK;
/* A file in the folder, mode 0600, whole or not at all. */
bool local__folder_write(const struct folder *f, const char *name, const char *text,
                         GError **error) MUST_CHECK;
char *local__folder_file(const struct folder *f, const char *name); /* its path; g_free() */

/* known.c -- what gateways are, without opening them. */
/* Is it DuckDB without a file? */
bool local__is_memory(const struct config_gateway *g);
/* Of struct wire_gateway: DuckDB's from their configuration, others as they answered the last time
 * with the same configuration. g_ptr_array_unref(). */
GPtrArray *local__known(const struct folder *f, const struct config *config);
/* For each gateway a text that changes when its connection does. A new reference. */
json_t *local__stamps(const struct config *config);
/* Remember what was found of the gateways whose stamps these are. */
bool local__remember(const struct folder *f, json_t *stamps, const GPtrArray *facts,
                     GError **error) MUST_CHECK;

/* options.c */
#define LOCAL_GO (-1)
struct local_options {
    const GOptionEntry *own; /* NULL: none */
    int min_words, max_words;
};
/* LOCAL_GO, or an exit code: --help was asked for, or *error says what cannot be. */
int local__parse(const struct cli_command *command, const struct local_options *options, int *argc,
                 char ***argv, GError **error);
/* The text of a file, all of it; g_free(). */
bool local__read_secret(const char *path, char **secret, GError **error) MUST_CHECK;
void local__print_json(const json_t *value); /* and a line's end, to standard output */
bool local__usage_error(GError **error, const char *format, ...) G_GNUC_PRINTF(2, 3);

/* state_url.c */
/* --state, or HEDDLE_STATE, or heddle.db in this folder; borrowed. */
const char *local__state_url(const char *option);
/* Overwrite the passwords in URLs of the command line, which other users can read. */
void local__hide_passwords(char **words, int count);

/* check_state.c -- what is found of the state of a project in a folder, as a sentence; NULL and
 * what is wrong with it. g_free() */
char *local__check_state(const char *project, GError **error) MUST_CHECK;

/* server_check.c -- ask the server that listens there, or at its public URL when it speaks TLS,
 * whether it is ready, print its answer; the exit code. */
int local__check_server(const char *listen, const char *tls_url, GError **error);

/* certificate.c -- --tls-cert and --tls-key of a server. */
struct control;
struct certificate {
    char *cert, *key;         /* paths; NULL: plain HTTP */
    char *cert_pem, *key_pem; /* what they held */
    char *stamp, *seen;       /* of the files: as read last, as seen last */
};
bool local__certificate_read(struct certificate *c, GError **error) MUST_CHECK;
/* To be called every second: a pair that has changed is shown from now on, one that cannot be used
 * is told of, once. `now`: read it whether it has changed or not. */
void local__certificate_follow(struct certificate *c, struct control *control, bool now);
void local__certificate_clear(struct certificate *c);

/* signals.c -- SIGTERM and SIGINT, taken by one thread at the time it chooses. */
void local__block_signals(void); /* before any thread is started */
int local__wait_signal(void);    /* which one came */
void local__block_hangup(void);  /* SIGHUP, too */
/* One of the three; 0 when none came in time. */
int local__await_signal(int64_t timeout_ms);
bool local__signal_waits(void); /* one that is blocked has come and is not taken */

/* One file a command, or two. */
const struct cli_command *local__command(const char *name);
int local__run_server(struct cli *cli, int argc, char **argv, GError **error);
int local__run_executor(struct cli *cli, int argc, char **argv, GError **error);
int local__run_state(struct cli *cli, int argc, char **argv, GError **error);
int local__run_worker(struct cli *cli, int argc, char **argv, GError **error);
int local__run_client(struct cli *cli, int argc, char **argv, GError **error);
int local__run_user(struct cli *cli, int argc, char **argv, GError **error);
int local__run_log(struct cli *cli, int argc, char **argv, GError **error);
int local__run_keys(struct cli *cli, int argc, char **argv, GError **error);
int local__run_doctor(struct cli *cli, int argc, char **argv, GError **error);
int local__run_dev(struct cli *cli, int argc, char **argv, GError **error);

#endif
