/* audits.c -- AUDIT blocks in files and in models, and what each call of a model means. */
#include "project/project_int.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <string.h>

static bool set_defaults(struct reading *r, struct audit_definition *d, const struct property *p,
                         GError **error)
{
    struct sql_node *n = project__unexpanded(r, p, error);
    GPtrArray *items = n ? project__items(r->arena, n) : NULL;

    for (guint i = 0; items && i < items->len; i++) {
        const struct sql_node *item = items->pdata[i];
        const char *name;
        struct sql_node *value;

        if (!project__pair(item, &name, &value, r->arena))
            return project__fail(r, item->at, error, "\"defaults\" wants (name = value, …).");
        g_autofree char *text = sql_print(value, r->dialect), *lower = g_ascii_strdown(name, -1);
        json_object_set_new(d->defaults, lower, json_string(text));
    }
    return items != NULL;
}

static bool set_lower(struct reading *r, const struct property *p, const char **out, GError **error)
{
    const char *text;
    g_autofree char *lower = NULL;

    if (!project__text(r, p, &text, error))
        return false;
    lower = g_ascii_strdown(text, -1);
    *out = arena_strdup(r->arena, lower);
    return true;
}

/* Words of a standalone audit's schedule: read, for they may stand there. */
static const char *const passed_over[] = {
    "owner", "description", "tags",       "cron",       "cron_tz", "interval_unit", "start", "end",
    "stamp", "project",     "depends_on", "formatting", NULL,
};

static bool set_property(struct reading *r, struct audit_definition *d, const struct property *p,
                         GError **error)
{
    static const char *const names[] = {"name",       "dialect",  "blocking", "skip",
                                        "standalone", "defaults", NULL};
    const char *near;

    if (strcmp(p->name, "name") == 0)
        return set_lower(r, p, &d->name, error);
    if (strcmp(p->name, "dialect") == 0)
        return set_lower(r, p, &d->dialect, error);
    if (strcmp(p->name, "blocking") == 0)
        return project__bool(r, p, &d->blocking, error);
    if (strcmp(p->name, "skip") == 0)
        return project__bool(r, p, &d->skip, error);
    if (strcmp(p->name, "standalone") == 0)
        return project__bool(r, p, &d->standalone, error);
    if (strcmp(p->name, "defaults") == 0)
        return set_defaults(r, d, p, error);
    if (g_strv_contains(passed_over, p->name))
        return true;
    project__fail(r, p->at, error, "an AUDIT block has no property \"%s\".", p->name);
    if ((near = nearest_name(p->name, names)))
        error_hint(error, "did you mean \"%s\"?", near);
    return false;
}

static bool read_head(struct reading *r, struct audit_definition *d, struct sql_range block,
                      GError **error)
{
    GArray *properties = project__read_block(r, block, error);
    bool ok = properties != NULL;

    for (guint i = 0; ok && i < properties->len; i++)
        ok = set_property(r, d, &g_array_index(properties, struct property, i), error);
    if (properties)
        g_array_unref(properties);
    if (ok && !d->name)
        return project__fail(r, block.at, error, "this audit has no name.");
    return ok;
}

/* Refuse what needs Python, and remember the canonical text. */
static bool read_query(struct reading *r, struct audit_definition *d, struct sql_range range,
                       GError **error)
{
    struct sql_node *n;
    g_autofree char *canonical = NULL;

    n = sql_parse_query_in(r->arena, &r->source, range, r->dialect, error);
    if (!n || !project__check_macros(r, n, d->definition_trees, error))
        return false;
    canonical = sql_canonical(n, r->dialect);
    d->canonical = arena_strdup(r->arena, canonical);
    d->query = arena_strndup(r->arena, r->source.text + range.at, range.len);
    d->tree = n;
    return true;
}

static bool is_definition(const struct source *s, struct sql_range r)
{
    return r.len > 5 && g_ascii_strncasecmp(s->text + r.at, "@DEF", 4) == 0;
}

