/* answer.c -- an environment with all its snapshots, as the text of an answer: what is stored as
 * text is put together, not read and written again. It is what every plan begins with. */
#include "state/state_int.h"

#include <string.h>

/* The texts of each member's intervals, by its position: [0] of its version, [1] of its dev
 * version. */
struct filled {
    GPtrArray *texts[2]; /* of GString *, or NULL: nothing is filled */
};

static void free_text(void *text)
{
    if (text)
        g_string_free(text, TRUE);
}

static GString *text_at(GPtrArray *texts, guint position)
{
    if (position >= texts->len)
        g_ptr_array_set_size(texts, (gint)position + 1);
    if (!texts->pdata[position])
        texts->pdata[position] = g_string_new(NULL);
    return texts->pdata[position];
}

static bool read_filled(struct state *s, int64_t project, const char *environment,
                        struct filled *filled, GError **error)
{
    g_autoptr(db_rows) rows = db_query(
        s->db,
        "SELECT position, dev, start_ms, end_ms FROM member"
        " JOIN snapshot ON snapshot.id = member.snapshot"
        " JOIN filled ON filled.project = snapshot.project AND filled.name = snapshot.name"
        " AND filled.version = CASE WHEN dev = 1 THEN dev_version ELSE snapshot.version END"
        " WHERE member.project = ? AND environment = ? ORDER BY position, dev, start_ms",
        "is", project, environment, error);
    GError *why = NULL;

    while (rows && db_next(rows, &why)) {
        GString *text = text_at(filled->texts[db_int(rows, 1) != 0], (guint)db_int(rows, 0));

        g_string_append_printf(text, "%s[%" G_GINT64_FORMAT ",%" G_GINT64_FORMAT "]",
                               text->len ? "," : "", db_int(rows, 2), db_int(rows, 3));
    }
    return rows && state__ended_well(why, error);
}

static void add_intervals(GString *out, const char *member, const GPtrArray *texts,
                          int64_t position)
{
    const GString *text = position < texts->len ? texts->pdata[position] : NULL;

    g_string_append_printf(out, ",\"%s\":[%s]", member, text ? text->str : "");
}

/* The stored text, with the members that live elsewhere in the place of its last ones. */
static void add_snapshot(GString *out, const struct db_rows *rows, const struct filled *filled)
{
    static const char last[] = ",\"deployed\":false}";
    const char *info = db_string(rows, 1);
    size_t n = strlen(info), cut = g_str_has_suffix(info, last) ? strlen(last) : 1;

    g_string_append_len(out, info, (gssize)(n - cut));
    if (!db_is_null(rows, 2))
        add_intervals(out, "intervals", filled->texts[0], db_int(rows, 0));
    if (!db_is_null(rows, 3))
        add_intervals(out, "dev_intervals", filled->texts[1], db_int(rows, 0));
    g_string_append_printf(out, ",\"deployed\":%s}", db_int(rows, 4) ? "true" : "false");
}

static bool add_snapshots(struct state *s, int64_t project, const char *environment,
                          const struct filled *filled, GString *out, GError **error)
{
    g_autoptr(db_rows) rows =
        db_query(s->db,
                 "SELECT m.position, info, version, dev_version, CASE WHEN EXISTS"
                 " (SELECT 1 FROM member p WHERE p.snapshot = m.snapshot AND p.environment = 'prod'"
                 " AND p.project = m.project) THEN 1 ELSE 0 END"
                 " FROM member m JOIN snapshot ON snapshot.id = m.snapshot"
                 " WHERE m.project = ? AND m.environment = ? ORDER BY m.position",
                 "is", project, environment, error);
    GError *why = NULL;
    bool first = true;

    while (rows && db_next(rows, &why)) {
        g_string_append(out, first ? "" : ",");
        first = false;
        add_snapshot(out, rows, filled);
    }
    return rows && state__ended_well(why, error);
}

static bool put_together(struct state *s, int64_t project, const struct wire_environment *e,
                         GString *out, GError **error)
{
    static const char empty[] = "\"snapshots\":[";
    struct filled filled = {
        {g_ptr_array_new_with_free_func(free_text), g_ptr_array_new_with_free_func(free_text)}
    };
    g_autofree char *head = wire_to_text(&wire_environment_type, e);
    const char *place = strstr(head, empty) + strlen(empty); /* before all that is opaque */
    bool ok;

    g_string_append_len(out, head, place - head);
    ok = read_filled(s, project, e->name, &filled, error) &&
         add_snapshots(s, project, e->name, &filled, out, error);
    g_string_append(out, place);
    g_ptr_array_unref(filled.texts[0]);
    g_ptr_array_unref(filled.texts[1]);
    return ok;
}

bool state_environment_text(struct state *s, int64_t project, const char *name, char **text,
                            GError **error)
{
    g_autoptr(wire_environment) e = NULL;
    g_autoptr(GString) out = g_string_new(NULL);

    *text = NULL;
    if (!state_environment(s, project, name, &e, error))
        return false;
    if (!e)
        return true;
    if (!put_together(s, project, e, out, error))
        return false;
    *text = g_string_free(g_steal_pointer(&out), FALSE);
    return true;
}
