/* faults.h -- break it on purpose: named points at which a test makes Heddle fail or die.
 *
 * HEDDLE_FAULT=name:n[:kill] makes the n-th passage of fault("name") in a process return true, or
 * kill the process by SIGKILL. Without the variable a passage costs one comparison.
 */
#ifndef HEDDLE_BASE_FAULTS_H
#define HEDDLE_BASE_FAULTS_H

#include <stdbool.h>

bool fault(const char *name);

#endif
