/* The whole state into a file and back, also into a database of the other kind. */
#include "control_test.h"

struct backup {
    struct world *w; /* its server is stopped */
    char *file, *other;
};

static char *backup_text(const char *url)
{
    g_autofree char *name = g_build_filename(g_get_tmp_dir(), "heddle-backup-XXXXXX", NULL);
    int fd = g_mkstemp(name);
    FILE *out = fdopen(fd, "w");
    int64_t rows = 0;
    char *text;

    MUST(control_backup(url, out, &rows, &error));
    assert_true(rows > 0);
    fclose(out);
    MUST(g_file_get_contents(name, &text, NULL, &error));
    g_unlink(name);
    return text;
}

static bool restore_text(const char *url, const char *text, bool replace, GError **error)
{
    struct control_restore r = {"FILE", fmemopen((char *)text, strlen(text), "r"), replace};
    int64_t rows;
    bool ok = control_restore(url, &r, &rows, error);

    fclose(r.in);
    return ok;
}

int setup(void **state)
{
    struct backup *b = g_new0(struct backup, 1);

    b->w = world_new((struct control_settings){0});
    g_free(make_prod(b->w));
    world_stop(b->w);
    b->file = g_build_filename(b->w->dir, "other.db", NULL);
    b->other = g_strconcat("sqlite:", b->file, NULL);
    *state = b;
    return 0;
}

int teardown(void **state)
{
    static const char *const suffixes[] = {"", "-wal", "-shm"};
    struct backup *b = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(suffixes); i++) {
        g_autofree char *name = g_strconcat(b->file, suffixes[i], NULL);

        g_unlink(name);
    }
    world_free(b->w);
    g_free(b->file);
    g_free(b->other);
    g_free(b);
    return 0;
}

/* Rows only: the lines of tables say what each kind counts, the first and the last when it was. */
static char *rows_of(const char *text)
{
    char **lines = g_strsplit(text, "\n", -1);
    GString *out = g_string_new(NULL);

    for (char **line = lines; *line; line++)
        if (**line == '[')
            g_string_append_printf(out, "%s\n", *line);
    g_strfreev(lines);
    return g_string_free(out, FALSE);
}

static void assert_same_rows(const char *text, const char *url)
{
    g_autofree char *again = backup_text(url);
    g_autofree char *a = rows_of(text), *b = rows_of(again);

    assert_string_equal(a, b);
}

void test_a_state_is_the_same_after_a_move_and_back(void **state)
{
    struct backup *b = *state;
    g_autofree char *text = backup_text(b->w->state_url);
    g_autofree char *moved = NULL;

    MUST(restore_text(b->other, text, false, &error));
    assert_same_rows(text, b->other);
    moved = backup_text(b->other);
    MUST(restore_text(b->w->state_url, moved, true, &error));
    assert_same_rows(text, b->w->state_url);
}

void test_work_goes_on_with_a_restored_state(void **state)
{
    struct backup *b = *state;
    g_autofree char *text = backup_text(b->w->state_url);
    g_autofree char *own = g_strdup(b->w->state_url);
    const char *const urls[] = {b->other, own};

    MUST(restore_text(b->other, text, false, &error));
    MUST(restore_text(own, text, true, &error));
    for (size_t i = 0; i < G_N_ELEMENTS(urls); i++) {
        g_autoptr(wire_environment) prod = NULL;
        g_autoptr(wire_plan) p = plan_for("dev", NULL);
        g_autoptr(wire_progress) started = NULL;

        g_free(b->w->state_url);
        b->w->state_url = g_strdup(urls[i]);
        world_start(b->w, (struct control_settings){.no_scheduler = true});
        prod = environment(b->w, "prod");
        assert_true(intervals_contains(snapshot_in(prod, "b")->intervals, T0, T0 + 3 * DAY));
        hello(b->w->apply, "apply-1", "apply");
        add_model(p, model("c", "3", NULL, NULL)); /* rows with numbers of their own */
        started = post_plan(b->w, p);
        g_free(work_off(b->w->apply, "apply-1"));
        assert_int_equal(status_of(b->w, "plan", started->id), STATUS_SUCCESS);
        world_stop(b->w);
    }
}

void test_a_state_that_is_there_is_kept(void **state)
{
    struct backup *b = *state;
    g_autofree char *text = backup_text(b->w->state_url);
    g_autoptr(GError) why = NULL;

    assert_false(restore_text(b->w->state_url, text, false, &why));
    assert_true(error_is(why, ERROR_CONFLICT));
    assert_string_equal(why->message, "The database holds a state already.");
    assert_same_rows(text, b->w->state_url);
}

