#include "executor/executor.h"

ERROR_DOMAIN_DEFINE(executor)
