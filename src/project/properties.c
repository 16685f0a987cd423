/* properties.c -- the properties of a MODEL block, one row each. */
#include "calendar/cron.h"
#include "calendar/date.h"
#include "project/project_int.h"
#include "sql/parse.h"
#include "sql/print.h"

#include <string.h>

#define FIELD(r, row, type) (*(type *)((char *)(r)->draft->model + (row)->offset))

static bool set_text(struct reading *r, const struct property_row *row, const struct property *p,
                     GError **error)
{
    return project__text(r, p, &FIELD(r, row, const char *), error);
}

bool project__set_flag(struct reading *r, const struct property_row *row, const struct property *p,
                       GError **error)
{
    return project__bool(r, p, &FIELD(r, row, bool), error);
}

bool project__set_count(struct reading *r, const struct property_row *row, const struct property *p,
                        GError **error)
{
    return project__count(r, p, &FIELD(r, row, int64_t), error);
}

static bool set_refused(struct reading *r, const struct property_row *row, const struct property *p,
                        GError **error)
{
    return project__fail(r, p->at, error, "\"%s\" %s", row->name, row->note);
}

/* Checked by its reader elsewhere, or without meaning here (formatting, linter rules). */
static bool set_nothing(struct reading *r, const struct property_row *row, const struct property *p,
                        GError **error)
{
    (void)row;
    return p->value.len == 0 || project__unexpanded(r, p, error) != NULL;
}

static bool set_lower(struct reading *r, const struct property_row *row, const struct property *p,
                      GError **error)
{
    const char *text;
    g_autofree char *lower = NULL;

    if (!project__text(r, p, &text, error))
        return false;
    lower = g_ascii_strdown(text, -1);
    FIELD(r, row, const char *) = arena_strdup(r->arena, lower);
    return true;
}

/* One of those configured here, or that an executor has reported. */
static bool set_gateway(struct reading *r, const struct property_row *row, const struct property *p,
                        GError **error)
{
    const struct loader *l = r->loader;
    g_autoptr(GError) why = NULL;
    g_auto(GStrv) lines = NULL;
    const char *name;

    if (!set_lower(r, row, p, error))
        return false;
    name = r->draft->model->gateway;
    for (guint i = 0; l->options->gateways && i < l->options->gateways->len; i++)
        if (g_ascii_strcasecmp(((const struct wire_gateway *)l->options->gateways->pdata[i])->name,
                               name) == 0)
            return true;
    if (!l->config->gateways || l->config->gateways->len == 0 ||
        config_gateway(l->config, name, &why))
        return true;
    lines = g_strsplit(why->message, "\nhint: ", 2);
    project__fail(r, p->value.at, error, "%s", lines[0]);
    if (lines[1])
        error_hint(error, "%s", lines[1]);
    return false;
}

static bool set_unit(struct reading *r, const struct property_row *row, const struct property *p,
                     GError **error)
{
    enum interval_unit unit;
    GError *e = NULL;

    if (!set_lower(r, row, p, error))
        return false;
    if (unit_parse(r->draft->model->interval_unit, &unit, &e))
        return true;
    project__fail(r, p->value.at, error, "%s", e->message);
    g_error_free(e);
    return false;
}

static bool set_date(struct reading *r, const struct property_row *row, const struct property *p,
                     GError **error)
{
    const char *text;
    GError *e = NULL;
    int64_t ms;

    if (!project__text(r, p, &text, error))
        return false;
    FIELD(r, row, const char *) = text;
    if (date_parse(text, r->loader->options->now_ms, &ms, NULL, &e))
        return true;
    project__fail(r, p->value.at, error, "%s", e->message);
    g_error_free(e);
    return false;
}

static bool set_zone(struct reading *r, const struct property_row *row, const struct property *p,
                     GError **error)
{
    const char *text;
    g_autoptr(GTimeZone) zone = NULL;

    if (!project__text(r, p, &text, error))
        return false;
    zone = g_time_zone_new_identifier(text);
    if (!zone)
        return project__fail(r, p->value.at, error,
                             "there is no time zone \"%s\"; an IANA name such as "
                             "'Europe/Berlin' is wanted.",
                             text);
    FIELD(r, row, const char *) = strcmp(text, "UTC") == 0 ? NULL : text;
    return true;
}

static char **to_strv(struct arena *a, const GPtrArray *texts)
{
    char **out = arena_alloc(a, (texts->len + 1) * sizeof *out);

    for (guint i = 0; i < texts->len; i++)
        out[i] = texts->pdata[i];
    out[texts->len] = NULL;
    return out;
}

