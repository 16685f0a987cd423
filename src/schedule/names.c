/* Names of physical tables and of views, as SQLMesh makes them. */
#include "schedule/names.h"

#include "schedule/schedule.h"

#include <string.h>

/* One quoted part of a name at *at, undoubled; *at moves behind it. NULL: it is none. */
static char *read_part(const char **at)
{
    g_autoptr(GString) out = g_string_new(NULL);
    const char *p = *at;

    if (*p++ != '"')
        return NULL;
    for (; *p; p++) {
        if (*p == '"' && *++p != '"') {
            *at = p;
            return out->len ? g_string_free(g_steal_pointer(&out), FALSE) : NULL;
        }
        g_string_append_c(out, *p);
    }
    return NULL;
}

static GPtrArray *read_parts(const char *fqn)
{
    g_autoptr(GPtrArray) parts = g_ptr_array_new_with_free_func(g_free);

    for (const char *p = fqn;; p++) {
        char *part = read_part(&p);

        if (!part)
            return NULL;
        g_ptr_array_add(parts, part);
        if (*p == '\0')
            return g_steal_pointer(&parts);
        if (*p != '.')
            return NULL;
    }
}

struct wire_table *names_split(const char *fqn, GError **error)
{
    g_autoptr(GPtrArray) parts = read_parts(fqn);
    struct wire_table *t;

    if (!parts || parts->len > 3) {
        g_set_error(error, schedule_error(), ERROR_INVALID,
                    "\"%s\" is no full name of a model: one looks like "
                    "\"catalog\".\"schema\".\"model\", each part in quotes.",
                    fqn);
        return NULL;
    }
    t = wire_table_new();
    t->name = g_steal_pointer(&parts->pdata[parts->len - 1]);
    if (parts->len > 1)
        t->schema = g_steal_pointer(&parts->pdata[parts->len - 2]);
    if (parts->len > 2)
        t->catalog = g_steal_pointer(&parts->pdata[0]);
    return t;
}

/* What is no ASCII letter, digit or underscore becomes an underscore. */
static void append_sanitized(GString *out, const char *part)
{
    for (const char *p = part; *p; p = g_utf8_next_char(p))
        g_string_append_c(out, g_ascii_isalnum(*p) ? *p : '_');
}

struct wire_table *names_physical(const struct wire_snapshot *s, bool dev)
{
    struct wire_table *t = wire_table_new();
    GString *name = g_string_new(NULL);

    if (s->view->schema) {
        append_sanitized(name, s->view->schema);
        g_string_append(name, "__");
    }
    append_sanitized(name, s->view->name);
    g_string_append_printf(name, "__%s%s", dev ? s->dev_version : s->version, dev ? "__dev" : "");
    t->catalog = g_strdup(s->view->catalog);
    t->schema = g_strdup(s->physical_schema);
    t->name = g_string_free(name, FALSE);
    return t;
}

static char *with_suffix(const char *name, const char *environment, bool wanted)
{
    return wanted && name ? g_strdup_printf("%s__%s", name, environment) : g_strdup(name);
}

struct wire_table *names_view(const struct wire_snapshot *s, const struct wire_environment *env)
{
    const struct wire_table *own = s->view;
    bool dev = !names_is_prod(env->name);
    struct wire_table *t = wire_table_new();

    if (env->catalog && !(dev && env->suffix_target == SUFFIX_CATALOG))
        t->catalog = g_strdup(env->catalog);
    else
        t->catalog =
            with_suffix(own->catalog, env->name, dev && env->suffix_target == SUFFIX_CATALOG);
    t->schema = with_suffix(own->schema ? own->schema : "default", env->name,
                            dev && env->suffix_target == SUFFIX_SCHEMA);
    t->name = with_suffix(own->name, env->name, dev && env->suffix_target == SUFFIX_TABLE);
    return t;
}

char *names_display(const char *fqn, const char *default_catalog, const char *environment,
                    int suffix_target)
{
    g_autoptr(wire_table) t = names_split(fqn, NULL);
    bool dev = environment && !names_is_prod(environment);
    g_autofree char *catalog = NULL, *schema = NULL, *name = NULL;

    if (!t)
        return g_strdup(fqn);
    if (t->catalog &&
        (g_strcmp0(t->catalog, default_catalog) != 0 || (dev && suffix_target == SUFFIX_CATALOG)))
        catalog = with_suffix(t->catalog, environment, dev && suffix_target == SUFFIX_CATALOG);
    schema = with_suffix(t->schema, environment, dev && suffix_target == SUFFIX_SCHEMA);
    name = with_suffix(t->name, environment, dev && suffix_target == SUFFIX_TABLE);
    return g_strdup_printf("%s%s%s%s%s", catalog ? catalog : "", catalog ? "." : "",
                           schema ? schema : "", schema ? "." : "", name);
}

bool names_is_prod(const char *environment)
{
    return strcmp(environment, "prod") == 0;
}
