#include "executor/settings.h"

#include "base/envfile.h"

#include <stdlib.h>
#include <string.h>

static const char *get(GHashTable *variables, const char *name)
{
    const char *value = g_hash_table_lookup(variables, name);

    return value && *value ? value : NULL;
}

static void add_environment(GHashTable *into, char **environment)
{
    for (char **v = environment; *v; v++) {
        const char *equals = strchr(*v, '=');

        if (equals)
            g_hash_table_replace(into, g_strndup(*v, (gsize)(equals - *v)), g_strdup(equals + 1));
    }
}

static const char *of_environment(char **environment, const char *name)
{
    const char *value = g_environ_getenv(environment, name);

    return value && *value ? value : NULL;
}

/* The three sources, one over the other. */
static GHashTable *read_variables(char **environment, GError **error)
{
    g_autoptr(GHashTable) all = g_hash_table_new_full(g_str_hash, g_str_equal, g_free, g_free);
    const char *file = of_environment(environment, "TCLOUD_ENV_FILE");
    const char *folder;

    if (file && !envfile_read(file, all, error))
        return NULL;
    add_environment(all, environment);
    folder = get(all, "HEDDLE_SECRETS_DIR");
    if (folder && !envfile_read_folder(folder, all, error))
        return NULL;
    return g_steal_pointer(&all);
}

static char *stamp_of(GHashTable *variables)
{
    const char *file = get(variables, "TCLOUD_ENV_FILE");
    const char *folder = get(variables, "HEDDLE_SECRETS_DIR");
    g_autofree char *a = file ? envfile_stamp(file) : g_strdup("");
    g_autofree char *b = folder ? envfile_stamp(folder) : g_strdup("");

    return g_strconcat(a, b, NULL);
}

static bool need(const char *name, const char *value, GError **error)
{
    if (value)
        return true;
    g_set_error(error, executor_error(), ERROR_INVALID, "%s is not set.", name);
    error_hint(error, "an executor is told by its environment, a file TCLOUD_ENV_FILE or a folder "
                      "HEDDLE_SECRETS_DIR where the control plane is and who it is itself.");
    return false;
}

struct duration {
    const char *name;
    int64_t missing, least, most; /* seconds */
};

static const struct duration drain = {"HEDDLE_DRAIN_SECONDS", 300, 0, 86400};
static const struct duration grace = {"HEDDLE_CANCEL_GRACE_SECONDS", 10, 1, 600};

static bool read_duration(GHashTable *variables, const struct duration *d, int64_t *ms,
                          GError **error)
{
    const char *text = get(variables, d->name);
    char *end = NULL;
    int64_t seconds = text ? g_ascii_strtoll(text, &end, 10) : d->missing;

    if ((!text || !*end) && seconds >= d->least && seconds <= d->most) {
        *ms = seconds * 1000;
        return true;
    }
    g_set_error(error, executor_error(), ERROR_INVALID,
                "%s is \"%s\"; it must be a number of seconds from %" G_GINT64_FORMAT
                " to %" G_GINT64_FORMAT ".",
                d->name, text, d->least, d->most);
    return false;
}

static char **as_list(GHashTable *variables)
{
    GPtrArray *list = g_ptr_array_new();
    GHashTableIter iter;
    gpointer name, value;

    g_hash_table_iter_init(&iter, variables);
    while (g_hash_table_iter_next(&iter, &name, &value))
        g_ptr_array_add(list, g_strdup_printf("%s=%s", (char *)name, (char *)value));
    g_ptr_array_add(list, NULL);
    return (char **)g_ptr_array_free(list, FALSE);
}

static struct config *read_config(GHashTable *variables, GError **error)
{
    g_auto(GStrv) list = as_list(variables);

    return config_from_variables(list, error);
}

struct settings *executor__settings_read_any(char **environment, GError **error)
{
    g_autoptr(settings) s = g_new0(struct settings, 1);

