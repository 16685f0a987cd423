#include "state/state_int.h"

static const struct db_migration migrations[] = {
    {1,
     "CREATE TABLE state_project (id INTEGER PRIMARY KEY, path TEXT NOT NULL UNIQUE);"

     "CREATE TABLE snapshot (id INTEGER PRIMARY KEY, project BIGINT NOT NULL, name TEXT NOT NULL,"
     " identifier TEXT NOT NULL, version TEXT, dev_version TEXT, kind TEXT NOT NULL,"
     " info TEXT NOT NULL, definition TEXT, created_ms BIGINT NOT NULL,"
     " UNIQUE (project, name, identifier));"

     "CREATE TABLE filled (project BIGINT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,"
     " dev INTEGER NOT NULL, start_ms BIGINT NOT NULL, end_ms BIGINT NOT NULL,"
     " PRIMARY KEY (project, name, version, dev, start_ms));"

     "CREATE TABLE built (project BIGINT NOT NULL, name TEXT NOT NULL, version TEXT NOT NULL,"
     " dev INTEGER NOT NULL, built_ms BIGINT NOT NULL, PRIMARY KEY (project, name, version, dev));"

     "CREATE TABLE environment (project BIGINT NOT NULL, name TEXT NOT NULL, info TEXT NOT NULL,"
     " expiration_ms BIGINT, finalized_ms BIGINT, cadence INTEGER NOT NULL, paused_by TEXT,"
     " PRIMARY KEY (project, name));"
     "CREATE TABLE member (project BIGINT NOT NULL, environment TEXT NOT NULL,"
     " position BIGINT NOT NULL, snapshot BIGINT NOT NULL, promoted INTEGER NOT NULL,"
     " target TEXT,"
     " PRIMARY KEY (project, environment, position));"
     "CREATE INDEX member_snapshot ON member (snapshot);"

     "CREATE TABLE work (id INTEGER PRIMARY KEY AUTOINCREMENT, uid TEXT NOT NULL UNIQUE, project "
     "BIGINT NOT NULL,"
     " kind INTEGER NOT NULL, environment TEXT, status INTEGER NOT NULL, request TEXT,"
     " cause TEXT, person TEXT, error TEXT, created_ms BIGINT NOT NULL, started_ms BIGINT,"
     " ended_ms BIGINT, execution_ms BIGINT);"
     "CREATE INDEX work_open ON work (project, id) WHERE ended_ms IS NULL;"
     "CREATE INDEX work_kind ON work (project, kind, id);"
     "CREATE TABLE subject (work BIGINT NOT NULL, snapshot BIGINT NOT NULL,"
     " deployable INTEGER NOT NULL, parents TEXT NOT NULL, PRIMARY KEY (work, snapshot));"
     "CREATE INDEX subject_snapshot ON subject (snapshot);"

     "CREATE TABLE executor (project BIGINT NOT NULL, id TEXT NOT NULL, hello TEXT NOT NULL,"
     " hello_ms BIGINT NOT NULL, PRIMARY KEY (project, id));"
     "CREATE TABLE gateway (project BIGINT NOT NULL, name TEXT NOT NULL, info TEXT NOT NULL,"
     " reported_ms BIGINT NOT NULL, PRIMARY KEY (project, name));"                               },
    {2,
     "CREATE TABLE duty (name TEXT PRIMARY KEY, holder TEXT NOT NULL, until_ms BIGINT NOT NULL);"},
    {3,
     "CREATE TABLE paused (project BIGINT NOT NULL, environment TEXT NOT NULL, name TEXT NOT NULL,"
     " paused_by TEXT NOT NULL, PRIMARY KEY (project, environment, name));"                      },
};

const struct db_schema state_schema = {"state", migrations, G_N_ELEMENTS(migrations)};
