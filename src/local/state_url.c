/* state_url.c -- where the state is, and its password kept out of the process list. */
#include "local/local_int.h"

#include <string.h>

const char *local__state_url(const char *option)
{
    const char *variable = g_getenv("HEDDLE_STATE");

    if (option)
        return option;
    return variable && *variable ? variable : "sqlite:heddle.db";
}

static void wipe(char *from, const char *to)
{
    if (from && to && from < to)
        memset(from, 'x', (size_t)(to - from));
}

static void hide_password(char *word)
{
    char *start = strstr(word, "://"), *parameter = strstr(word, "password=");
    char *colon = start ? strchr(start + 3, ':') : NULL;

    wipe(colon ? colon + 1 : NULL, strrchr(word, '@'));
    if (parameter) {
        parameter += strlen("password=");
        wipe(parameter, parameter + strcspn(parameter, "&"));
    }
}

void local__hide_passwords(char **words, int count)
{
    for (int i = 0; i < count; i++)
        if (strstr(words[i], "postgres"))
            hide_password(words[i]);
}
