/* Which files differ from a branch, by git itself. */
#include "project/select_int.h"

#include <string.h>

/* What git prints; NULL and its words when it fails. */
static char *run(const char *folder, const char *const *arguments, GError **error)
{
    g_autoptr(GPtrArray) argv = g_ptr_array_new();
    g_autofree char *out = NULL, *words = NULL;
    g_autoptr(GError) why = NULL;
    int status;

    g_ptr_array_add(argv, (char *)"git");
    for (; *arguments; arguments++)
        g_ptr_array_add(argv, (char *)*arguments);
    g_ptr_array_add(argv, NULL);
    if (g_spawn_sync(folder, (char **)argv->pdata, NULL, G_SPAWN_SEARCH_PATH, NULL, NULL, &out,
                     &words, &status, &why) &&
        g_spawn_check_wait_status(status, NULL))
        return g_steal_pointer(&out);
    g_set_error(error, project_error(), ERROR_FAILED, "git cannot say what has changed: %s",
                why ? why->message : g_strstrip(words));
    return NULL;
}

static bool add_paths(GHashTable *into, const char *folder, const char *base,
                      const char *const *arguments, GError **error)
{
    g_autofree char *out = run(folder, arguments, error);
    g_auto(GStrv) lines = NULL;

    if (!out)
        return false;
    lines = g_strsplit(out, "\n", -1);
    for (char **line = lines; *line; line++)
        if (**line)
            g_hash_table_add(into, g_canonicalize_filename(*line, base));
    return true;
}

GHashTable *project__git_changes(const char *folder, const char *branch, GError **error)
{
    static const char *const top[] = {"rev-parse", "--show-toplevel", NULL};
    static const char *const fresh[] = {"-c",       "core.quotepath=off", "ls-files",
                                        "--others", "--exclude-standard", NULL};
    static const char *const changed[] = {
        "-c", "core.quotepath=off", "diff", "--name-only", "--diff-filter=d", "HEAD", NULL};
    g_autofree char *range = g_strconcat(branch, "...", NULL);
    const char *const committed[] = {
        "-c", "core.quotepath=off", "diff", "--name-only", "--diff-filter=d", range, NULL};
    g_autoptr(GHashTable) out = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, NULL);
    g_autofree char *root = NULL;

    if (!*branch || *branch == '-') {
        g_set_error(error, project_error(), ERROR_INVALID, "\"git:%s\" names no branch.", branch);
        return NULL;
    }
    root = run(folder, top, error);
    if (!root || !add_paths(out, folder, folder, fresh, error) ||
        !add_paths(out, folder, g_strstrip(root), changed, error) ||
        !add_paths(out, folder, root, committed, error))
        return NULL;
    return g_steal_pointer(&out);
}
