/* part.c -- a part of the loop's transaction that may be undone alone. Parts nest: what is kept or
 * undone is the one that was begun last, so that every way out of a part ends it. */
#include "control/control_int.h"

#include "base/log.h"

bool control__begin_part(struct control *c, GError **error)
{
    return db_run(c->db, NULL, "SAVEPOINT part", "", error);
}

bool control__keep_part(struct control *c, GError **error)
{
    return db_run(c->db, NULL, "RELEASE SAVEPOINT part", "", error);
}

bool control__undo_part(struct control *c, GError **error)
{
    state_undone(c->state);
    return db_run(c->db, NULL, "ROLLBACK TO SAVEPOINT part", "", error) &&
           control__keep_part(c, error);
}

void control__close_part(struct control *c, bool keep)
{
    g_autoptr(GError) error = NULL;

    if (!(keep ? control__keep_part : control__undo_part)(c, &error))
        log_event(LOG_ERROR, "a part of a transaction was not ended", "error", error->message,
                  NULL);
}
