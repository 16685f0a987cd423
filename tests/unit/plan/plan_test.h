/* plan_test.h -- projects in a few lines, and a world that remembers what plans did.
 *
 * A project is one model a line:
 *
 *     NAME KIND [< PARENT …] [owner=…] [start=…] [cron=…] [lookback=…] [forward_only] [columns=?]
 *                [data=…] [audit=NAME …] [: QUERY]
 *
 * The world keeps snapshots, intervals and environments as the control plane does, and fills what
 * the schedule of a posted plan asks for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/ids.h"
#include "calendar/date.h"
#include "plan/plan.h"
#include "schedule/names.h"

static inline int64_t at(const char *text)
{
    int64_t ms = 0;

    assert_true(date_parse(text, 0, &ms, NULL, NULL));
    return ms;
}

/* ---- projects ---- */

static inline char *full_name(const char *name)
{
    return g_strdup_printf("\"db\".\"a\".\"%s\"", name);
}

static inline char *hash(const char *text)
{
    return g_strdup_printf("%u", crc32_add(0, text, strlen(text)));
}

static inline struct project *sketch_new(void)
{
    struct project *p = g_new0(struct project, 1);

    p->arena = arena_new();
    p->config = g_new0(struct config, 1);
    p->models = g_ptr_array_new();
    p->by_fqn = g_hash_table_new(g_str_hash, g_str_equal);
    p->snapshots = g_ptr_array_new_with_free_func((GDestroyNotify)wire_snapshot_free);
    p->snapshots_by_name = g_hash_table_new(g_str_hash, g_str_equal);
    p->default_catalog = "db";
    p->default_dialect = "duckdb";
    return p;
}

static inline void sketch_free(struct project *p)
{
    if (!p)
        return;
    for (guint i = 0; i < p->models->len; i++) {
        struct model *m = p->models->pdata[i];

        g_ptr_array_unref(m->audits);
        g_ptr_array_unref(m->pre);
        g_ptr_array_unref(m->post);
        g_ptr_array_unref(m->on_virtual_update);
        g_ptr_array_unref(m->definitions);
    }
    g_ptr_array_unref(p->models);
    g_hash_table_unref(p->by_fqn);
    g_ptr_array_unref(p->snapshots);
    g_hash_table_unref(p->snapshots_by_name);
    json_decref(p->config->plan);
    json_decref(p->config->raw);
    json_decref(p->statements);
    g_free(p->config);
    arena_free(p->arena);
    g_free(p);
}

static inline int kind_of(const char *word)
{
    for (int i = 0; i < KIND_COUNT; i++)
        if (strcmp(model_kind_names[i], word) == 0)
            return i;
    fail_msg("no kind %s", word);
    return 0;
}

struct sketch_line {
    struct model *model;
    GString *data, *parents_data, *parents_metadata;
    GPtrArray *parents; /* of struct wire_snapshot, borrowed */
};

static inline void sketch_audit(struct project *p, struct model *m, const char *name)
{
    struct model_audit *a = arena_new_of(p->arena, struct model_audit);

    a->name = name;
    a->blocking = true;
    a->arguments = json_object();
    arena_defer(p->arena, (void (*)(void *))json_decref, a->arguments);
    g_ptr_array_add(m->audits, a);
}

static inline void sketch_word(struct project *p, struct sketch_line *l, const char *word)
{
    struct model *m = l->model;
    g_auto(GStrv) pair = g_strsplit(word, "=", 2);
    const char *value = pair[1] ? arena_strdup(p->arena, pair[1]) : "";

    if (strcmp(word, "forward_only") == 0)
        m->forward_only = true;
    else if (strcmp(pair[0], "owner") == 0)
        m->owner = value;
    else if (strcmp(pair[0], "start") == 0)
        m->start = value;
    else if (strcmp(pair[0], "cron") == 0)
        m->cron = value;
    else if (strcmp(pair[0], "lookback") == 0)
        m->lookback = g_ascii_strtoll(value, NULL, 10);
    else if (strcmp(pair[0], "columns") == 0)
        m->columns_known = strcmp(value, "?") != 0;
    else if (strcmp(pair[0], "audit") == 0)
        sketch_audit(p, m, value);
    else if (strcmp(pair[0], "data") != 0)
        fail_msg("%s?", word);
    if (strcmp(pair[0], "data") == 0 || strcmp(pair[0], "lookback") == 0)
        g_string_append_printf(l->data, " %s", word);
}

