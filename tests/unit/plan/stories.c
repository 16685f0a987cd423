/* stories.c -- runs tests/cases/plan/NAME.txt: what plans show and do, one after the other.
 *
 *     == a title
 *     -- models          the project from now on (see plan_test.h)
 *     -- now TIME        the clock
 *     -- plan ENV [--forward-only] [--start T] …    and what it prints, without differences; then
 * it is applied. "-- error": the words of the refusal
 *     -- tables ENV      model, category, version and dev version (v1, v2 … as they first appear),
 *                        whether prod shows it
 *     -- views ENV       the models that have a view there
 */
#include "plan_test.h"

struct story {
    struct world *world;
    struct project *project;
    GPtrArray *projects; /* snapshots of plans may point into them */
    GPtrArray *versions;
    char *error;
};

static void read_option(struct plan_options *o, char **list, char **words, size_t *i)
{
    static const struct {
        const char *name;
        size_t offset;
    } flags[] =
        {
            {"--forward-only",           offsetof(struct plan_options, forward_only)          },
            {"--skip-backfill",          offsetof(struct plan_options, skip_backfill)         },
            {"--empty-backfill",         offsetof(struct plan_options, empty_backfill)        },
            {"--include-unmodified",     offsetof(struct plan_options, include_unmodified)    },
            {"--no-auto-categorization", offsetof(struct plan_options, no_auto_categorization)},
    },
      texts[] = {
          {"--start", offsetof(struct plan_options, start)},
          {"--end", offsetof(struct plan_options, end)},
          {"--execution-time", offsetof(struct plan_options, execution_time)},
      };

    for (unsigned k = 0; k < G_N_ELEMENTS(flags); k++)
        if (strcmp(words[*i], flags[k].name) == 0) {
            *(bool *)((char *)o + flags[k].offset) = true;
            return;
        }
    for (unsigned k = 0; k < G_N_ELEMENTS(texts); k++)
        if (strcmp(words[*i], texts[k].name) == 0) {
            *(const char **)((char *)o + texts[k].offset) = words[++*i];
            return;
        }
    if (strcmp(words[*i], "--min-intervals") == 0)
        o->min_intervals = g_ascii_strtoll(words[++*i], NULL, 10);
    else if (strcmp(words[*i], "--restate-model") == 0)
        (o->restate_models = list)[0] = words[++*i];
    else if (strcmp(words[*i], "--select-model") == 0)
        (o->select_models = list)[0] = words[++*i];
    else if (strcmp(words[*i], "--backfill-model") == 0)
        (o->backfill_models = list)[0] = words[++*i];
    else
        fail_msg("no option %s", words[*i]);
}

/* Lines of text differences; those of trees may begin with blanks as well. */
static bool is_difference(const char *line)
{
    return strchr("-+@", line[0]) || (line[0] == ' ' && !strstr(line, "── "));
}

static char *plan_text(const struct plan *p)
{
    g_autofree char *summary = plan_summary(p, true), *backfill = plan_backfill_summary(p);
    g_autofree char *both = g_strconcat(summary, backfill, NULL);
    g_auto(GStrv) lines = g_strsplit(both, "\n", -1);
    GString *out = g_string_new(NULL);

    for (size_t i = 0; lines[i]; i++)
        if (lines[i][0] && !is_difference(lines[i]))
            g_string_append_printf(out, "%s\n", lines[i]);
    return g_string_free(out, FALSE);
}

static char *do_plan(struct story *s, const char *command)
{
    g_auto(GStrv) words = g_strsplit(command, " ", -1);
    struct plan_options o = {
        .environment = words[0], .create_from = "prod", .now_ms = s->world->now_ms};
    struct answers a = {0};
    char *list[] = {NULL, NULL};
    g_autoptr(plan) p = NULL;
    GError *error = NULL;
    char *out;

    for (size_t i = 1; words[i]; i++)
        read_option(&o, list, words, &i);
    g_clear_pointer(&s->error, g_free);
    p = world_plan(s->world, s->project, &o, &a, &error);
    if (!p) {
        s->error = g_strdup(error->message);
        g_error_free(error);
        out = g_strdup("");
    } else {
        out = plan_text(p);
        if (!o.no_auto_categorization)
            world_apply(s->world, p);
    }
    answers_clear(&a);
    return out;
}

