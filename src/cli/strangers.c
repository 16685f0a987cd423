/* strangers.c -- tables that a failed model reads and no model makes. */
#include "cli/cli_int.h"

#include "schedule/names.h"

#include <string.h>

/* The last part of "catalog"."schema"."table". g_free(). */
static char *table_of(const char *fqn)
{
    g_autofree char *text = g_strndup(fqn, strlen(fqn) - (g_str_has_suffix(fqn, "\"") ? 1 : 0));
    const char *quote = strrchr(text, '"');

    return g_strdup(quote ? quote + 1 : text);
}

static bool is_word(char c)
{
    return g_ascii_isalnum(c) || c == '_' || (c & 0x80);
}

/* Where `name` stands in the query as a word, in any case of letters; NULL: nowhere. */
static const char *place_of(const struct model *m, const char *name)
{
    size_t len = strlen(name);

    for (const char *at = m->text + m->query_at; *at; at++)
        if (g_ascii_strncasecmp(at, name, len) == 0 && !is_word(at[len]) &&
            (at == m->text || (!is_word(at[-1]) && at[-1] != '@')))
            return at;
    return NULL;
}

static const char *nearest(const struct cli *cli, const struct model *own, const char *name)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    const GPtrArray *models = cli->project->models;

    for (guint i = 0; i < models->len; i++)
        if (models->pdata[i] != own)
            g_ptr_array_add(names, (char *)((const struct model *)models->pdata[i])->name);
    g_ptr_array_add(names, NULL);
    return nearest_name(name, (const char *const *)names->pdata);
}

static void explain(const struct cli *cli, const struct model *m, const char *parent)
{
    const char *catalog = cli->project->default_catalog;
    g_autofree char *shown = names_display(parent, catalog, NULL, 0);
    g_autofree char *table = table_of(parent);
    const char *at = place_of(m, shown), *near = nearest(cli, m, shown);
    const struct source source = {m->path, m->text, strlen(m->text)};
    g_autoptr(GError) note = NULL;

    at = at ? at : place_of(m, table);
    if (!at)
        return;
    error_set_at(&note, cli_error(), ERROR_NOT_FOUND, &source, (size_t)(at - m->text),
                 "%s is read here, and no model of this project makes it.", shown);
    if (near)
        error_hint(&note,
                   "did you mean %s? A table that others make may stand in "
                   "external_models.yaml.",
                   near);
    else
        error_hint(&note, "does it exist? A table that others make may stand in "
                          "external_models.yaml.");
    cli__say(cli, "\n%s", note->message);
}

/* Do the warehouse's words say that something is not there? */
static bool is_missing(const char *words)
{
    return strstr(words, "not exist") || strstr(words, "not found") || strstr(words, "Not found");
}

void cli__explain_failure(const struct cli *cli, const struct wire_failure *w)
{
    const struct model *m = cli->project && w->snapshot_name
                                ? g_hash_table_lookup(cli->project->by_fqn, w->snapshot_name)
                                : NULL;

    if (!m || !m->text || !m->query || !w->message || !is_missing(w->message))
        return;
    for (char **p = m->depends_on; p && *p; p++) {
        g_autofree char *table = table_of(*p);

        if (!g_hash_table_contains(cli->project->by_fqn, *p) && strstr(w->message, table))
            explain(cli, m, *p);
    }
}
