/* {{ env_var('X', 'default') }} in configuration files. */
#include "project/config_int.h"

#include <pwd.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct fill {
    const struct source *source;
    GHashTable *more; /* variables over the environment's, or NULL */
    GString *out;
    GArray *moves;
};

/* An expression being read. */
struct expression {
    const char *at, *end;
};

static bool fail_at(const struct source *s, const char *at, GError **error, const char *why)
{
    struct source shown = project__masked(s, (size_t)(at - s->text), false);

    error_set_at(error, project_error(), ERROR_INVALID, &shown, (size_t)(at - s->text), "%s", why);
    error_hint(error, "of Jinja, a configuration may hold {{ env_var('NAME') }}, "
                      "{{ env_var('NAME', 'default') }}, {{ user() }} and {# comments #}.");
    project__source_clear(&shown);
    return false;
}

static void skip_space(struct expression *e)
{
    while (e->at < e->end && g_ascii_isspace(*e->at))
        e->at++;
}

static bool take(struct expression *e, const char *word)
{
    size_t n = strlen(word);

    skip_space(e);
    if ((size_t)(e->end - e->at) < n || memcmp(e->at, word, n) != 0)
        return false;
    e->at += n;
    return true;
}

/* 'text' or "text"; NULL when there is none. */
static char *take_text(struct expression *e)
{
    GString *out;
    char quote;

    skip_space(e);
    if (e->at >= e->end || (*e->at != '\'' && *e->at != '"'))
        return NULL;
    quote = *e->at++;
    out = g_string_new(NULL);
    for (; e->at < e->end && *e->at != quote; e->at++) {
        if (*e->at == '\\' && e->at + 1 < e->end)
            e->at++;
        g_string_append_c(out, *e->at);
    }
    if (e->at < e->end)
        e->at++;
    else
        e->end = e->at - 1; /* not closed: nothing after it will fit */
    return g_string_free(out, FALSE);
}

/* A text, a number or a word such as none and true, as Jinja would print it. */
static char *take_value(struct expression *e)
{
    static const char *const words[][2] = {
        {"none",  "None" },
        {"None",  "None" },
        {"true",  "True" },
        {"True",  "True" },
        {"false", "False"},
        {"False", "False"}
    };
    char *text = take_text(e);
    const char *from = e->at;

    if (text)
        return text;
    for (size_t i = 0; i < G_N_ELEMENTS(words); i++)
        if (take(e, words[i][0]))
            return g_strdup(words[i][1]);
    while (e->at < e->end && (g_ascii_isdigit(*e->at) || strchr("-.", *e->at)))
        e->at++;
    return e->at > from ? g_strndup(from, (gsize)(e->at - from)) : NULL;
}

static const char *variable(const struct fill *f, const char *name)
{
    const char *value = f->more ? g_hash_table_lookup(f->more, name) : NULL;

    return value ? value : getenv(name);
}

/* After `env_var(`. NULL when it is not what we read. */
static char *env_var(const struct fill *f, struct expression *e)
{
    g_autofree char *name = (take(e, "key") ? take(e, "=") : true) ? take_text(e) : NULL;
    g_autofree char *missing = NULL;
    const char *value;

    if (!name)
        return NULL;
    if (take(e, ",")) {
        if (take(e, "default") && !take(e, "="))
            return NULL;
        missing = take_value(e);
        if (!missing)
            return NULL;
    }
    if (!take(e, ")"))
        return NULL;
    value = variable(f, name);
    if (value)
        return g_strdup(value);
    return g_strdup(missing ? missing : "None"); /* as Jinja prints what is not there */
}

static char *user_name(struct expression *e)
{
    const char *const names[] = {"LOGNAME", "USER", "LNAME", "USERNAME"};
    const struct passwd *p;

    if (!take(e, ")"))
        return NULL;
    for (size_t i = 0; i < G_N_ELEMENTS(names); i++)
        if (getenv(names[i]) && *getenv(names[i]))
            return g_strdup(getenv(names[i]));
    p = getpwuid(getuid());
    return g_strdup(p ? p->pw_name : "");
}

static char *evaluate(const struct fill *f, struct expression *e)
{
    g_autofree char *value = NULL;

    if (take(e, "env_var") && take(e, "("))
        value = env_var(f, e);
    else if (take(e, "user") && take(e, "("))
        value = user_name(e);
    skip_space(e);
    return e->at == e->end ? g_steal_pointer(&value) : NULL;
}

static void move(struct fill *f, size_t written, bool fixed)
{
    struct yaml_move m = {f->out->len, written, fixed};

    g_array_append_val(f->moves, m);
}

static bool in_comment(const struct source *s, const char *at)
{
    while (at > s->text && at[-1] != '\n')
        at--;
    while (g_ascii_isspace(*at) && *at != '\n')
        at++;
    return *at == '#';
}

/* {{ … }} from `open` to `close` (which is at the closing braces). */
static bool fill_expression(struct fill *f, const char *open, const char *close, GError **error)
{
    struct expression e = {open + 2, close};
    g_autofree char *value = NULL;

    if (e.at < e.end && *e.at == '-')
        e.at++;
    if (e.end > e.at && e.end[-1] == '-')
        e.end--;
    value = evaluate(f, &e);
    if (!value && !in_comment(f->source, open))
        return fail_at(f->source, open, error, "Heddle does not read this Jinja expression.");
    move(f, (size_t)(open - f->source->text), true);
    g_string_append(f->out, value ? value : "");
    move(f, (size_t)(close + 2 - f->source->text), false);
    return true;
}

/* The next piece of Jinja at or after `at`; NULL: no more. */
static const char *next_piece(const char *at)
{
    for (at = strchr(at, '{'); at; at = strchr(at + 1, '{'))
        if (at[1] == '{' || at[1] == '%' || at[1] == '#')
            return at;
    return NULL;
}

static bool fill_piece(struct fill *f, const char *open, const char **after, GError **error)
{
    const char *closing = open[1] == '{' ? "}}" : open[1] == '#' ? "#}" : "%}";
    const char *close = strstr(open + 2, closing);

    if (!close)
        return fail_at(f->source, open, error, "this is never closed.");
    *after = close + 2;
    if (open[1] == '{')
        return fill_expression(f, open, close, error);
    if (open[1] == '%' && !in_comment(f->source, open))
        return fail_at(f->source, open, error, "Heddle does not read Jinja statements here.");
    move(f, (size_t)(*after - f->source->text), false);
    return true;
}

char *project__fill_in(const struct source *s, GHashTable *more, GArray *moves, GError **error)
{
    struct fill f = {s, more, g_string_new(NULL), moves};
    const char *at = s->text, *open;

    move(&f, 0, false);
    while ((open = next_piece(at))) {
        g_string_append_len(f.out, at, open - at);
        if (!fill_piece(&f, open, &at, error)) {
            g_string_free(f.out, TRUE);
            return NULL;
        }
    }
    g_string_append(f.out, at);
    return g_string_free(f.out, FALSE);
}
