/* envfile.h -- variables written in files: a .env file, a folder of mounted secrets.
 *
 * A .env file has lines `NAME=value`, perhaps behind `export `; `#` begins a comment; a value may
 * stand in single quotes (as it is) or double quotes (\n, \t, \", \\ and \$ are understood).
 * Errors   domain envfile_error(): ERROR_NOT_FOUND, ERROR_INVALID with the line, ERROR_LIMIT.
 */
#ifndef HEDDLE_BASE_ENVFILE_H
#define HEDDLE_BASE_ENVFILE_H

#include "base/errors.h"

ERROR_DOMAIN(envfile)

/* Put what the file says into `into` (char * to char *, both owned by the table), over what is
 * there. */
bool envfile_read(const char *path, GHashTable *into, GError **error) MUST_CHECK;
/* The same for a folder: a file's name is the variable, its content without the last line break the
 * value. Names with a dot in front and names that no variable can have are passed over. */
bool envfile_read_folder(const char *folder, GHashTable *into, GError **error) MUST_CHECK;
/* A text that changes whenever the file, or one in the folder, does; for those who read again.
 * g_free(). */
char *envfile_stamp(const char *path);

#endif