static bool add_definition(struct reading *r, struct audit_definition *d, struct sql_range range,
                           GError **error)
{
    struct model_statement *s = arena_new_of(r->arena, struct model_statement);
    struct sql_node *n = sql_parse_statement_in(r->arena, &r->source, range, r->dialect, error);

    if (!n)
        return false;
    s->sql = arena_strndup(r->arena, r->source.text + range.at, range.len);
    s->at = range.at;
    g_ptr_array_add(d->definitions, s);
    g_ptr_array_add(d->definition_trees, n);
    return true;
}

struct audit_definition *project__read_audit(struct reading *r, const GArray *ranges, guint i,
                                             guint *used, GError **error)
{
    struct audit_definition *d = arena_new_of(r->arena, struct audit_definition);
    struct sql_range block = g_array_index(ranges, struct sql_range, i);
    struct reading own = *r;
    guint first = i;

    d->blocking = true;
    d->path = r->source.name;
    d->dialect = sql_dialect_name(r->dialect);
    d->defaults = project__keep_json(r->arena, json_object());
    d->definitions = project__list(r->arena);
    d->definition_trees = project__list(r->arena);
    if (!read_head(&own, d, block, error))
        return NULL;
    if (!(own.dialect = sql_dialect_find(d->dialect, error)))
        return NULL;
    own.macros.dialect = own.dialect;
    for (i++; i < ranges->len; i++) {
        struct sql_range range = g_array_index(ranges, struct sql_range, i);

        if (is_definition(&r->source, range)) {
            if (!add_definition(&own, d, range, error))
                return NULL;
            continue;
        }
        *used = i + 1 - first;
        return read_query(&own, d, range, error) ? d : NULL;
    }
    project__fail(r, block.at, error, "the audit %s has no query.", d->name);
    return NULL;
}

static bool keep_audit(struct loader *l, struct reading *r, struct audit_definition *d,
                       GError **error)
{
    const struct audit_definition *other = g_hash_table_lookup(l->audits, d->name);

    if (d->standalone) {
        struct model_audit *a = arena_new_of(l->arena, struct model_audit);

        a->name = d->name;
        a->query = d->query;
        a->dialect = d->dialect;
        a->arguments = d->defaults;
        a->definitions = d->definitions;
        g_ptr_array_add(l->project->standalone_audits, a);
        return true;
    }
    if (other) {
        g_set_error(error, project_error(), ERROR_INVALID,
                    "The audit \"%s\" is defined twice: in %s and in %s.", d->name, other->path,
                    r->source.name);
        return false;
    }
    g_hash_table_insert(l->audits, (char *)d->name, d);
    return true;
}

bool project__read_audit_file(struct loader *l, const char *path, GError **error)
{
    struct source source;
    struct reading r;
    struct draft *d;
    GArray *ranges;
    bool ok = true;

    if (!project__read_source(l, path, &source, error))
        return false;
    d = project__draft_new(l, &source);
    project__start_reading(&r, l, d);
    if (!r.dialect || !project__check_jinja(&r, error)) {
        project__draft_clear(d);
        return false;
    }
    ranges = sql_split(&source, r.dialect);
    for (guint i = 0, used = 0; ok && i < ranges->len; i += used) {
        struct sql_range range = g_array_index(ranges, struct sql_range, i);
        struct audit_definition *audit = NULL;

        if (!project__is_block(&source, r.dialect, range, "AUDIT"))
            ok = project__fail(&r, range.at, error, "an AUDIT block is expected here.");
        else
            audit = project__read_audit(&r, ranges, i, &used, error);
        ok = ok && audit && keep_audit(l, &r, audit, error);
    }
    g_array_unref(ranges);
    project__draft_clear(d);
    return ok;
}

/* ---- binding --------------------------------------------------------------------------------- */

static bool check_builtin(struct draft *d, const struct builtin_audit *b,
                          const struct model_audit *a, GError **error)
{
    for (size_t i = 0; b->required[i]; i++)
        if (!json_object_get(a->arguments, b->required[i]))
            return project__fail_draft(d, a->at, error, "the audit %s needs the argument \"%s\".",
                                       a->name, b->required[i]);
    return true;
}