    s->variables = read_variables(environment, error);
    if (!s->variables)
        return NULL;
    s->stamp = stamp_of(s->variables);
    s->token_url = g_strdup(get(s->variables, "TCLOUD_TOKEN_URL"));
    s->name = g_strdup(get(s->variables, "HEDDLE_EXECUTOR_NAME"));
    s->health_listen = g_strdup(get(s->variables, "HEDDLE_HEALTH_LISTEN"));
    s->url = g_strdup(get(s->variables, "TCLOUD_URL"));
    s->client_id = g_strdup(get(s->variables, "TCLOUD_CLIENT_ID"));
    s->client_secret = g_strdup(get(s->variables, "TCLOUD_CLIENT_SECRET"));
    if (!need("TCLOUD_URL", s->url, error) ||
        !read_duration(s->variables, &drain, &s->drain_ms, error) ||
        !read_duration(s->variables, &grace, &s->grace_ms, error))
        return NULL;
    s->config = read_config(s->variables, error);
    return s->config ? g_steal_pointer(&s) : NULL;
}

bool executor__settings_has_client(const struct settings *s, GError **error)
{
    return need("TCLOUD_CLIENT_ID", s->client_id, error) &&
           need("TCLOUD_CLIENT_SECRET", s->client_secret, error);
}

struct settings *executor__settings_read(char **environment, GError **error)
{
    g_autoptr(settings) s = executor__settings_read_any(environment, error);

    return s && executor__settings_has_client(s, error) ? g_steal_pointer(&s) : NULL;
}

void executor__settings_free(struct settings *s)
{
    if (!s)
        return;
    if (s->variables)
        g_hash_table_unref(s->variables);
    config_free(s->config);
    g_free(s->url);
    g_free(s->token_url);
    g_free(s->client_id);
    g_free(s->client_secret);
    g_free(s->name);
    g_free(s->health_listen);
    g_free(s->stamp);
    g_free(s);
}

bool executor__settings_changed(const struct settings *s)
{
    g_autofree char *now = stamp_of(s->variables);

    return strcmp(now, s->stamp) != 0;
}

void executor__settings_restamp(struct settings *s)
{
    g_free(s->stamp);
    s->stamp = stamp_of(s->variables);
}

static bool is_for_the_supervisor(const char *name)
{
    return g_str_has_prefix(name, "TCLOUD_") || g_ascii_strncasecmp(name, "SQLMESH__", 9) == 0;
}

void executor__settings_export(const struct settings *s)
{
    GHashTableIter iter;
    gpointer name, value;

    g_hash_table_iter_init(&iter, s->variables);
    while (g_hash_table_iter_next(&iter, &name, &value))
        if (!is_for_the_supervisor(name) && g_strcmp0(getenv(name), value) != 0)
            setenv(name, value, 1);
}

/* The password in a proxy's address, as written and as it is meant. */
static void register_proxy(const char *address, struct redactor *r)
{
    g_autoptr(GUri) uri = g_uri_parse(address, G_URI_FLAGS_HAS_PASSWORD, NULL);
    g_autoptr(GUri) written =
        g_uri_parse(address, G_URI_FLAGS_HAS_PASSWORD | G_URI_FLAGS_ENCODED, NULL);

    if (uri && written) {
        redactor_add(r, g_uri_get_password(uri));
        redactor_add(r, g_uri_get_password(written));
    }
}

static bool names_proxy(const char *name)
{
    size_t len = strlen(name);

    return len > 6 && g_ascii_strcasecmp(name + len - 6, "_proxy") == 0;
}

void executor__settings_register(const struct settings *s, struct redactor *r)
{
    GHashTableIter iter;
    gpointer name, value;

    g_hash_table_iter_init(&iter, s->variables);
    while (g_hash_table_iter_next(&iter, &name, &value))
        if (is_secret_name(name) && strcmp(name, "TCLOUD_TOKEN_URL") != 0 &&
            strcmp(name, "HEDDLE_SECRETS_DIR") != 0)
            redactor_add(r, value);
        else if (names_proxy(name))
            register_proxy(value, r);
    config_register_secrets(s->config, r);
}