static GPtrArray *items_of(struct reading *r, const struct property *p, GError **error)
{
    struct sql_node *n = project__expression(r, p, error);

    return n ? project__items(r->arena, n) : NULL;
}

/* tags (a, 'b', c) */
static bool set_words(struct reading *r, const struct property_row *row, const struct property *p,
                      GError **error)
{
    GPtrArray *items = items_of(r, p, error);

    for (guint i = 0; items && i < items->len; i++) {
        const struct sql_node *n = items->pdata[i];

        items->pdata[i] = (char *)project__scalar(r->arena, n);
        if (!items->pdata[i])
            return project__fail(r, n->at, error, "\"%s\" wants names or texts.", p->name);
    }
    if (items)
        FIELD(r, row, char **) = to_strv(r->arena, items);
    return items != NULL;
}

static void set_canonical(struct reading *r, const char *name, const GPtrArray *nodes)
{
    g_autoptr(GString) out = g_string_new("");

    for (guint i = 0; i < nodes->len; i++) {
        sql_canonical_to(out, nodes->pdata[i], r->dialect);
        g_string_append_c(out, '\n');
    }
    g_hash_table_insert(r->draft->canonical, arena_strdup(r->arena, name),
                        arena_strndup(r->arena, out->str, out->len));
}

struct key_search {
    struct reading *r;
    struct key *key;
    unsigned found;
};

static enum sql_visit see_column(struct sql_node *n, void *data)
{
    struct key_search *s = data;

    if (n->kind != SQL_COLUMN)
        return SQL_GO_IN;
    s->found++;
    if (n->last->kind == SQL_IDENTIFIER)
        s->key->column = sql_normalize(s->r->arena, n->last, s->r->dialect);
    return SQL_SKIP;
}

static bool has_key(const struct draft *d, const struct key *key)
{
    for (guint i = 0; i < d->keys->len; i++) {
        const struct key *other = d->keys->pdata[i];

        if (other->property == key->property && strcmp(other->column, key->column) == 0)
            return true;
    }
    return false;
}

/* Each of them names one column, which the model must have: depends.c looks. */
static bool add_key(struct reading *r, const char *property, struct sql_node *n, GError **error)
{
    struct key *key = arena_new_of(r->arena, struct key);
    struct key_search search = {r, key, 0};

    key->property = property;
    key->at = n->at;
    sql_walk(n, see_column, &search);
    if (search.found != 1)
        return project__fail(r, n->at, error, "\"%s\" wants expressions of one column each.",
                             property);
    if (!key->column)
        return true;
    if (has_key(r->draft, key))
        return project__fail(r, n->at, error, "\"%s\" names the column \"%s\" twice.", property,
                             key->column);
    g_ptr_array_add(r->draft->keys, key);
    return true;
}

/* partitioned_by (a, date_trunc('month', b)), grains, references. A text is SQL too. */
static bool set_expressions(struct reading *r, const struct property_row *row,
                            const struct property *p, GError **error)
{
    GPtrArray *items = items_of(r, p, error), *texts = project__list(r->arena);

    for (guint i = 0; items && i < items->len; i++) {
        struct sql_node *n = items->pdata[i];

        if (n->kind == SQL_STRING) {
            const char *text = sql_text(r->arena, n);
            struct source s = {p->name, text, strlen(text)};

            if (!(n = sql_parse_expression(r->arena, &s, r->dialect, error)))
                return false;
            items->pdata[i] = n;
        }
        if (row->note && !add_key(r, row->name, n, error))
            return false;
        g_autofree char *sql = sql_print(n, r->dialect);
        g_ptr_array_add(texts, arena_strdup(r->arena, sql));
    }
    if (!items)
        return false;
    set_canonical(r, row->name, items);
    FIELD(r, row, char **) = to_strv(r->arena, texts);
    return true;
}

static const char *table_text(struct reading *r, struct sql_node *n)
{
    const char *catalog = project__catalog(r->loader, r->draft->model->gateway);
    struct sql_node *table = n;
    struct sql_table parts = {0};

    if (n->kind == SQL_STRING) {
        const char *text = sql_text(r->arena, n);
        struct source s = {"depends_on", text, strlen(text)};

        table = sql_parse_table(r->arena, &s, r->dialect, NULL);
    }
    if (!table)
        return NULL;
    SQL_EACH_CHILD (table, c) {
        if (c->slot != SLOT_PART || c->kind != SQL_IDENTIFIER)
            return NULL;
        parts.catalog = parts.schema;
        parts.schema = parts.name;
        parts.name = sql_normalize(r->arena, c, r->dialect);
    }
    return parts.name ? project__table_fqn(r->arena, &parts, catalog) : NULL;
}

