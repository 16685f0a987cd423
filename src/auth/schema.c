/* schema.c -- the tables of clients, their secrets, and signing keys. */
#include "auth/auth_int.h"

static const struct db_migration migrations[] = {
    {1,
     "CREATE TABLE auth_key (id TEXT PRIMARY KEY, pem TEXT NOT NULL, created_ms BIGINT NOT NULL);"
     "CREATE TABLE auth_project (organisation TEXT NOT NULL, name TEXT NOT NULL,"
     " created_ms BIGINT NOT NULL, PRIMARY KEY (organisation, name));"
     "CREATE TABLE auth_client (id TEXT PRIMARY KEY, organisation TEXT NOT NULL, project TEXT,"
     " name TEXT NOT NULL, role TEXT NOT NULL, created_ms BIGINT NOT NULL);"
     "CREATE TABLE auth_secret (client TEXT NOT NULL, salt TEXT NOT NULL, digest TEXT NOT NULL,"
     " created_ms BIGINT NOT NULL, PRIMARY KEY (client, salt));"},
};

const struct db_schema auth_schema = {"auth", migrations, G_N_ELEMENTS(migrations)};
