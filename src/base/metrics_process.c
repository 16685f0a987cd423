/* metrics_process.c -- what Prometheus' own clients say of their process, read from /proc. */
#include "base/metrics.h"

#include "base/json.h"

#include <string.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

enum { UTIME = 11, STIME = 12, THREADS = 17, START = 19, VSIZE = 20, RSS = 21, FIELDS = 22 };

/* The numbers of /proc/self/stat behind the name, which may hold blanks and brackets. */
static bool read_stat(double fields[FIELDS])
{
    g_autofree char *text = NULL;
    g_auto(GStrv) words = NULL;
    const char *end;

    if (!g_file_get_contents("/proc/self/stat", &text, NULL, NULL) || !(end = strrchr(text, ')')))
        return false;
    words = g_strsplit(end + 2, " ", -1);
    if (g_strv_length(words) < FIELDS)
        return false;
    for (int i = 0; i < FIELDS; i++)
        fields[i] = g_ascii_strtod(words[i], NULL);
    return true;
}

static double boot_seconds(void)
{
    struct timespec now, up;

    clock_gettime(CLOCK_REALTIME, &now);
    clock_gettime(CLOCK_BOOTTIME, &up);
    return (double)(now.tv_sec - up.tv_sec) + (double)(now.tv_nsec - up.tv_nsec) / 1e9;
}

static double count_files(void)
{
    GDir *dir = g_dir_open("/proc/self/fd", 0, NULL);
    double n = 0;

    while (dir && g_dir_read_name(dir))
        n++;
    if (dir)
        g_dir_close(dir);
    return n - (dir != NULL); /* the one that looks */
}

static void add(GString *out, const char *name, const char *kind, const char *help, double value)
{
    g_autofree char *text = real_text(value);

    g_string_append_printf(out, "# HELP %s %s\n# TYPE %s %s\n%s %s\n", name, help, name, kind, name,
                           text);
}

void metrics_append_process(GString *out)
{
    double f[FIELDS], ticks = (double)sysconf(_SC_CLK_TCK);
    struct rlimit files;

    if (!read_stat(f))
        return;
    add(out, "process_cpu_seconds_total", "counter", "Time of CPUs, of user and system.",
        (f[UTIME] + f[STIME]) / ticks);
    add(out, "process_resident_memory_bytes", "gauge", "Memory that is in RAM.",
        f[RSS] * (double)sysconf(_SC_PAGESIZE));
    add(out, "process_virtual_memory_bytes", "gauge", "Memory that is mapped.", f[VSIZE]);
    add(out, "process_start_time_seconds", "gauge", "When the process began, since 1970.",
        boot_seconds() + f[START] / ticks);
    add(out, "process_threads", "gauge", "Threads.", f[THREADS]);
    add(out, "process_open_fds", "gauge", "Open file descriptors.", count_files());
    if (getrlimit(RLIMIT_NOFILE, &files) == 0)
        add(out, "process_max_fds", "gauge", "How many file descriptors may be open.",
            (double)files.rlim_cur);
}
