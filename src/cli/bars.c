/* How far a plan or a run is: on a terminal a block of bars that is drawn anew, with a line above
 * it for each batch that ended; elsewhere the lines alone. */
#include "cli/cli_int.h"

#include "base/clock.h"
#include "schedule/names.h"

#include <math.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

enum { BAR_WIDTH = 33 };

/* What a stage is called for people, and what its tasks are: those with `lines` tell of each. */
static const struct {
    int kind;
    const char *title;
    bool lines;
} stages[] = {
    {TASK_BEFORE_ALL, "Running before_all statements", false},
    {TASK_CREATE,     "Updating physical layer",       false},
    {TASK_EVALUATE,   "Executing model batches",       true },
    {TASK_AUDIT,      "Auditing models",               true },
    {TASK_PROMOTE,    "Updating virtual layer",        false},
    {TASK_DEMOTE,     "Dropping views",                false},
    {TASK_AFTER_ALL,  "Running after_all statements",  false},
    {TASK_CLEANUP,    "Dropping tables and schemas",   false},
};

struct cli_bars {
    const struct cli *cli;
    const struct cli_follow *follow;
    bool terminal;
    int drawn;        /* lines of the block on the screen */
    int64_t begun_ms; /* monotonic */
    char *waiting;    /* the reason told last */
    bool told[G_N_ELEMENTS(stages)];
    int64_t seen; /* events of batches so far */
};

struct cli_bars *cli__bars_new(const struct cli *cli, const struct cli_follow *follow)
{
    struct cli_bars *b = g_new0(struct cli_bars, 1);

    b->cli = cli;
    b->follow = follow;
    b->terminal = cli__is_terminal(cli);
    b->begun_ms = clock_monotonic_ms();
    return b;
}

static int stage_index(const char *name)
{
    for (size_t i = 0; i < G_N_ELEMENTS(stages); i++)
        if (g_strcmp0(task_kind_names[stages[i].kind], name) == 0)
            return (int)i;
    return -1;
}

static const struct wire_stage *stage_of(const struct wire_progress *p, int kind)
{
    for (guint i = 0; i < p->stages->len; i++) {
        const struct wire_stage *s = p->stages->pdata[i];

        if (g_strcmp0(s->name, task_kind_names[kind]) == 0)
            return s;
    }
    return NULL;
}

static int columns_of_terminal(void)
{
    struct winsize size;

    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col : 80;
}

static void erase(struct cli_bars *b)
{
    if (b->drawn > 0)
        fprintf(stderr, "\033[%dA\r\033[J", b->drawn);
    b->drawn = 0;
}

static void append_elapsed(GString *out, int64_t ms)
{
    int64_t s = ms / 1000;

    g_string_append_printf(out, "%" G_GINT64_FORMAT ":%02" G_GINT64_FORMAT ":%02" G_GINT64_FORMAT,
                           s / 3600, s / 60 % 60, s % 60);
}

/* Updating virtual layer  ━━━━━━━━━━━━╺━━━━━━━━━━━━━━━ 50.0% • 1/2 • 0:00:03 */
static void draw_bar(struct cli_bars *b, const char *title, const struct wire_stage *s)
{
    g_autoptr(GString) line = g_string_new(NULL);
    int64_t ended = s->done + s->failed + s->cancelled;
    double part = s->total > 0 ? (double)ended / (double)s->total : 1;
    int room = columns_of_terminal();
    bool narrow = room < 110;
    int width = CLAMP(room - 64, 0, BAR_WIDTH);
    int full = (int)floor(part * width);

    g_string_append_printf(line, "%-29s \033[%sm", title, s->failed ? "31" : "32");
    for (int i = 0; i < width; i++) {
        if (i == full)
            g_string_append(line, "\033[2m");
        g_string_append(line, "━");
    }
    g_string_append_printf(line, "\033[0m %5.1f%% • %" G_GINT64_FORMAT "/%" G_GINT64_FORMAT,
                           part * 100, s->done, s->total);
    if (s->failed)
        g_string_append_printf(line, " • %" G_GINT64_FORMAT " failed", s->failed);
    if (s->running && !narrow)
        g_string_append_printf(line, " • %" G_GINT64_FORMAT " running", s->running);
    if (!narrow) {
        g_string_append(line, " • ");
        append_elapsed(line, clock_monotonic_ms() - b->begun_ms);
    }
    fprintf(stderr, "%s\n", line->str);
    b->drawn++;
}

static void draw(struct cli_bars *b, const struct wire_progress *p)
{
    for (size_t i = 0; i < G_N_ELEMENTS(stages); i++) {
        const struct wire_stage *s = stage_of(p, stages[i].kind);

        if (s && s->total > 0)
            draw_bar(b, stages[i].title, s);
    }
    if (p->waiting) {
        fprintf(stderr, "Waiting %.*s\n", columns_of_terminal() - 9, p->waiting);
        b->drawn++;
    }
}

static void append_audits(GString *out, const struct wire_event *e)
{
    for (guint i = 0; i < e->audits->len; i++) {
        const struct wire_audit *a = e->audits->pdata[i];

        if (a->count > 0)
            g_string_append_printf(out, ", %s %s: %" G_GINT64_FORMAT " row%s",
                                   a->blocking ? "audit failed" : "warning, audit", a->name,
                                   a->count, a->count == 1 ? "" : "s");
    }
}