static const struct audit_definition *find_definition(const struct loader *l, const struct draft *d,
                                                      const char *name)
{
    const struct audit_definition *own =
        d->inline_audits ? g_hash_table_lookup(d->inline_audits, name) : NULL;

    return own ? own : g_hash_table_lookup(l->audits, name);
}

static bool refuse_unknown(struct loader *l, struct draft *d, const struct model_audit *a,
                           GError **error)
{
    g_autoptr(GPtrArray) names = g_ptr_array_new();
    GHashTable *tables[] = {l->audits, d->inline_audits};
    GHashTableIter iter;
    gpointer key;
    const char *near;

    for (size_t i = 0; i < G_N_ELEMENTS(tables); i++) {
        if (!tables[i])
            continue;
        g_hash_table_iter_init(&iter, tables[i]);
        while (g_hash_table_iter_next(&iter, &key, NULL))
            g_ptr_array_add(names, key);
    }
    for (const struct builtin_audit *b = project_builtin_audits; b->name; b++)
        g_ptr_array_add(names, (char *)b->name);
    g_ptr_array_add(names, NULL);
    project__fail_draft(d, a->at, error, "the audit \"%s\" is neither built in nor defined.",
                        a->name);
    if ((near = nearest_name(a->name, (const char *const *)names->pdata)))
        error_hint(error, "did you mean \"%s\"?", near);
    return false;
}

static void hash_audit(struct draft *d, const struct model_audit *a,
                       const struct audit_definition *own)
{
    project__hash(d->metadata, a->name);
    project__hash(d->metadata, a->canonical);
    project__hash(d->metadata, a->blocking ? "blocking" : "");
    if (!own)
        return;
    g_autofree char *defaults = json_text(own->defaults);
    project__hash(d->metadata, own->canonical);
    project__hash(d->metadata, own->dialect);
    project__hash(d->metadata, defaults);
    for (guint i = 0; i < own->definition_trees->len; i++) {
        g_autofree char *text = sql_canonical(own->definition_trees->pdata[i], d->dialect);
        project__hash(d->metadata, text);
    }
}

static void bind_definition(struct loader *l, struct draft *d, struct model_audit *a,
                            const struct audit_definition *own)
{
    const char *name;
    json_t *value;

    a->query = own->query;
    a->dialect = own->dialect;
    a->definitions = own->definitions->len > 0 ? own->definitions : NULL;
    if (!a->blocking_given)
        a->blocking = own->blocking;
    json_object_foreach (own->defaults, name, value)
        if (!json_object_get(a->arguments, name))
            json_object_set(a->arguments, name, value);
    project__add_variables(l, d, own->tree, own->definition_trees, d->metadata);
}

bool project__bind_audits(struct loader *l, struct draft *d, GError **error)
{
    GPtrArray *audits = d->model->audits, *kept = project__list(l->arena);

    if (d->model->kind == KIND_EMBEDDED && audits->len > 0)
        return project__fail_draft(d, d->name_at, error,
                                   "an EMBEDDED model has no rows of its own, so no audits.");
    for (guint i = 0; i < audits->len; i++) {
        struct model_audit *a = audits->pdata[i];
        const struct audit_definition *own = find_definition(l, d, a->name);
        bool blocking;
        const struct builtin_audit *builtin =
            own ? NULL : project_builtin_audit(a->name, &blocking);

        if (!own && !builtin)
            return refuse_unknown(l, d, a, error);
        if (builtin && !check_builtin(d, builtin, a, error))
            return false;
        if (builtin && !a->blocking_given)
            a->blocking = blocking;
        if (own)
            bind_definition(l, d, a, own);
        hash_audit(d, a, own);
        if (!own || !own->skip)
            g_ptr_array_add(kept, a);
    }
    d->model->audits = kept;
    return true;
}
