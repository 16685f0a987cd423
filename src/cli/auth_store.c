/* The file of sign-ins: see auth_int.h. */
#include "cli/auth_int.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

static char *folder_of_state(void)
{
    const char *state = g_getenv("XDG_STATE_HOME"), *home = g_getenv("HOME");

    if (state && g_path_is_absolute(state))
        return g_build_filename(state, "heddle", NULL);
    return g_build_filename(home && *home ? home : g_get_home_dir(), ".local", "state", "heddle",
                            NULL);
}

static char *path_of_file(void)
{
    g_autofree char *folder = folder_of_state();

    return g_build_filename(folder, "sign-ins.json", NULL);
}

static bool fail(const char *path, const char *what, const char *why, GError **error)
{
    g_set_error(error, cli_error(), ERROR_FAILED, "%s %s: %s.", path, what, why);
    error_hint(error, "sign-ins are kept in $XDG_STATE_HOME/heddle (~/.local/state/heddle), which "
                      "must be writable.");
    return false;
}

char *cli__origin(const char *url)
{
    g_autoptr(GUri) uri = url ? g_uri_parse(url, G_URI_FLAGS_NONE, NULL) : NULL;
    const char *scheme = uri ? g_uri_get_scheme(uri) : "";

    if ((strcmp(scheme, "http") != 0 && strcmp(scheme, "https") != 0) || !g_uri_get_host(uri) ||
        !*g_uri_get_host(uri))
        return NULL;
    return g_uri_join(G_URI_FLAGS_NONE, scheme, NULL, g_uri_get_host(uri), g_uri_get_port(uri), "",
                      NULL, NULL);
}

/* The file's object; an empty one when there is no file. */
static json_t *read_file(const char *path, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autofree char *text = NULL;
    json_t *all = NULL;
    gsize len;

    if (!g_file_get_contents(path, &text, &len, &why)) {
        if (g_error_matches(why, G_FILE_ERROR, G_FILE_ERROR_NOENT))
            return json_object();
        fail(path, "cannot be read", why->message, error);
        return NULL;
    }
    all = json_parse(text, len, NULL); /* the parser's words would show what is in it */
    if (json_is_object(all))
        return all;
    json_decref(all);
    g_set_error(error, cli_error(), ERROR_INVALID,
                "%s is no whole JSON object: something else has written there.", path);
    error_hint(error, "remove the file and sign in again with heddle auth login.");
    return NULL;
}

static bool take_lock(struct signins *s, GError **error)
{
    g_autofree char *path = g_strconcat(s->path, ".lock", NULL);

    s->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (s->lock < 0)
        return fail(path, "cannot be opened", g_strerror(errno), error);
    while (flock(s->lock, LOCK_EX) != 0)
        if (errno != EINTR)
            return fail(path, "cannot be locked", g_strerror(errno), error);
    return true;
}

bool cli__signins_open(struct signins *s, GError **error)
{
    g_autofree char *folder = folder_of_state();

    *s = (struct signins){.path = path_of_file(), .lock = -1};
    if (g_mkdir_with_parents(folder, 0700) != 0)
        return fail(folder, "cannot be made", g_strerror(errno), error);
    return take_lock(s, error) && (s->plane = read_file(s->path, error));
}

bool cli__signins_write(const struct signins *s, GError **error)
{
    g_autofree char *text = json_text_pretty(s->plane);
    g_autoptr(GError) why = NULL;

    if (g_file_set_contents_full(s->path, text, -1,
                                 G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600,
                                 &why))
        return true;
    return fail(s->path, "cannot be written", why->message, error);
}

void cli__signins_close(struct signins *s)
{
    if (s->path && s->lock >= 0)
        close(s->lock);
    s->lock = -1;
    g_clear_pointer(&s->path, g_free);
    g_clear_pointer(&s->plane, json_decref);
}

json_t *cli__signin_peek(const char *origin, GError **error)
{
    g_autofree char *path = path_of_file();
    g_autoptr(json_t) all = read_file(path, error);
    json_t *entry = all ? json_object_get(all, origin) : NULL;

    return json_is_object(entry) ? json_incref(entry) : NULL;
}
