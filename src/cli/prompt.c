/* Questions to the person at the terminal. */
#include "cli/cli_int.h"

#include <stdlib.h>
#include <string.h>

char *cli__ask(const char *question)
{
    char *line = NULL, *out;
    size_t size = 0;
    ssize_t n;

    fflush(stdout);
    fprintf(stderr, "%s: ", question);
    fflush(stderr);
    n = getline(&line, &size, stdin);
    if (n < 0) {
        free(line);
        fputc('\n', stderr);
        return NULL;
    }
    out = g_strstrip(g_strdup(line));
    free(line);
    return out;
}

bool cli__confirm(const char *question)
{
    g_autofree char *full = g_strconcat(question, " [y/n]", NULL);

    for (;;) {
        g_autofree char *answer = cli__ask(full);

        if (!answer)
            return false;
        if (g_ascii_strcasecmp(answer, "y") == 0 || g_ascii_strcasecmp(answer, "yes") == 0)
            return true;
        if (g_ascii_strcasecmp(answer, "n") == 0 || g_ascii_strcasecmp(answer, "no") == 0)
            return false;
        fputs("Please answer y or n.\n", stderr);
    }
}

int cli__choose(const char *const *choices, int n)
{
    for (int i = 0; i < n; i++)
        fprintf(stderr, "[%d] %s\n", i + 1, choices[i]);
    for (;;) {
        g_autofree char *answer = cli__ask("Choice");
        char *end = NULL;
        long choice = answer ? strtol(answer, &end, 10) : 0;

        if (!answer)
            return 0;
        if (*answer && !*end && choice >= 1 && choice <= n)
            return (int)choice;
        fprintf(stderr, "Please answer with a number from 1 to %d.\n", n);
    }
}
