#include "db/db_int.h"

struct db *db__open_postgres(const char *url, GError **error)
{
    (void)url;
    g_set_error_literal(error, db_error(), ERROR_INVALID,
                        "This build keeps its state in SQLite only, not in PostgreSQL.");
    error_hint(error, "write sqlite:PATH.");
    return NULL;
}