static inline void sketch_parent(struct project *p, struct sketch_line *l, const char *word)
{
    g_autofree char *name = full_name(word);
    const struct wire_snapshot *s = g_hash_table_lookup(p->snapshots_by_name, name);

    assert_non_null(s);
    g_ptr_array_add(l->parents, (void *)s);
    g_string_append_printf(l->parents_data, "%s %s,", s->data_hash, s->parent_data_hash);
    g_string_append_printf(l->parents_metadata, "%s %s,", s->metadata_hash,
                           s->parent_metadata_hash);
}

static inline char *sketch_metadata(const struct model *m)
{
    GString *out = g_string_new(m->owner);

    for (guint i = 0; i < m->audits->len; i++)
        g_string_append_printf(out, " %s", ((struct model_audit *)m->audits->pdata[i])->name);
    return g_string_free(out, FALSE);
}

static inline struct wire_snapshot *sketch_snapshot(const struct sketch_line *l)
{
    struct wire_snapshot *s = wire_snapshot_new();
    const struct model *m = l->model;
    g_autofree char *all = NULL, *metadata = sketch_metadata(m);

    s->name = g_strdup(m->fqn);
    s->data_hash = hash(l->data->str);
    s->metadata_hash = hash(metadata);
    s->parent_data_hash = hash(l->parents_data->str);
    s->parent_metadata_hash = hash(l->parents_metadata->str);
    all = g_strdup_printf("%s;%s;%s;%s", s->data_hash, s->metadata_hash, s->parent_data_hash,
                          s->parent_metadata_hash);
    s->identifier = hash(all);
    s->kind = m->kind;
    s->cron = g_strdup(m->cron);
    s->interval_unit = g_strdup(strcmp(m->cron, "@hourly") == 0 ? "hour" : "day");
    s->start = g_strdup(m->start);
    s->lookback = m->lookback;
    s->forward_only = m->forward_only;
    s->view = names_split(s->name, NULL);
    s->physical_schema = g_strdup("sqlmesh__a");
    s->definition = model_definition(m);
    for (guint i = 0; i < l->parents->len; i++) {
        const struct wire_snapshot *parent = l->parents->pdata[i];
        struct wire_snapshot_id *id = wire_snapshot_id_new();

        id->name = g_strdup(parent->name);
        id->identifier = g_strdup(parent->identifier);
        g_ptr_array_add(s->parents, id);
    }
    return s;
}

static inline struct model *sketch_model(struct project *p, const char *name, int kind)
{
    struct model *m = arena_new_of(p->arena, struct model);
    g_autofree char *fqn = full_name(name);

    m->name = arena_printf(p->arena, "a.%s", name);
    m->fqn = arena_strdup(p->arena, fqn);
    m->catalog = "db";
    m->schema = "a";
    m->table = arena_strdup(p->arena, name);
    m->kind = kind;
    m->dialect = "duckdb";
    m->cron = "@daily";
    m->start = "2024-01-01";
    m->enabled = true;
    m->columns_known = true;
    if (kind == KIND_INCREMENTAL_BY_TIME_RANGE)
        m->time_column = "ds";
    m->audits = g_ptr_array_new();
    m->pre = g_ptr_array_new();
    m->post = g_ptr_array_new();
    m->on_virtual_update = g_ptr_array_new();
    m->definitions = g_ptr_array_new();
    return m;
}

