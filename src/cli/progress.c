/* Follow a plan, a run or a janitor's pass to its end, and say what came of it. */
#include "cli/cli_int.h"

#include "schedule/names.h"

#include <string.h>
#include <time.h>

enum { PATIENCE = 30, PAUSE_MS = 1000 }; /* tries while the control plane does not answer */

struct followed {
    struct cli *cli;
    const struct cli_follow *what;
    struct cli_bars *bars;
    struct cli_interrupt *interrupt;
    int interrupts; /* that were acted upon */
    int silent;     /* tries without an answer */
};

static struct wire_progress *read_progress(struct followed *f, const char *method, const char *path,
                                           int64_t wait_ms, GError **error)
{
    g_autoptr(json_t) answer = api_call(f->cli->api, method, path, NULL, wait_ms, error);

    return wire_from_answer(&wire_progress_type, answer, f->cli->api, path, error);
}

static struct wire_progress *poll(struct followed *f, const struct wire_progress *p, GError **error)
{
    g_autofree char *path = g_strdup_printf(CLI_API "%s/%s?after=%" G_GINT64_FORMAT "&wait_ms=%d",
                                            f->what->kind, p->id, p->version, (int)CLI_POLL_MS);

    return read_progress(f, "GET", path, CLI_POLL_MS, error);
}

static const char *word_of(const struct followed *f)
{
    return strcmp(f->what->kind, "plans") == 0  ? "plan"
           : strcmp(f->what->kind, "runs") == 0 ? "run"
                                                : "pass";
}

static void cancel(struct followed *f, const struct wire_progress *p)
{
    g_autofree char *path = g_strdup_printf(CLI_API "%s/%s/cancel", f->what->kind, p->id);
    g_autofree char *note = NULL;
    g_autoptr(GError) why = NULL;
    g_autoptr(wire_progress) now = read_progress(f, "POST", path, 0, &why);

    note = now ? g_strdup_printf("The %s is being cancelled: what runs is stopped. Ctrl-C again "
                                 "leaves without waiting.",
                                 word_of(f))
               : g_strdup_printf("The %s could not be cancelled: %s", word_of(f), why->message);
    cli__bars_note(f->bars, note);
}

static void pause_a_moment(void)
{
    const struct timespec moment = {PAUSE_MS / 1000, (long)(PAUSE_MS % 1000) * 1000000};

    nanosleep(&moment, NULL);
}

/* The poll brought no answer: was it Ctrl-C, or is the control plane away for a moment? False: give
 * up. */
static bool go_on(struct followed *f, const struct wire_progress *p, GError *why, GError **error)
{
    int count = cli__interrupt_count(f->interrupt);

    if (count >= 2) {
        g_set_error(error, cli_error(), ERROR_CANCELLED,
                    "Left without waiting; the %s %s is still being stopped.", word_of(f), p->id);
        g_error_free(why);
        return false;
    }
    if (count > f->interrupts || error_is(why, ERROR_CANCELLED)) {
        if (count > f->interrupts && strcmp(f->what->kind, "janitor") != 0)
            cancel(f, p);
        f->interrupts = count;
        g_error_free(why);
        return true;
    }
    if (!error_is(why, ERROR_UNAVAILABLE) || ++f->silent > PATIENCE) {
        g_propagate_prefixed_error(error, why,
                                   "The %s %s was started, but its progress is not "
                                   "known: ",
                                   word_of(f), p->id);
        return false;
    }
    if (f->silent == 1)
        cli__bars_note(f->bars, "The control plane does not answer; trying again.");
    g_error_free(why);
    pause_a_moment();
    return true;
}

static struct wire_progress *follow(struct followed *f, struct wire_progress *p, GError **error)
{
    cli__bars_show(f->bars, p);
    while (p->ended_ms == TIME_NONE) {
        GError *why = NULL;
        struct wire_progress *next = poll(f, p, &why);

        if (!next && !go_on(f, p, why, error)) {
            wire_progress_free(p);
            return NULL;
        }
        if (!next)
            continue;
        f->silent = 0;
        wire_progress_free(p);
        p = next;
        cli__bars_show(f->bars, p);
    }
    return p;
}

struct wire_progress *cli__follow(struct cli *cli, const struct cli_follow *what,
                                  struct wire_progress *first, GError **error)
{
    struct followed f = {.cli = cli, .what = what};
    struct wire_progress *last;

    f.bars = cli__bars_new(cli, what);
    f.interrupt = cli__interrupt_new(cli->api);
    last = follow(&f, first, error);
    cli__interrupt_free(f.interrupt);
    cli__bars_free(f.bars);
    return last;
}

static void say_failure(const struct cli *cli, const struct cli_follow *what,
                        const struct wire_failure *w)
{
    g_autofree char *name = w->snapshot_name
                                ? names_display(w->snapshot_name, what->default_catalog,
                                                what->environment, what->suffix_target)
                                : NULL;
    g_autofree char *range = w->interval_start_ms != TIME_NONE && w->interval_end_ms != TIME_NONE
                                 ? cli__range_text(w->interval_start_ms, w->interval_end_ms)
                                 : NULL;
    g_autofree char *attempts =
        w->attempts > 1 ? g_strdup_printf(", after %" G_GINT64_FORMAT " attempts", w->attempts)
                        : NULL;
    g_auto(GStrv) lines = g_strsplit(w->message ? w->message : "No reason was given.", "\n", -1);
    g_autofree char *message = g_strjoinv("\n    ", lines);

    cli__say(cli, "\nFailed: %s%s%s%s%s%s%s\n    %s", w->task_kind, name ? " " : "",
             name ? name : "", range ? " [" : "", range ? range : "", range ? "]" : "",
             attempts ? attempts : "", message);
}

static void add_up(const struct wire_progress *p, struct wire_stage *sum)
{
    for (guint i = 0; i < p->stages->len; i++) {
        const struct wire_stage *s = p->stages->pdata[i];

        sum->total += s->total;
        sum->done += s->done;
        sum->failed += s->failed;
        sum->cancelled += s->cancelled;
    }
}

json_t *cli__progress_json(const struct wire_progress *p)
{
    return p ? wire_to_json(&wire_progress_type, p) : json_null();
}

int cli__outcome(struct cli *cli, const struct cli_follow *what, const struct wire_progress *p,
                 GError **error)
{
    struct followed f = {.what = what};
    struct wire_stage sum = {0};
    const char *why;

    if (p->status == STATUS_SUCCESS || p->status == STATUS_SKIPPED)
        return CLI_DONE;
    for (guint i = 0; i < p->failures->len; i++)
        say_failure(cli, what, p->failures->pdata[i]);
    for (guint i = 0; i < p->failures->len; i++)
        cli__explain_failure(cli, p->failures->pdata[i]);
    add_up(p, &sum);
    why = p->failures->len > 0 ? NULL : p->error; /* it repeats the first of them */
    if (p->failures->len > 0)
        fputc('\n', stderr);
    g_set_error(error, cli_error(), ERROR_FAILED,
                "The %s %s %s: %" G_GINT64_FORMAT " of %" G_GINT64_FORMAT " tasks done, %" //
                G_GINT64_FORMAT " failed, %" G_GINT64_FORMAT " cancelled.%s%s",
                word_of(&f), p->id, p->status == STATUS_ABORTED ? "was cancelled" : "failed",
                sum.done, sum.total, sum.failed, sum.cancelled, why ? "\n" : "", why ? why : "");
    return CLI_FAILED;
}
