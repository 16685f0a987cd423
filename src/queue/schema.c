#include "queue/queue_int.h"

static const struct db_migration migrations[] = {
    {1,
     "CREATE TABLE task_group (id BIGINT PRIMARY KEY, open BIGINT NOT NULL, failed BIGINT NOT NULL,"
     " cancelled BIGINT NOT NULL, version BIGINT NOT NULL);"
     /* AUTOINCREMENT: a number is never used again, or an old fence could fit a new task. */
     "CREATE TABLE task (id INTEGER PRIMARY KEY AUTOINCREMENT, project BIGINT NOT NULL, grp BIGINT "
     "NOT NULL,"
     " kind INTEGER NOT NULL, class INTEGER NOT NULL, priority BIGINT NOT NULL, gateway TEXT,"
     " subject BIGINT NOT NULL, name TEXT, target TEXT, start_ms BIGINT, end_ms BIGINT,"
     " payload TEXT, state TEXT NOT NULL, waits BIGINT NOT NULL, fence BIGINT NOT NULL,"
     " charged BIGINT NOT NULL, executor TEXT, cancel INTEGER NOT NULL,"
     " renewed INTEGER NOT NULL, message TEXT, ready_ms BIGINT, lease_ms BIGINT, ended_ms BIGINT,"
     " version BIGINT NOT NULL);"
     "CREATE INDEX task_ready ON task (project, class, priority, id) WHERE state = 'ready';"
     "CREATE INDEX task_leased ON task (lease_ms) WHERE state = 'leased';"
     "CREATE INDEX task_target ON task (target) WHERE state = 'leased';"
     "CREATE INDEX task_of_group ON task (grp, version);"
     "CREATE INDEX task_unclaimed ON task (ready_ms) WHERE state = 'ready';"
     "CREATE TABLE task_edge (parent BIGINT NOT NULL, child BIGINT NOT NULL,"
     " PRIMARY KEY (parent, child));"
     "CREATE TABLE attempt (id INTEGER PRIMARY KEY AUTOINCREMENT, task BIGINT NOT NULL, fence "
     "BIGINT NOT NULL,"
     " attempt BIGINT NOT NULL, executor TEXT NOT NULL, claimed_ms BIGINT NOT NULL,"
     " started_ms BIGINT, ended_ms BIGINT, status INTEGER NOT NULL, charged INTEGER NOT NULL,"
     " rows BIGINT, seconds DOUBLE PRECISION, error TEXT, audits TEXT, UNIQUE (task, fence));"
     "CREATE TABLE task_log (task BIGINT NOT NULL, fence BIGINT NOT NULL, sequence BIGINT NOT NULL,"
     " position BIGINT NOT NULL, bytes BIGINT NOT NULL, text TEXT NOT NULL,"
     " PRIMARY KEY (task, fence, sequence));"                                   },
    {2, "ALTER TABLE attempt ADD COLUMN name TEXT;"                             },
    {3, "ALTER TABLE task ADD COLUMN outdated INTEGER NOT NULL DEFAULT 0;"      },
    {4, "CREATE INDEX task_of_subject ON task (subject, id);"                   },
    {5, "ALTER TABLE task_edge ADD COLUMN after_end INTEGER NOT NULL DEFAULT 0;"},
};

const struct db_schema queue_schema = {"queue", migrations, G_N_ELEMENTS(migrations)};