static bool set_depends_on(struct reading *r, const struct property_row *row,
                           const struct property *p, GError **error)
{
    GPtrArray *items = items_of(r, p, error);

    (void)row;
    for (guint i = 0; items && i < items->len; i++) {
        struct sql_node *n = items->pdata[i];

        items->pdata[i] = (char *)table_text(r, n);
        if (!items->pdata[i])
            return project__fail(r, n->at, error, "\"depends_on\" wants names of tables.");
    }
    if (items)
        r->draft->explicit_depends_on = to_strv(r->arena, items);
    return items != NULL;
}

/* `sub` has the name's own text when macros made it. */
static bool set_name(struct reading *r, const struct property_row *row, const struct property *p,
                     GError **error)
{
    const char *catalog = project__catalog(r->loader, r->draft->model->gateway);
    struct source s = {r->source.name, r->source.text + p->value.at, p->value.len};
    struct sql_token first = project__token_at(r, p->value.at);
    struct sql_node *n = NULL;

    (void)row;
    r->draft->name_at = p->value.at;
    if (first.kind == T_STRING)
        return project__fail(r, p->value.at, error,
                             "a model's name stands without quotes, as in a.b.");
    n = sql_parse_table(r->arena, &s, r->dialect, NULL);
    if (!n)
        return project__fail(r, p->value.at, error,
                             "this is no name of a table; a comma may be missing behind it.");
    if (p->has_macro) {
        r->macros.source = NULL;
        GError *e = NULL;
        n = macro_expand(r->arena, n, &r->macros, &e);
        if (!n) {
            project__fail(r, p->value.at, error, "%s", e ? e->message : "this gives no name.");
            g_clear_error(&e);
            return false;
        }
    }
    return project__set_name(r->draft, catalog, n)
               ? true
               : project__fail(r, p->value.at, error,
                               "a model's name has one to three parts: catalog.schema.model.");
}

static bool set_signals(struct reading *r, const struct property_row *row, const struct property *p,
                        GError **error)
{
    const struct sql_node *n = project__unexpanded(r, p, error);

    (void)row;
    if (!n)
        return false;
    if ((n->kind == SQL_TUPLE || n->kind == SQL_ARRAY || n->kind == SQL_PAREN) && !n->child)
        return true;
    return project__fail(r, p->at, error,
                         "signals are written in Python: this needs Python, which this version "
                         "does not run.");
}

static bool set_environment_mode(struct reading *r, const struct property_row *row,
                                 const struct property *p, GError **error)
{
    const char *text;

    (void)row;
    if (!project__text(r, p, &text, error))
        return false;
    return g_ascii_strcasecmp(text, "full") == 0
               ? true
               : project__fail(r, p->value.at, error,
                               "this version knows virtual_environment_mode full only.");
}

#define AT(field) offsetof(struct model, field)
#define NOT_YET   "is not carried out by this version; take it out, or ask for it."

