#include "base/log.h"

#include "base/clock.h"
#include "base/json.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

static const char *const level_names[] = {"DEBUG", "INFO", "WARNING", "ERROR"};

static enum log_level least_level = LOG_INFO;
static bool as_json;
static struct redactor *redactor;

void log_setup(enum log_level least)
{
    const char *level = getenv("HEDDLE_LOG_LEVEL"), *format = getenv("HEDDLE_LOG_FORMAT");

    least_level = least;
    for (size_t i = 0; level && i < G_N_ELEMENTS(level_names); i++)
        if (g_ascii_strcasecmp(level, level_names[i]) == 0)
            least_level = (enum log_level)i;
    as_json = format && strcmp(format, "json") == 0;
}

void log_redact_with(struct redactor *r)
{
    redactor = r;
}

bool log_wants(enum log_level level)
{
    return level >= least_level;
}

static char *time_text(void)
{
    int64_t now = clock_now_ms();
    time_t seconds = (time_t)(now / 1000);
    struct tm tm;
    char text[32];

    gmtime_r(&seconds, &tm);
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%S", &tm);
    return g_strdup_printf("%s.%03dZ", text, (int)(now % 1000));
}

/* A value that is one plain word stands as it is, any other as a JSON string. */
static void append_value(GString *out, const char *value)
{
    g_autoptr(json_t) text = NULL;
    g_autofree char *quoted = NULL;

    if (*value && !strpbrk(value, " \t\r\n\"=\\")) {
        g_string_append(out, value);
        return;
    }
    text = json_stringn_nocheck(value, strlen(value));
    quoted = json_text(text);
    g_string_append(out, quoted ? quoted : "\"?\"");
}

static void append_plain(GString *out, enum log_level level, const char *event, va_list args)
{
    g_autofree char *now = time_text();
    const char *key;

    g_string_append_printf(out, "%s %s %s", now, level_names[level], event);
    while ((key = va_arg(args, const char *))) {
        const char *value = va_arg(args, const char *);

        g_string_append_printf(out, " %s=", key);
        append_value(out, value ? value : "");
    }
}

static void append_json(GString *out, enum log_level level, const char *event, va_list args)
{
    g_autofree char *now = time_text();
    g_autoptr(json_t) line =
        json_pack("{s:s, s:s, s:s}", "time", now, "level", level_names[level], "event", event);
    g_autofree char *text = NULL;
    const char *key;

    while ((key = va_arg(args, const char *))) {
        const char *value = va_arg(args, const char *);

        json_object_set_new(line, key, json_string_nocheck(value ? value : ""));
    }
    text = json_text_as_built(line);
    g_string_append(out, text);
}

static void write_all(const char *text, size_t n)
{
    while (n > 0) {
        ssize_t done = write(STDERR_FILENO, text, n);

        if (done <= 0)
            return; /* nowhere left to say so */
        text += done;
        n -= (size_t)done;
    }
}

void log_event(enum log_level level, const char *event, ...)
{
    GString *line;
    va_list args;
    g_autofree char *clean = NULL;

    if (!log_wants(level))
        return;
    line = g_string_new(NULL);
    va_start(args, event);
    if (as_json)
        append_json(line, level, event, args);
    else
        append_plain(line, level, event, args);
    va_end(args);
    g_string_append_c(line, '\n');
    clean = redact_text(redactor, line->str);
    write_all(clean, strlen(clean));
    g_string_free(line, TRUE);
}