/* The version's number in the order in which versions were first seen here. */
static guint version_number(struct story *s, const char *version)
{
    guint at;

    if (!g_ptr_array_find_with_equal_func(s->versions, version, g_str_equal, &at)) {
        at = s->versions->len;
        g_ptr_array_add(s->versions, g_strdup(version));
    }
    return at + 1;
}

static char *tables_text(struct story *s, const char *environment)
{
    g_autoptr(wire_environment) e = world_environment(s->world, environment);
    GString *out = g_string_new(NULL);

    assert_non_null(e);
    for (guint i = 0; i < e->snapshots->len; i++) {
        const struct wire_snapshot *one = e->snapshots->pdata[i];

        g_string_append_printf(out, "%s %s v%u", one->view->name,
                               change_category_names[one->category],
                               version_number(s, one->version));
        g_string_append_printf(out, " dev v%u%s\n", version_number(s, one->dev_version),
                               one->deployed ? " deployed" : "");
    }
    return g_string_free(out, FALSE);
}

static char *views_text(struct story *s, const char *environment)
{
    g_autoptr(wire_environment) e = world_environment(s->world, environment);
    GString *out = g_string_new(NULL);

    assert_non_null(e);
    for (guint i = 0; i < e->members->len; i++) {
        const struct wire_member *m = e->members->pdata[i];
        const struct wire_snapshot *one = e->snapshots->pdata[i];

        if (m->promoted)
            g_string_append_printf(out, "%s ", one->view->name);
    }
    return g_string_free(out, FALSE);
}

static void set_models(struct story *s, const char *text)
{
    s->project = sketch(text);
    g_ptr_array_add(s->projects, s->project);
}

/* One section; what it prints, or NULL. */
static char *tell(struct story *s, const char *command, const char *body)
{
    if (strcmp(command, "models") == 0)
        set_models(s, body);
    else if (g_str_has_prefix(command, "now "))
        s->world->now_ms = at(command + strlen("now "));
    else if (g_str_has_prefix(command, "plan "))
        return do_plan(s, command + strlen("plan "));
    else if (g_str_has_prefix(command, "tables "))
        return tables_text(s, command + strlen("tables "));
    else if (g_str_has_prefix(command, "views "))
        return views_text(s, command + strlen("views "));
    else if (strcmp(command, "error") == 0)
        return g_strdup(s->error ? s->error : "");
    else
        fail_msg("no section %s", command);
    return NULL;
}

static void run_section(struct story *s, const char *title, char *section)
{
    g_auto(GStrv) halves = g_strsplit(section, "\n", 2);
    const char *body = halves[1] ? g_strstrip(halves[1]) : "";
    g_autofree char *got = tell(s, halves[0], body);

    if (got && strcmp(g_strstrip(got), body) != 0)
        fail_msg("%s, %s:\n%s\ninstead of\n%s", title, halves[0], got, body);
}

static void run_story(char *text)
{
    g_auto(GStrv) sections = g_strsplit(text, "\n-- ", -1);
    struct story s = {
        .world = world_new("2024-01-10 12:00:00"),
        .projects = g_ptr_array_new_with_free_func((GDestroyNotify)sketch_free),
        .versions = g_ptr_array_new_with_free_func(g_free),
    };

    for (size_t i = 1; sections[0] && sections[i]; i++)
        run_section(&s, sections[0], sections[i]);
    world_free(s.world);
    g_ptr_array_unref(s.projects);
    g_ptr_array_unref(s.versions);
    g_free(s.error);
}

static void run_file(const char *path)
{
    g_autofree char *text = NULL;
    g_auto(GStrv) stories = NULL;

    assert_true(g_file_get_contents(path, &text, NULL, NULL));
    stories = g_strsplit(text + strlen("== "), "\n== ", -1);
    for (size_t i = 0; stories[i]; i++)
        run_story(stories[i]);
}

void test_changes_are_told_as_in_the_stories(void **state)
{
    (void)state;
    run_file("tests/cases/plan/changes.txt");
}

void test_forward_only_changes_are_told_as_in_the_stories(void **state)
{
    (void)state;
    run_file("tests/cases/plan/forward_only.txt");
}

void test_restatements_are_told_as_in_the_stories(void **state)
{
    (void)state;
    run_file("tests/cases/plan/restate.txt");
}

void test_selections_are_told_as_in_the_stories(void **state)
{
    (void)state;
    run_file("tests/cases/plan/select.txt");
}

void test_times_and_refusals_are_told_as_in_the_stories(void **state)
{
    (void)state;
    run_file("tests/cases/plan/times.txt");
}
