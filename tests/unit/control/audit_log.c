/* Who did what, as the log says it and as its readers may see it. */
#include "control/control_test.h"

#include "auth/people.h"

struct desk {
    struct world *world;
    struct control_auth auth;
};

int setup(void **state)
{
    struct desk *d = g_new0(struct desk, 1);

    d->world = world_new((struct control_settings){.no_scheduler = true});
    MUST(control_auth_open(&d->auth, d->world->state_url, &error));
    *state = d;
    return 0;
}

int teardown(void **state)
{
    struct desk *d = *state;

    control_auth_close(&d->auth);
    world_free(d->world);
    g_free(d);
    return 0;
}

/* The log as an admin of these sees it, a line each, the oldest first. */
static char *seen_since(struct desk *d, const char *organisation, const char *project,
                        int64_t since_ms)
{
    const struct auth_identity admin = {.subject = (char *)"boss",
                                        .name = (char *)"boss",
                                        .organisation = (char *)organisation,
                                        .project = (char *)project,
                                        .role = ROLE_ADMIN};
    g_autofree char *token = NULL;
    g_autoptr(json_t) answer = NULL;
    GString *text = g_string_new(NULL);
    struct api *reader;
    json_t *deed;
    size_t i;

    MUST((token = auth_sign(d->auth.auth, &admin, NULL, d->auth.now_ms, DAY, &error)) != NULL);
    reader = connect_with(control_port(d->world->c), token);
    answer = get(reader, V1 "audit-log");
    json_array_foreach (json_object_get(answer, "deeds"), i, deed) {
        g_autofree char *line = g_strdup_printf(
            "%s %s %s\n", json_get_string(deed, "who", ""), json_get_string(deed, "what", ""),
            json_get_string(deed, "subject", json_get_string(deed, "peer", "")));

        assert_in_range(json_get_int(deed, "at_ms", 0), since_ms, d->auth.now_ms + DAY);
        g_string_prepend(text, line);
    }
    api_free(reader);
    return g_string_free(text, FALSE);
}

static char *seen_by(struct desk *d, const char *organisation, const char *project)
{
    return seen_since(d, organisation, project, d->auth.now_ms - DAY);
}

static char *in_full(struct desk *d)
{
    return seen_since(d, "*", NULL, 0);
}

static void expect(const char *log, const char *line)
{
    if (!strstr(log, line))
        fail_msg("\"%s\" is not in the log:\n%s", line, log);
}

static void expect_not(const char *log, const char *line)
{
    if (strstr(log, line))
        fail_msg("\"%s\" is in the log:\n%s", line, log);
}

void test_what_developers_had_done_is_in_the_log_and_what_failed_is_not(void **state)
{
    struct desk *d = *state;
    g_autofree char *plan = make_prod(d->world), *log = NULL, *line = NULL, *why = NULL;

    json_decref(post(d->world->dev, V1 "environments/prod/pause", NULL, NULL));
    assert_int_equal(post_code(d->world->dev, V1 "environments/missing/pause", NULL, NULL, &why),
                     ERROR_NOT_FOUND);
    json_decref(get(d->world->dev, V1 "environments/prod"));
    log = seen_by(d, "acme", "shop");
    line = g_strdup_printf("POST heddle/v1/plans %s\n", plan);
    expect(log, line);
    expect(log, "POST heddle/v1/environments/{name}/pause prod\n");
    expect_not(log, "missing");
    expect_not(log, "GET");
    expect_not(log, "claim");
}

static void change_client(struct desk *d, const char *organisation, const char *project,
                          const char *id)
{
    const struct auth_client client = {organisation, project, id, ROLE_VIEWER, id, NULL};
    g_autofree char *made = NULL, *first = NULL, *second = NULL, *log = NULL;

    MUST(auth_create_client(d->auth.auth, &client, d->auth.now_ms, &made, &first, &error));
    MUST(auth_rotate_secret(d->auth.auth, id, d->auth.now_ms, &second, &error));
    MUST(auth_retire_secret(d->auth.auth, id, &error));
    MUST(auth_remove_client(d->auth.auth, id, d->auth.now_ms, &error));
    log = seen_by(d, "*", NULL);
    expect_not(log, first);
    expect_not(log, second);
}

