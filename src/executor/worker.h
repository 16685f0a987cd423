/* worker.h -- `heddle worker`: the process that opens a warehouse and carries out tasks there.
 *
 * A supervisor starts it with one end of a socket as file descriptor WORKER_FD; both sides write
 * JSON objects, one a line. The connection's parameters come this way: never in arguments or the
 * environment. Standard output and error go to the supervisor's log, redacted.
 *
 *     to the worker                                        from the worker
 *     {"do": "open", "gateway", "type", "connection"}      {"is": "opened", "catalog", "version"}
 *        ("look": true: may it make anything there?         (and "lacks", a sentence: it may not)
 *                                                          {"is": "refused", "code", "message"}
 *     {"do": "task", "order", "task": wire_task}           {"is": "result", "order", "result":
 *                                                           wire_result}
 *     {"do": "cancel", "order"}                            (its result; unbegun: as for "drop")
 *     {"do": "drop", "order"}                              {"is": "dropped", "order"}: it has not
 *                                                           begun, and will not
 *     {"do": "close"}                                      {"is": "closed"}: the file is free
 *     {"do": "driver", "type"}                             {"is": "driver"}: it can be loaded
 *     {"do": "rights", "read_only"}                        {"is": "rights", "text"}
 *
 * Lines of a task's log go through a pipe, WORKER_LOG_FD, which the supervisor reads when there is
 * something else to read or nothing was for a while: thousands of statements a second wake nobody,
 * and what was said last is still there when the worker is not. Each is "BYTES ORDER LINE", the
 * bytes those behind the first space. What finds no room goes through the socket, and so does all
 * else of that task's log: {"is": "log", "text": what the pipe would have got}.
 *
 * One task at a time, in the order they came: the supervisor may send the next ones while one runs,
 * each with a number of its own. "cancel" and "drop" are read while a task runs: the one goes to
 * the warehouse, the other is answered at once, and not at all when that task has begun. When the
 * socket closes, what runs is cancelled and the process exits.
 */
#ifndef HEDDLE_EXECUTOR_WORKER_H
#define HEDDLE_EXECUTOR_WORKER_H

#include "wire/messages.h"

enum { WORKER_FD = 3, WORKER_LOG_FD = 4 };

int worker_main(void); /* the exit code */

#endif