static inline void sketch_line(struct project *p, const char *line)
{
    g_auto(GStrv) halves = g_strsplit(line, " : ", 2);
    g_auto(GStrv) words = g_strsplit(halves[0], " ", -1);
    struct sketch_line l = {.data = g_string_new(halves[0] && words[1] ? words[1] : ""),
                            .parents_data = g_string_new(NULL),
                            .parents_metadata = g_string_new(NULL),
                            .parents = g_ptr_array_new()};
    struct wire_snapshot *s;
    bool reads = false;

    l.model = sketch_model(p, words[0], kind_of(words[1]));
    l.model->query = l.model->kind == KIND_SEED || l.model->kind == KIND_EXTERNAL
                         ? NULL
                         : arena_strdup(p->arena, halves[1] ? halves[1] : "SELECT 1 AS x");
    g_string_append(l.data, l.model->query ? l.model->query : "");
    for (size_t i = 2; words[i]; i++) {
        if (strcmp(words[i], "<") == 0)
            reads = true;
        else if (reads && !strchr(words[i], '=') && strcmp(words[i], "forward_only") != 0)
            sketch_parent(p, &l, words[i]);
        else
            sketch_word(p, &l, words[i]);
    }
    s = sketch_snapshot(&l);
    g_ptr_array_add(p->models, l.model);
    g_hash_table_insert(p->by_fqn, (void *)l.model->fqn, l.model);
    g_ptr_array_add(p->snapshots, s);
    g_hash_table_insert(p->snapshots_by_name, s->name, s);
    g_string_free(l.data, TRUE);
    g_string_free(l.parents_data, TRUE);
    g_string_free(l.parents_metadata, TRUE);
    g_ptr_array_unref(l.parents);
}

static inline struct project *sketch(const char *text)
{
    struct project *p = sketch_new();
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);

    for (size_t i = 0; lines[i]; i++)
        if (*g_strstrip(lines[i]))
            sketch_line(p, lines[i]);
    return p;
}

/* ---- the world ---- */

struct world {
    int64_t now_ms;
    GHashTable *snapshots;    /* "name identifier" -> struct wire_snapshot */
    GHashTable *tables;       /* "name version" or "name dev-version dev" -> struct intervals */
    GHashTable *environments; /* name -> struct wire_environment */
    int plans;
};

static inline struct world *world_new(const char *now)
{
    struct world *w = g_new0(struct world, 1);

    w->now_ms = at(now);
    w->snapshots =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)wire_snapshot_free);
    w->tables =
        g_hash_table_new_full(g_str_hash, g_str_equal, g_free, (GDestroyNotify)intervals_free);
    w->environments = g_hash_table_new_full(g_str_hash, g_str_equal, g_free,
                                            (GDestroyNotify)wire_environment_free);
    return w;
}

static inline void world_free(struct world *w)
{
    g_hash_table_unref(w->snapshots);
    g_hash_table_unref(w->tables);
    g_hash_table_unref(w->environments);
    g_free(w);
}

static inline struct intervals *world_table(struct world *w, const struct wire_snapshot *s,
                                            bool deployable)
{
    char *key = deployable ? g_strdup_printf("%s %s", s->name, s->version)
                           : g_strdup_printf("%s %s dev", s->name, s->dev_version);
    struct intervals *have = g_hash_table_lookup(w->tables, key);

    if (have) {
        g_free(key);
        return have;
    }
    have = intervals_new();
    g_hash_table_insert(w->tables, key, have);
    return have;
}

static inline bool world_shows(struct world *w, const struct wire_snapshot *s)
{
    const struct wire_environment *prod = g_hash_table_lookup(w->environments, "prod");

    for (guint i = 0; prod && i < prod->members->len; i++) {
        const struct wire_member *m = prod->members->pdata[i];

        if (strcmp(m->name, s->name) == 0 && strcmp(m->identifier, s->identifier) == 0)
            return true;
    }
    return false;
}

/* A stored snapshot as the control plane answers it; NULL: it has none. */
static inline struct wire_snapshot *world_find(struct world *w, const char *name,
                                               const char *identifier, bool definition)
{
    g_autofree char *key = g_strdup_printf("%s %s", name, identifier);
    const struct wire_snapshot *stored = g_hash_table_lookup(w->snapshots, key);
    struct wire_snapshot *s;

    if (!stored)
        return NULL;
    s = wire_copy(&wire_snapshot_type, stored);
    if (!definition)
        g_clear_pointer(&s->definition, json_decref);
    s->intervals = intervals_copy(world_table(w, s, true));
    s->dev_intervals = intervals_copy(world_table(w, s, false));
    s->deployed = world_shows(w, s);
    return s;
}

static inline struct wire_environment *world_environment(struct world *w, const char *name)
{
    const struct wire_environment *stored = g_hash_table_lookup(w->environments, name);
    struct wire_environment *e;

    if (!stored)
        return NULL;
    e = wire_copy(&wire_environment_type, stored);
    for (guint i = 0; i < e->members->len; i++) {
        const struct wire_member *m = e->members->pdata[i];

        g_ptr_array_add(e->snapshots, world_find(w, m->name, m->identifier, false));
    }
    return e;
}

