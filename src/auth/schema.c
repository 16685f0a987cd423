/* schema.c -- the tables of clients, their secrets, signing keys, people, what they approved, and
 * the audit log. */
#include "auth/auth_int.h"

static const struct db_migration migrations[] = {
    {1,
     "CREATE TABLE auth_key (id TEXT PRIMARY KEY, pem TEXT NOT NULL, created_ms BIGINT NOT NULL);"
     "CREATE TABLE auth_project (organisation TEXT NOT NULL, name TEXT NOT NULL,"
     " created_ms BIGINT NOT NULL, PRIMARY KEY (organisation, name));"
     "CREATE TABLE auth_client (id TEXT PRIMARY KEY, organisation TEXT NOT NULL, project TEXT,"
     " name TEXT NOT NULL, role TEXT NOT NULL, created_ms BIGINT NOT NULL);"
     "CREATE TABLE auth_secret (client TEXT NOT NULL, salt TEXT NOT NULL, digest TEXT NOT NULL,"
     " created_ms BIGINT NOT NULL, PRIMARY KEY (client, salt));"                                         },
    {2, "CREATE TABLE auth_account (name TEXT PRIMARY KEY, email TEXT,"
        " organisation TEXT NOT NULL, project TEXT, role TEXT NOT NULL, salt TEXT NOT NULL,"
        " digest TEXT NOT NULL, created_ms BIGINT NOT NULL);"
        "CREATE TABLE auth_pending (digest TEXT PRIMARY KEY, kind BIGINT NOT NULL,"
        " family TEXT NOT NULL, account TEXT, client TEXT NOT NULL, scope TEXT, challenge TEXT,"
        " redirect TEXT, user_code TEXT, expires_ms BIGINT NOT NULL, used BIGINT NOT NULL);"
        "CREATE INDEX auth_pending_family ON auth_pending (family);"                              },
    {3, "CREATE TABLE auth_ended (what TEXT PRIMARY KEY, before_ms BIGINT NOT NULL,"
        " expires_ms BIGINT NOT NULL);"                                                           },
    {4, "CREATE TABLE auth_deed (id TEXT PRIMARY KEY, at_ms BIGINT NOT NULL, who TEXT NOT NULL,"
        " what TEXT NOT NULL, subject TEXT, peer TEXT, organisation TEXT NOT NULL, project TEXT);"},
    {5, "ALTER TABLE auth_deed ADD COLUMN number BIGINT NOT NULL DEFAULT 0;"
        "UPDATE auth_deed SET number = n.number FROM"
        " (SELECT id, row_number() OVER (ORDER BY id) AS number FROM auth_deed) AS n"
        " WHERE n.id = auth_deed.id;"
        "CREATE INDEX auth_deed_number ON auth_deed (number);"                                    },
    {6, "CREATE INDEX auth_deed_place ON auth_deed (organisation, project, number);"
        "CREATE INDEX auth_deed_organisation ON auth_deed (organisation, number);"
        "CREATE INDEX auth_deed_moment ON auth_deed (at_ms);"
        "CREATE INDEX auth_pending_expiry ON auth_pending (expires_ms);"                          },
    {7, "ALTER TABLE auth_ended ADD COLUMN subject TEXT;"
        "CREATE INDEX auth_ended_subject ON auth_ended (subject, before_ms);"
        "INSERT INTO auth_ended (what, before_ms, expires_ms) SELECT 'acc ' || substr(what, 5),"
        " before_ms, expires_ms FROM auth_ended WHERE substr(what, 1, 4) = 'sub ';"               },
};

const struct db_schema auth_schema = {"auth", migrations, G_N_ELEMENTS(migrations)};
