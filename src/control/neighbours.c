/* Servers on one PostgreSQL tell each other what those who wait there want to know: with the
 * commit, as one JSON object on a channel all of them hear. What is told and never comes costs time
 * only. */
#include "control/neighbours.h"

#include "base/log.h"

#include <string.h>

#define ALL "heddle"

/* ---- telling ---- */

void control__tell(struct control *c, const char *what, json_t *item)
{
    json_t *list;

    if (!c->ear) {
        json_decref(item);
        return;
    }
    list = json_object_get(c->told, what);
    if (!list)
        json_object_set_new(c->told, what, list = json_array());
    json_array_append_new(list, item);
}

void control__tell_numbers(struct control *c, const char *what, const GArray *numbers)
{
    for (guint i = 0; i < numbers->len; i++)
        control__tell(c, what, json_integer(g_array_index(numbers, int64_t, i)));
}

bool control__send_told(struct control *c, GError **error)
{
    g_autofree char *text = NULL;

    if (!c->ear || json_object_size(c->told) == 0)
        return true;
    json_object_set_new(c->told, "from", json_string(c->uid));
    text = json_text_as_built(c->told);
    if (strlen(text) > DB_MOST_TOLD) {
        g_free(text);
        text = g_strdup_printf("{\"from\":\"%s\",\"everything\":[]}", c->uid);
    }
    json_object_clear(c->told);
    return db_tell(c->db, ALL, text, error);
}

/* ---- a query's answer, for the server where somebody waits for it ---- */

static char *channel_of(const char *server)
{
    return g_strconcat(ALL "_", server, NULL);
}

bool control__send_answer(struct control *c, const char *server, int64_t task, json_t *answer,
                          GError **error)
{
    g_autofree char *channel = channel_of(server), *text = json_text_as_built(answer);
    g_autofree char *code = g_base64_encode((const guchar *)text, strlen(text));
    size_t len = strlen(code), piece = DB_MOST_TOLD - 64, count = (len + piece - 1) / piece;

    for (size_t i = 0; i < count; i++) {
        g_autofree char *one =
            g_strdup_printf("%" G_GINT64_FORMAT " %zu %zu %.*s", task, i + 1, count,
                            (int)MIN(piece, len - i * piece), code + i * piece);

        if (!db_tell(c->db, channel, one, error))
            return false;
    }
    return true;
}

/* The pieces of an answer come in order and without others between them. */
static void hear_piece(struct control *c, const char *text)
{
    char **words = g_strsplit(text, " ", 4);
    g_autoptr(json_t) answer = NULL;
    g_autofree guchar *plain = NULL;
    gsize len;

    if (g_strv_length(words) == 4) {
        if (strcmp(words[1], "1") == 0)
            g_string_truncate(c->pieces, 0);
        g_string_append(c->pieces, words[3]);
        if (strcmp(words[1], words[2]) == 0) {
            plain = g_base64_decode(c->pieces->str, &len);
            g_string_truncate(c->pieces, 0);
            if ((answer = json_parse((const char *)plain, len, NULL)))
                control__query_answered(c, g_ascii_strtoll(words[0], NULL, 10), answer);
        }
    }
    g_strfreev(words);
}

/* ---- hearing ---- */

static void hear_woken(struct control *c, const json_t *item)
{
    int64_t id = json_integer_value(item);

    g_array_append_val(c->woken, id);
}

static void hear_touched(struct control *c, const json_t *item)
{
    int64_t id = json_integer_value(item);

    g_array_append_val(c->touched, id);
}

static void hear_seen(struct control *c, const json_t *item)
{
    g_hash_table_replace(c->seen, g_strdup(json_string_value(item)),
                         g_memdup2(&c->now_ms, sizeof c->now_ms));
}

static void hear_hello(struct control *c, const json_t *item)
{
    g_hash_table_remove(c->executors, json_string_value(item));
}

static void hear_look(struct control *c, const json_t *item)
{
    g_hash_table_remove(c->due, json_string_value(item));
    c->next_tick_ms = c->now_ms;
}

static void hear_clean(struct control *c, const json_t *item)
{
    (void)item;
    c->next_janitor_ms = 0;
    c->next_tick_ms = c->now_ms;
}

/* What can be told, and what it does here. */
static const struct {
    const char *what;
    void (*hear)(struct control *c, const json_t *item);
} words[] = {
    {TOLD_WOKEN,   hear_woken  },
    {TOLD_TOUCHED, hear_touched},
    {TOLD_SEEN,    hear_seen   },
    {TOLD_HELLO,   hear_hello  },
    {TOLD_LOOK,    hear_look   },
    {TOLD_CLEAN,   hear_clean  },
};

/* Anything may have happened: whoever waits looks again. */
static void hear_everything(struct control *c)
{
    c->all_woken = true;
    g_hash_table_remove_all(c->due);
    g_hash_table_remove_all(c->executors);
    c->next_tick_ms = c->now_ms;
}

static void hear_object(struct control *c, const json_t *told)
{
    size_t i;
    json_t *item;

    if (g_strcmp0(json_get_string(told, "from", NULL), c->uid) == 0)
        return;
    if (json_object_get(told, "everything"))
        hear_everything(c);
    for (size_t w = 0; w < G_N_ELEMENTS(words); w++)
        json_array_foreach (json_object_get(told, words[w].what), i, item)
            words[w].hear(c, item);
}

void control__hear(struct control *c)
{
    char *text;

    while ((text = g_queue_pop_head(&c->news))) {
        if (!*text) {
            log_event(LOG_INFO, "the connection that hears other servers is back", NULL);
            hear_everything(c);
        } else if (*text == '{') {
            g_autoptr(json_t) told = json_parse(text, strlen(text), NULL);

            if (told)
                hear_object(c, told);
        } else {
            hear_piece(c, text);
        }
        g_free(text);
    }
}

/* In the ear's thread. */
static void heard(void *data, const char *channel, const char *text)
{
    struct control *c = data;

    (void)channel;
    pthread_mutex_lock(&c->lock);
    g_queue_push_tail(&c->told_us, g_strdup(text ? text : ""));
    pthread_cond_signal(&c->wake);
    pthread_mutex_unlock(&c->lock);
}

/* ---- life and death ---- */

bool control__find_living(struct db *db, int64_t now_ms, bool *living, GError **error)
{
    g_autoptr(GPtrArray) holders = state_duty_holders(db, now_ms, error);

    *living = false;
    for (guint i = 0; holders && i < holders->len; i++) {
        g_autofree char *channel = channel_of(holders->pdata[i]);
        bool heard;

        if (!db_is_heard(db, channel, &heard, error) ||
            (!heard && !state_leave_duties(db, holders->pdata[i], error)))
            return false;
        *living |= heard;
    }
    return holders != NULL;
}

bool control__neighbours_start(struct control *c, GError **error)
{
    g_autofree char *own = channel_of(c->uid);
    const char *const channels[] = {ALL, own, NULL};

    return !db_is_postgres(c->db) ||
           (c->ear = db_listen(c->settings.state_url, channels, heard, c, error)) != NULL;
}

void control__neighbours_stop(struct control *c)
{
    db_ear_close(c->ear);
    c->ear = NULL;
    g_queue_clear_full(&c->told_us, g_free);
    g_queue_clear_full(&c->news, g_free);
}