struct answers {
    struct wire_environment *environment, *base, *prod;
    struct wire_snapshots *known;
};

static inline void answers_clear(struct answers *a)
{
    wire_environment_free(a->environment);
    wire_environment_free(a->base);
    wire_environment_free(a->prod);
    wire_snapshots_free(a->known);
}

static inline void world_answer(struct world *w, const struct project *p, const char *environment,
                                struct answers *out)
{
    g_autoptr(wire_lookup) needs = NULL;

    out->environment = world_environment(w, environment);
    out->base = out->environment ? NULL : world_environment(w, "prod");
    out->prod = world_environment(w, "prod");
    out->known = wire_snapshots_new();
    needs = plan_needs(p, out->environment ? out->environment : out->base);
    for (guint i = 0; i < needs->ids->len; i++) {
        const struct wire_snapshot_id *id = needs->ids->pdata[i];
        struct wire_snapshot *s = world_find(w, id->name, id->identifier, needs->definitions);

        if (s)
            g_ptr_array_add(out->known->snapshots, s);
    }
}

static inline struct plan *world_plan(struct world *w, const struct project *p,
                                      const struct plan_options *o, struct answers *a,
                                      GError **error)
{
    struct plan_state state;

    world_answer(w, p, o->environment, a);
    state = (struct plan_state){a->environment, a->base, a->prod, a->known};
    return plan_build(p, o, &state, error);
}

/* What the control plane makes of a posted plan: the same schedule, from its own state. */
static inline void world_fill(struct world *w, const struct wire_plan *m, const struct plan *p)
{
    g_autoptr(GPtrArray) all = g_ptr_array_new_with_free_func((GDestroyNotify)wire_snapshot_free);
    struct schedule_request r = {
        .snapshots = all,
        .restatements = m->restatements,
        .bounds = m->bounds->len ? m->bounds : NULL,
        .start_ms = m->start_ms,
        .end_ms = m->end_ms,
        .execution_ms = m->execution_ms == TIME_NONE ? w->now_ms : m->execution_ms,
        .now_ms = w->now_ms,
        .is_dev = !names_is_prod(m->environment->name),
        .end_bounded = m->end_ms != TIME_NONE,
    };
    g_autoptr(schedule) s = NULL;

    for (guint i = 0; i < m->environment->members->len; i++) {
        const struct wire_member *one = m->environment->members->pdata[i];

        g_ptr_array_add(all, world_find(w, one->name, one->identifier, false));
    }
    s = schedule_new(&r, NULL);
    assert_non_null(s);
    for (guint i = 0; i < s->items->len; i++) {
        const struct schedule_item *item = s->items->pdata[i];
        const struct schedule_item *seen =
            g_hash_table_lookup(p->schedule->by_name, item->snapshot->name);

        assert_int_equal(item->deployable, seen->deployable);
        if (intervals_count(seen->missing) == 0)
            assert_int_equal(intervals_count(item->missing), 0);
        if (!m->skip_backfill)
            intervals_add_all(world_table(w, item->snapshot, item->deployable), item->missing);
    }
}

static inline void world_apply(struct world *w, const struct plan *p)
{
    g_autoptr(wire_plan) m = plan_message(p);
    struct wire_environment *e;

    for (guint i = 0; i < m->snapshots->len; i++) {
        struct wire_snapshot *s = wire_copy(&wire_snapshot_type, m->snapshots->pdata[i]);

        assert_true(!schedule_has_table(s->kind) || (s->version && s->dev_version));
        assert_non_null(s->definition);
        g_clear_pointer(&s->intervals, intervals_free);
        g_clear_pointer(&s->dev_intervals, intervals_free);
        g_hash_table_insert(w->snapshots, g_strdup_printf("%s %s", s->name, s->identifier), s);
    }
    world_fill(w, m, p);
    e = wire_copy(&wire_environment_type, m->environment);
    g_free(e->plan_id);
    e->plan_id = g_strdup_printf("p%d", ++w->plans);
    e->finalized_ms = w->now_ms;
    g_hash_table_insert(w->environments, g_strdup(e->name), e);
}