static int kind_of(const struct cli_bars *b, const char *name)
{
    for (guint i = 0; b->follow->snapshots && i < b->follow->snapshots->len; i++) {
        const struct wire_snapshot *s = b->follow->snapshots->pdata[i];

        if (strcmp(s->name, name) == 0)
            return s->kind;
    }
    return KIND_COUNT;
}

/* What was done: a range, or a word where all of a model is done at once. g_free(). */
static char *work_text(const struct cli_bars *b, const struct wire_event *e)
{
    int kind = kind_of(b, e->snapshot_name);

    if (strcmp(e->task_kind, task_kind_names[TASK_EVALUATE]) != 0)
        return g_strdup(e->task_kind);
    if (kind == KIND_VIEW)
        return g_strdup("recreate view");
    if (kind == KIND_SEED)
        return g_strdup("insert seed file");
    if (kind != KIND_COUNT && schedule_is_whole(kind))
        return g_strdup("full refresh");
    if (e->interval_start_ms == TIME_NONE || e->interval_end_ms == TIME_NONE)
        return g_strdup("insert");
    return cli__range_text(e->interval_start_ms, e->interval_end_ms);
}

/* [3/14] shop.sales  [2024-01-01 - 2024-01-03, 120 rows]  0.02s */
static char *event_line(struct cli_bars *b, const struct wire_event *e, int64_t total)
{
    GString *out = g_string_new(NULL);
    g_autofree char *name = names_display(e->snapshot_name, b->follow->default_catalog,
                                          b->follow->environment, b->follow->suffix_target);
    g_autofree char *work = work_text(b, e);

    g_string_append_printf(out, "[%" G_GINT64_FORMAT "/%" G_GINT64_FORMAT "] %s  [", b->seen, total,
                           name);
    g_string_append(out, work);
    if (e->rows >= 0)
        g_string_append_printf(out, ", %" G_GINT64_FORMAT " row%s", e->rows,
                               e->rows == 1 ? "" : "s");
    append_audits(out, e);
    g_string_append_printf(out, "]  %.2fs", e->seconds);
    if (e->status == STATUS_ABORTED || e->status == STATUS_SKIPPED)
        g_string_append(out, "  cancelled");
    else if (e->status != STATUS_SUCCESS)
        g_string_append_printf(out, "  %s", work_status_names[e->status]);
    return g_string_free(out, FALSE);
}

static int64_t batches_of(const struct wire_progress *p)
{
    int64_t total = 0;

    for (size_t i = 0; i < G_N_ELEMENTS(stages); i++) {
        const struct wire_stage *s = stage_of(p, stages[i].kind);

        if (stages[i].lines && s)
            total += s->total;
    }
    return total;
}

static void tell_events(struct cli_bars *b, const struct wire_progress *p)
{
    for (guint i = 0; i < p->events->len; i++) {
        const struct wire_event *e = p->events->pdata[i];
        int stage = stage_index(e->task_kind);
        g_autofree char *line = NULL;

        if (stage < 0 || !stages[stage].lines || !e->snapshot_name)
            continue;
        b->seen++;
        line = event_line(b, e, batches_of(p));
        cli__say(b->cli, "%s", line);
    }
}

/* Without bars: a line when a stage has ended. */
static void tell_stages(struct cli_bars *b, const struct wire_progress *p)
{
    for (size_t i = 0; i < G_N_ELEMENTS(stages); i++) {
        const struct wire_stage *s = stage_of(p, stages[i].kind);

        if (!s || s->total == 0 || b->told[i] || s->done + s->failed + s->cancelled < s->total)
            continue;
        b->told[i] = true;
        if (s->done == s->total)
            cli__say(b->cli, "%s: %" G_GINT64_FORMAT " done", stages[i].title, s->done);
        else
            cli__say(b->cli,
                     "%s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " done, %" G_GINT64_FORMAT
                     " failed, %" G_GINT64_FORMAT " cancelled",
                     stages[i].title, s->done, s->total, s->failed, s->cancelled);
    }
}

static void tell_waiting(struct cli_bars *b, const struct wire_progress *p)
{
    if (g_strcmp0(p->waiting, b->waiting) == 0)
        return;
    g_free(b->waiting);
    b->waiting = g_strdup(p->waiting);
    if (p->waiting)
        cli__say(b->cli, "Waiting %s", p->waiting);
}

void cli__bars_show(struct cli_bars *b, const struct wire_progress *p)
{
    if (b->terminal)
        erase(b);
    tell_events(b, p);
    if (b->terminal)
        draw(b, p);
    else {
        tell_waiting(b, p);
        tell_stages(b, p);
    }
    fflush(stderr);
}

void cli__bars_note(struct cli_bars *b, const char *note)
{
    if (b->terminal)
        erase(b);
    cli__say(b->cli, "%s", note);
}

void cli__bars_free(struct cli_bars *b)
{
    if (!b)
        return;
    g_free(b->waiting);
    g_free(b);
}
