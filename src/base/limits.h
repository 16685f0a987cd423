/* limits.h -- every ceiling on a size or a count that a stranger can choose, in one place. */
#ifndef HEDDLE_BASE_LIMITS_H
#define HEDDLE_BASE_LIMITS_H

#define MAX_SQL_BYTES        (16 * 1024 * 1024)  /* one file or statement */
#define MAX_SQL_DEPTH        400                 /* nesting of brackets and subqueries */
#define MAX_MACRO_NODES      4000000             /* nodes one expansion may create */
#define MAX_MACRO_DEPTH      100                 /* @DEF functions that call each other */
#define MAX_HTTP_BODY        (256 * 1024 * 1024) /* a plan with every definition in it */
#define MAX_HTTP_FORM        (16 * 1024)         /* the body of a token request */
#define MAX_HTTP_UNASKED     (16 * 1024)         /* one with a request that needs none */
#define MAX_HTTP_BODIES      (256 * 1024 * 1024) /* all together, of callers of one kind */
#define MAX_JSON_VALUES      8000000             /* in a request; each takes some 100 bytes */
#define MAX_HTTP_CONNECTIONS 4096                /* unless the server is told another number */
#define MAX_LOG_CHUNK        (64 * 1024)         /* one chunk of a task's log */
#define MAX_LOG_REQUEST      (1024 * 1024)       /* chunks of many tasks, as JSON */
#define MAX_TASK_LOG         (1024 * 1024)       /* what is kept of one attempt's log */
#define MAX_CLAIM_TASKS      256                 /* tasks handed out by one claim */
#define MAX_CLAIM_WAIT_MS    30000
#define MAX_QUERY_ROWS       100000
#define MAX_QUERY_BYTES      (32 * 1024 * 1024)
#define MAX_ERROR_BYTES      (16 * 1024) /* an error message as it is stored */
#define MAX_CONFIG_BYTES     (4 * 1024 * 1024)
#define MAX_NAME_BYTES       256 /* organisations, projects, environments */

#endif