/* The text without its line `which`, -1 being the last. g_free(). */
static char *without_line(const char *text, int which)
{
    g_autofree char *plain = g_strchomp(g_strdup(text));
    char **lines = g_strsplit(plain, "\n", -1);
    int count = (int)g_strv_length(lines);
    GString *out = g_string_new(NULL);

    for (int i = 0; i < count; i++)
        if (i != (which < 0 ? count + which : which))
            g_string_append_printf(out, "%s\n", lines[i]);
    g_strfreev(lines);
    return g_string_free(out, FALSE);
}

static char *replaced(const char *text, const char *old, const char *new)
{
    g_autoptr(GString) out = g_string_new(text);

    assert_int_equal(g_string_replace(out, old, new, 1), 1);
    return g_string_free(g_steal_pointer(&out), FALSE);
}

void test_a_file_that_is_not_whole_changes_nothing(void **state)
{
    struct backup *b = *state;
    g_autofree char *text = backup_text(b->w->state_url);
    struct {
        char *text;
        const char *words;
    } cases[] = {
        {without_line(text,                    -1),               "the file ends before its last line"},
        {without_line(text,                                    -2),                                     "rows are missing before this line"},
        {replaced(text, "sqlmesh__shop","sqlmesh__shot"), "the lines before it were changed"},
        {replaced(text,                     "\"columns\":[\"id\"",                                         "\"columns\":[\"ib\""),
         "there is no column ib in a table attempt"},
        {replaced(text,                                    "[1,",                                         "[1,1,"), "not as many values"},
        {replaced(text,              "[1,",              "[\"1\","), "a value is not of its column's type"},
        {replaced(text,                        "heddle-state", "something else"),
         "FILE: line 1: it is not the first line of a backup"},
        {g_strdup("id,name\n1,x\n"),                "FILE: line 1: it is no JSON"                                },
        {g_strdup(" "),                  "FILE: line 1: it is no JSON"           },
    };

    for (size_t i = 0; i < G_N_ELEMENTS(cases); i++) {
        g_autoptr(GError) why = NULL;

        assert_false(restore_text(b->w->state_url, cases[i].text, true, &why));
        assert_true(error_is(why, ERROR_INVALID));
        if (!strstr(why->message, cases[i].words) || !strstr(why->message, "nothing was changed"))
            fail_msg("%s", why->message);
        g_free(cases[i].text);
    }
    assert_same_rows(text, b->w->state_url);
}

void test_a_backup_of_a_newer_version_is_refused(void **state)
{
    struct backup *b = *state;
    g_autofree char *text = backup_text(b->w->state_url);
    unsigned known = (unsigned)auth_schema.count;
    g_autofree char *now = g_strdup_printf("\"auth\":%u", known);
    g_autofree char *later = g_strdup_printf("\"auth\":%u", known + 1);
    g_autofree char *newer = replaced(text, now, later);
    g_autofree char *said = g_strdup_printf(
        "FILE is ahead of this program: its tables of module auth have version %u, this program "
        "knows version %u.\nhint: restore it with the newer heddle that wrote it.",
        known + 1, known);
    g_autoptr(GError) why = NULL;

    assert_false(restore_text(b->other, newer, false, &why));
    assert_string_equal(why->message, said);
}

void test_a_server_at_work_is_noticed(void **state)
{
    struct backup *b = *state;
    g_autofree char *text = backup_text(b->w->state_url);
    g_autoptr(GError) why = NULL;

    world_start(b->w, (struct control_settings){0});
    g_free(backup_text(b->w->state_url)); /* it does not mind a backup */
    g_usleep(200000);
    assert_false(restore_text(b->w->state_url, text, true, &why));
    assert_true(error_is(why, ERROR_BUSY));
    world_stop(b->w);
    MUST(restore_text(b->w->state_url, text, true, &error));
}

void test_a_state_that_is_not_there_is_not_made(void **state)
{
    struct backup *b = *state;
    g_autoptr(GError) why = NULL;
    int64_t rows;

    assert_false(control_backup(b->other, stderr, &rows, &why));
    assert_true(error_is(why, ERROR_NOT_FOUND));
    assert_false(g_file_test(b->file, G_FILE_TEST_EXISTS));
}
