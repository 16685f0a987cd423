/* Selectors of models: names, wildcards, + & | ^ ( ), tag:, path:, git:, resource_type:. */
#include "project/select_int.h"

#include <fnmatch.h>
#include <string.h>

/* A set of the project's models, by their place in project->models. */
typedef bool *set;

struct selection {
    const struct project *project;
    struct arena *arena;
    struct source source; /* the selector */
    const char *at;
    int depth;
    GError **error;
};

enum { MAX_DEPTH = 100 };

static bool parse_or(struct selection *s, set out);

static guint count(const struct selection *s)
{
    return s->project->models->len;
}

static const struct model *model_at(const struct selection *s, guint i)
{
    return s->project->models->pdata[i];
}

static set new_set(struct selection *s)
{
    return arena_zalloc(s->arena, MAX(count(s), 1) * sizeof(bool));
}

static bool fail(struct selection *s, const char *at, const char *why)
{
    error_set_at(s->error, project_error(), ERROR_INVALID, &s->source,
                 (size_t)(at - s->source.text), "%s", why);
    return false;
}

static bool take(struct selection *s, char c)
{
    while (g_ascii_isspace(*s->at))
        s->at++;
    if (*s->at != c)
        return false;
    s->at++;
    return true;
}

/* ---- what a word selects --------------------------------------------------------------------- */

static bool is_pattern(const char *word)
{
    return strpbrk(word, "*?[") != NULL;
}

static bool select_name(struct selection *s, const char *word, set out)
{
    const struct model *found;

    if (is_pattern(word)) {
        for (guint i = 0; i < count(s); i++)
            out[i] = fnmatch(word, model_at(s, i)->name, 0) == 0;
        return true;
    }
    found = project_find(s->project, word, s->error);
    for (guint i = 0; found && i < count(s); i++)
        out[i] = model_at(s, i) == found;
    return found != NULL;
}

static bool select_tag(struct selection *s, const char *word, set out)
{
    g_autofree char *lower = g_ascii_strdown(word, -1);

    for (guint i = 0; i < count(s); i++)
        for (char **tag = model_at(s, i)->tags; tag && *tag; tag++) {
            g_autofree char *own = g_ascii_strdown(*tag, -1);

            out[i] = out[i] || fnmatch(lower, own, 0) == 0;
        }
    return true;
}

static bool select_path(struct selection *s, const char *word, set out)
{
    for (guint i = 0; i < count(s); i++) {
        const char *path = model_at(s, i)->path;

        out[i] = path && fnmatch(word, path, 0) == 0;
    }
    return true;
}

static bool select_git(struct selection *s, const char *word, set out)
{
    g_autoptr(GHashTable) changed = project__git_changes(s->project->config->path, word, s->error);

    for (guint i = 0; changed && i < count(s); i++) {
        const char *path = model_at(s, i)->path;
        g_autofree char *full = NULL;

        if (!path)
            continue;
        full = g_canonicalize_filename(path, s->project->config->path);
        out[i] = g_hash_table_contains(changed, full);
    }
    return changed != NULL;
}

static bool select_type(struct selection *s, const char *word, set out)
{
    bool all = g_ascii_strcasecmp(word, "model") == 0;

    if (!all && g_ascii_strcasecmp(word, "audit") != 0) /* audits are no models: none */
        return fail(s, s->at, "a resource type is \"model\" or \"audit\".");
    for (guint i = 0; i < count(s); i++)
        out[i] = all;
    return true;
}

static const struct method {
    const char *name;
    bool (*select)(struct selection *s, const char *word, set out);
} methods[] = {
    {"tag:",           select_tag },
    {"path:",          select_path},
    {"git:",           select_git },
    {"resource_type:", select_type}
};

static bool select_word(struct selection *s, const char *word, set out)
{
    for (size_t i = 0; i < G_N_ELEMENTS(methods); i++) {
        size_t n = strlen(methods[i].name);

        if (g_ascii_strncasecmp(word, methods[i].name, n) == 0)
            return methods[i].select(s, word + n, out);
    }
    return select_name(s, word, out);
}

/* ---- the graph ------------------------------------------------------------------------------- */

static bool reads_one_of(const struct model *m, GHashTable *names)
{
    for (char **d = m->depends_on; d && *d; d++)
        if (g_hash_table_contains(names, *d))
            return true;
    return false;
}

/* Models stand after what they read, so one pass finds all that follow. */
static void add_children(struct selection *s, set of)
{
    g_autoptr(GHashTable) names = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = 0; i < count(s); i++) {
        of[i] = of[i] || reads_one_of(model_at(s, i), names);
        if (of[i])
            g_hash_table_add(names, (char *)model_at(s, i)->fqn);
    }
}