static void expect_changes(const char *log, const char *id, bool there)
{
    static const char *const deeds[] = {"created a client", "rotated a client's secret",
                                        "retired a client's secret", "removed a client"};

    for (size_t i = 0; i < G_N_ELEMENTS(deeds); i++) {
        g_autofree char *line = g_strdup_printf("operator %s %s\n", deeds[i], id);

        (there ? expect : expect_not)(log, line);
    }
}

void test_readers_see_what_is_no_wider_than_they_are(void **state)
{
    struct desk *d = *state;
    g_autofree char *shop = NULL, *acme = NULL;

    change_client(d, "acme", "shop", "of-shop");
    change_client(d, "acme", "other", "of-other");
    change_client(d, "acme", NULL, "of-acme");
    shop = seen_by(d, "acme", "shop");
    acme = seen_by(d, "acme", NULL);
    expect_changes(shop, "of-shop", true);
    expect_changes(shop, "of-acme", false);
    expect_changes(acme, "of-shop", true);
    expect_changes(acme, "of-acme", true);
    expect_changes(acme, "of-other", false); /* it is asked for in shop */
}

void test_sign_ins_are_in_the_log_without_names_that_may_be_passwords(void **state)
{
    struct desk *d = *state;
    const struct auth_person known = {"admin", "wrong", "192.0.2.1", NULL};
    const struct auth_person typed = {"hunter22", "admin", "192.0.2.2", NULL};
    g_autofree char *all = NULL, *acme = NULL;

    MUST(auth_record_sign_in(d->auth.auth, &known, true, d->auth.now_ms, &error));
    MUST(auth_record_sign_in(d->auth.auth, &typed, false, d->auth.now_ms, &error));
    all = seen_by(d, "*", NULL);
    acme = seen_by(d, "acme", NULL);
    expect(all, "admin signed in 192.0.2.1\n");
    expect(all, "- failed to sign in 192.0.2.2\n");
    expect_not(all, "hunter22");
    expect_not(acme, "sign");
}

void test_a_token_that_is_revoked_is_in_the_log_by_its_number(void **state)
{
    struct desk *d = *state;
    const struct auth_identity who = {.subject = (char *)"leaver",
                                      .name = (char *)"leaver",
                                      .organisation = (char *)"acme",
                                      .project = (char *)"shop",
                                      .role = ROLE_VIEWER};
    g_autofree char *token = NULL, *log = NULL;

    MUST((token = auth_sign(d->auth.auth, &who, NULL, d->auth.now_ms, DAY, &error)) != NULL);
    MUST(auth_revoke(d->auth.auth, token, NULL, d->auth.now_ms, &error));
    log = seen_by(d, "acme", "shop");
    expect(log, "leaver revoked a token ");
    expect_not(log, token);
}

void test_the_janitor_drops_what_is_older_than_the_log_is_kept(void **state)
{
    struct desk *d = *state;
    const struct auth_deed old = {.who = "somebody", .what = "did", .organisation = "acme"};
    const struct auth_deed young = {.who = "somebody", .what = "came", .organisation = "acme"};
    g_autofree char *before = NULL, *after = NULL;

    change_client(d, "acme", "shop", "of-shop");
    MUST(auth_record(d->auth.auth, &old, d->auth.now_ms - 401 * DAY, &error));
    MUST(auth_record(d->auth.auth, &young, d->auth.now_ms, &error));
    before = in_full(d);
    expect(before, "somebody did");
    json_decref(post(d->world->dev, V1 "janitor", NULL, NULL));
    after = in_full(d);
    expect_not(after, "somebody did");
    expect_changes(after, "of-shop", true);
}
