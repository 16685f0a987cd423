/* error.c -- the domain of errors here, apart so that parts of this module link alone. */
#include "local/local.h"

ERROR_DOMAIN_DEFINE(local)