static void add_parents(struct selection *s, set of)
{
    g_autoptr(GHashTable) read = g_hash_table_new(g_str_hash, g_str_equal);

    for (guint i = count(s); i-- > 0;) {
        of[i] = of[i] || g_hash_table_contains(read, model_at(s, i)->fqn);
        for (char **d = model_at(s, i)->depends_on; of[i] && d && *d; d++)
            g_hash_table_add(read, *d);
    }
}

static void follow(struct selection *s, set of, bool up, bool down)
{
    set parents = new_set(s);

    memcpy(parents, of, count(s) * sizeof(bool));
    if (up)
        add_parents(s, parents);
    if (down)
        add_children(s, of);
    for (guint i = 0; i < count(s); i++)
        of[i] = of[i] || parents[i];
}

/* ---- the language ---------------------------------------------------------------------------- */

/* A word ends at a blank or an operator; quotes hold both. */
static char *take_word(struct selection *s)
{
    const char *from;
    bool quoted = false;

    while (g_ascii_isspace(*s->at))
        s->at++;
    for (from = s->at; *s->at; s->at++) {
        quoted ^= *s->at == '"';
        if (!quoted && (g_ascii_isspace(*s->at) || strchr("()&|^+", *s->at)))
            break;
    }
    return g_strndup(from, (gsize)(s->at - from));
}

static bool parse_group(struct selection *s, const char *open, set out)
{
    bool good;

    if (++s->depth > MAX_DEPTH)
        return fail(s, open, "this is nested too deep.");
    good = parse_or(s, out);
    s->depth--;
    if (good && !take(s, ')'))
        return fail(s, open, "this \"(\" is never closed.");
    return good;
}

/* [+] word or (…) [+] */
static bool parse_item(struct selection *s, set out)
{
    bool up = take(s, '+');
    g_autofree char *word = NULL;
    const char *from;

    if (take(s, '(')) {
        if (!parse_group(s, s->at - 1, out))
            return false;
    } else {
        word = take_word(s);
        from = s->at;
        if (!*word)
            return fail(s, from, "a model's name is missing here.");
        if (!select_word(s, word, out))
            return false;
    }
    follow(s, out, up, take(s, '+'));
    return true;
}

static bool parse_not(struct selection *s, set out)
{
    if (!take(s, '^'))
        return parse_item(s, out);
    if (++s->depth > MAX_DEPTH)
        return fail(s, s->at, "this is nested too deep.");
    if (!parse_not(s, out))
        return false;
    s->depth--;
    for (guint i = 0; i < count(s); i++)
        out[i] = !out[i];
    return true;
}

static bool parse_and(struct selection *s, set out)
{
    if (!parse_not(s, out))
        return false;
    while (take(s, '&')) {
        set other = new_set(s);

        if (!parse_not(s, other))
            return false;
        for (guint i = 0; i < count(s); i++)
            out[i] = out[i] && other[i];
    }
    return true;
}

static bool parse_or(struct selection *s, set out)
{
    if (!parse_and(s, out))
        return false;
    while (take(s, '|')) {
        set other = new_set(s);

        if (!parse_and(s, other))
            return false;
        for (guint i = 0; i < count(s); i++)
            out[i] = out[i] || other[i];
    }
    return true;
}

static bool select_one(const struct project *p, const char *pattern, set into, GError **error)
{
    g_autoptr(arena) a = arena_new();
    struct selection s = {
        .project = p,
        .arena = a,
        .source = {"selector", pattern, strlen(pattern)},
        .at = pattern,
        .error = error
    };
    set found = new_set(&s);

    if (!parse_or(&s, found))
        return false;
    if (!take(&s, '\0'))
        return fail(&s, s.at, "an operator (&, |) is missing before this.");
    for (guint i = 0; i < p->models->len; i++)
        into[i] = into[i] || found[i];
    return true;
}

char **project_select(const struct project *p, const char *const *patterns, GError **error)
{
    g_autofree set found = g_new0(bool, p->models->len + 1);
    GPtrArray *out;

    for (; patterns && *patterns; patterns++)
        if (!select_one(p, *patterns, found, error))
            return NULL;
    out = g_ptr_array_new();
    for (guint i = 0; i < p->models->len; i++)
        if (found[i])
            g_ptr_array_add(out, g_strdup(((struct model *)p->models->pdata[i])->fqn));
    g_ptr_array_add(out, NULL);
    return (char **)g_ptr_array_free(out, FALSE);
}