static const struct property_row rows[] = {
    {"name",                     set_name,                         0,                       NULL   },
    {"kind",                     project__set_kind,                0,                       NULL   },
    {"dialect",                  set_lower,                        AT(dialect),             NULL   },
    {"cron",                     set_text,                         AT(cron),                NULL   },
    {"cron_tz",                  set_zone,                         AT(cron_tz),             NULL   },
    {"interval_unit",            set_unit,                         AT(interval_unit),       NULL   },
    {"start",                    set_date,                         AT(start),               NULL   },
    {"end",                      set_date,                         AT(end),                 NULL   },
    {"owner",                    set_text,                         AT(owner),               NULL   },
    {"description",              set_text,                         AT(description),         NULL   },
    {"stamp",                    set_text,                         AT(stamp),               NULL   },
    {"tags",                     set_words,                        AT(tags),                NULL   },
    {"gateway",                  set_gateway,                      AT(gateway),             NULL   },
    {"project",                  set_text,                         AT(project),             NULL   },
    {"grain",                    set_expressions,                  AT(grains),              NULL   },
    {"grains",                   set_expressions,                  AT(grains),              NULL   },
    {"references",               set_expressions,                  AT(references),          NULL   },
    {"depends_on",               set_depends_on,                   0,                       NULL   },
    {"columns",                  project__set_columns,             0,                       NULL   },
    {"column_descriptions",      project__set_column_descriptions, 0,                       NULL   },
    {"audits",                   project__set_audits,              0,                       NULL   },
    {"partitioned_by",           set_expressions,                  AT(partitioned_by),      "key"  },
    {"clustered_by",             set_expressions,                  AT(clustered_by),        "key"  },
    {"storage_format",           set_text,                         AT(storage_format),      NULL   },
    {"table_format",             set_text,                         AT(table_format),        NULL   },
    {"physical_properties",      project__set_object,              AT(physical_properties), NULL   },
    {"table_properties",         project__set_object,              AT(physical_properties), NULL   },
    {"virtual_properties",       project__set_object,              AT(virtual_properties),  NULL   },
    {"session_properties",       project__set_object,              AT(session_properties),  NULL   },
    {"allow_partials",           project__set_flag,                AT(allow_partials),      NULL   },
    {"enabled",                  project__set_flag,                AT(enabled),             NULL   },
    {"optimize_query",           set_nothing,                      0,                       NULL   },
    {"formatting",               set_nothing,                      0,                       NULL   },
    {"ignored_rules",            set_nothing,                      0,                       NULL   },
    {"retention",                set_nothing,                      0,                       NULL   },
    {"blueprints",               set_nothing,                      0,                       NULL   },
    {"signals",                  set_signals,                      0,                       NULL   },
    {"virtual_environment_mode", set_environment_mode,             0,                       NULL   },
    {"physical_version",         set_refused,                      0,                       NOT_YET},
    {"grants",                   set_refused,                      0,                       NOT_YET},
    {"grants_target_layer",      set_refused,                      0,                       NOT_YET},
    {"default_catalog",          set_refused,                      0,
     "cannot be set for one model: it belongs to the gateway's connection."                        },
    {NULL,                       NULL,                             0,                       NULL   },
};

bool project__set_by_rows(struct reading *r, const struct property_row *table, const char *what,
                          const struct property *p, GError **error)
{
    const char *names[64], *nearest;
    size_t n = 0;

    for (const struct property_row *row = table; row->name; row++) {
        if (strcmp(row->name, p->name) == 0)
            return row->set(r, row, p, error);
        if (row->set != set_refused)
            names[n++] = row->name;
    }
    names[n] = NULL;
    project__fail(r, p->at, error, "%s has no property \"%s\".", what, p->name);
    if ((nearest = nearest_name(p->name, names)))
        error_hint(error, "did you mean \"%s\"?", nearest);
    return false;
}

/* The last property of each name, in the block's order. */
static const struct property *last_of(const GArray *properties, const char *name)
{
    for (guint i = properties->len; i > 0; i--) {
        const struct property *p = &g_array_index(properties, struct property, i - 1);

        if (strcmp(p->name, name) == 0)
            return p;
    }
    return NULL;
}

static bool set_first(struct reading *r, const GArray *properties, const char *name, GError **error)
{
    const struct property *p = last_of(properties, name);

    return p ? project__set_by_rows(r, rows, "a MODEL block", p, error)
             : project__set_default(r, rows, name, error);
}

/* What model_defaults may say beside what set_first() reads. */
static const char *const defaults[] = {
    "cron",
    "owner",
    "start",
    "interval_unit",
    "allow_partials",
    "enabled",
    "table_format",
    "storage_format",
    "audits",
    "physical_properties",
    "virtual_properties",
    "session_properties",
    "virtual_environment_mode",
};

bool project__set_properties(struct reading *r, const GArray *properties, GError **error)
{
    static const char *const first[] = {"dialect", "gateway", "kind"};
    const struct property *grain = last_of(properties, "grain");

    if (grain && last_of(properties, "grains"))
        return project__fail(r, grain->at, error, "use \"grains\" alone, not \"grain\" beside it.");
    for (size_t i = 0; i < 2; i++)
        if (!set_first(r, properties, first[i], error))
            return false;
    for (size_t i = 0; i < G_N_ELEMENTS(defaults); i++)
        if (!project__set_default(r, rows, defaults[i], error))
            return false;
    if (last_of(properties, "kind") ? !set_first(r, properties, "kind", error)
                                    : !project__default_kind(r, error))
        return false;
    for (guint i = 0; i < properties->len; i++) {
        const struct property *p = &g_array_index(properties, struct property, i);
        bool done = false;

        for (size_t k = 0; k < G_N_ELEMENTS(first); k++)
            done = done || strcmp(p->name, first[k]) == 0;
        if (!done && last_of(properties, p->name) == p &&
            !project__set_by_rows(r, rows, "a MODEL block", p, error))
            return false;
    }
    return true;
}
