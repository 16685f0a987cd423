/* main() of a fuzz target where libFuzzer is not: reads inputs, and damaged versions of them.
 *
 *   TARGET [-n DAMAGES] [-s SEED] [-k] FILE…
 *
 * A FILE named .txt is a file of cases: every line of SQL in it is an input in every dialect; any
 * other file is one input. Each is damaged DAMAGES times (default 0), by bytes and by tokens, from
 * the pseudo-random SEED: the same arguments try the same inputs. With -k the finds are counted and
 * told, and the run goes on. The last line is `N passed, N failed`.
 */
#include "damage.h"

#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

enum { SECONDS_AN_INPUT = 20 };

static struct {
    uint32_t random;
    unsigned damages, inputs, finds;
    bool keep_going;
    jmp_buf next;
    const GString *input;
    GPtrArray *lines; /* of GString: where damage takes tokens from */
} run;

void fuzz_found(const char *what, const char *text, size_t len, const struct sql_dialect *d)
{
    fprintf(stderr, "%s\ndialect %s\ninput   %.*s\n\n", what, sql_dialect_name(d), (int)len, text);
    if (!run.keep_going)
        abort();
    run.finds++;
    longjmp(run.next, 1); /* what was taken from the heap is lost: -k is for people */
}

/* A crash, or an input that takes seconds: tell which it was. */
static void tell_input(int signal_number)
{
    static const char says[] = "\nthe input that ended it: ";

    if (write(STDERR_FILENO, says, sizeof says - 1) < 0 ||
        write(STDERR_FILENO, run.input->str, run.input->len) < 0)
        _exit(1);
    signal(signal_number, SIG_DFL);
    raise(signal_number);
}

static void try_input(const GString *text)
{
    run.inputs++;
    run.input = text;
    alarm(SECONDS_AN_INPUT);
    if (setjmp(run.next) == 0)
        LLVMFuzzerTestOneInput((const uint8_t *)text->str, text->len);
}

static void try_damages(const char *line, size_t len)
{
    for (unsigned i = 0; i <= run.damages; i++) {
        g_autoptr(GString) text = g_string_new_len(line, len);

        if (i > 0)
            fuzz_damage(text, run.lines->pdata[fuzz_random(&run.random, run.lines->len)],
                        &run.random);
        try_input(text);
    }
}

static void free_string(void *s)
{
    g_string_free(s, TRUE);
}

/* The lines of a file of cases. */
static void take_lines(char *text)
{
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (char **l = lines; *l; l++) {
        const char *line = g_str_has_prefix(*l, "=> ") ? *l + 3 : *l;

        if (*line == '\0' || *line == '#' || (*line == '[' && strchr(line, ']')) ||
            g_str_has_prefix(line, "== ") || g_str_has_prefix(line, "-- "))
            continue;
        for (unsigned d = 0; d < G_N_ELEMENTS(fuzz_dialects); d++) {
            GString *s = g_string_new(NULL);

            g_string_append_c(s, (char)('a' + d));
            g_ptr_array_add(run.lines, g_string_append(s, line));
        }
    }
}

static bool take_file(const char *path)
{
    g_autofree char *text = NULL;
    gsize len;

    if (!g_file_get_contents(path, &text, &len, NULL))
        return false;
    if (g_str_has_suffix(path, ".txt"))
        take_lines(text);
    else if (len > 0)
        g_ptr_array_add(run.lines, g_string_new_len(text, len));
    return true;
}

int main(int argc, char **argv)
{
    static const int signals[] = {SIGALRM, SIGABRT, SIGSEGV, SIGTRAP, SIGBUS, SIGFPE, SIGILL};
    int i = 1;

    for (unsigned k = 0; k < G_N_ELEMENTS(signals); k++)
        signal(signals[k], tell_input);
    g_log_set_always_fatal(G_LOG_LEVEL_CRITICAL | G_LOG_LEVEL_WARNING | G_LOG_FATAL_MASK);
    run.random = 1;
    run.lines = g_ptr_array_new_with_free_func(free_string);
    for (; i < argc && argv[i][0] == '-'; i++) {
        if (strcmp(argv[i], "-k") == 0)
            run.keep_going = true;
        else if (strcmp(argv[i], "-n") == 0 && i + 1 < argc)
            run.damages = strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "-s") == 0 && i + 1 < argc)
            run.random = strtoul(argv[++i], NULL, 10);
        else
            return 2;
    }
    for (; i < argc; i++)
        if (!take_file(argv[i])) {
            fprintf(stderr, "%s cannot be read.\n", argv[i]);
            return 1;
        }
    for (unsigned n = 0; n < run.lines->len; n++) {
        const GString *s = run.lines->pdata[n];

        try_damages(s->str, s->len);
    }
    printf("%u passed, %u failed\n", run.inputs - run.finds, run.finds);
    g_ptr_array_unref(run.lines);
    return run.finds > 0;
}
