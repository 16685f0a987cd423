/* Every route with every kind of token: who may do what, told by the table of routes, held by what
 * the server answers. */
#include "control/control_test.h"

#include "http/client.h"

#include <pthread.h>

#define MINUTE 60000LL
#define ROLES  ((1u << ROLE_COUNT) - 1)
#define PAGES  (1u << 30) /* people's pages send a browser without a session to sign in */

struct shown {
    const char *what, *organisation, *project;
    int role;
    int64_t issued_ms, ttl_ms; /* the first counts from now */
    bool is_void;              /* whoever it is for: 401 */
    const char *audience;
};

static const struct shown kinds[] = {
    {"an apply executor",                  "acme",  "shop",  ROLE_EXECUTOR,  0,            60 * MINUTE, false, NULL      },
    {"a run executor",                     "acme",  "shop",  ROLE_EXECUTOR,  -MINUTE,      60 * MINUTE, false, NULL      },
    {"a viewer",                           "acme",  "shop",  ROLE_VIEWER,    0,            60 * MINUTE, false, NULL      },
    {"a developer",                        "acme",  "shop",  ROLE_DEVELOPER, 0,            60 * MINUTE, false, NULL      },
    {"an admin",                           "acme",  "shop",  ROLE_ADMIN,     0,            60 * MINUTE, false, NULL      },
    {"a developer of every project",       "acme",  NULL,    ROLE_DEVELOPER, 0,            60 * MINUTE, false, NULL      },
    {"an admin of everything",             "*",     NULL,    ROLE_ADMIN,     0,            60 * MINUTE, false, NULL      },
    {"another project's admin",            "acme",  "other", ROLE_ADMIN,     0,            60 * MINUTE, false, NULL      },
    {"another project's executor",         "acme",  "other", ROLE_EXECUTOR,  0,            60 * MINUTE, false, NULL      },
    {"another organisation's admin",       "other", "shop",  ROLE_ADMIN,     0,            60 * MINUTE, false, NULL      },
    {"an admin of another organisation's", "other", NULL,    ROLE_ADMIN,     0,            60 * MINUTE, false, NULL      },
    {"an admin whose token has expired",   "acme",  "shop",  ROLE_ADMIN,     -60 * MINUTE, MINUTE,      true,
     NULL                                                                                                                },
    {"an executor whose token has",        "acme",  "shop",  ROLE_EXECUTOR,  -60 * MINUTE, MINUTE,      true,
     NULL                                                                                                                },
    {"an admin before its time",           "acme",  "shop",  ROLE_ADMIN,     10 * MINUTE,  60 * MINUTE, true,  NULL      },
    {"an admin's browser",                 "acme",  "shop",  ROLE_ADMIN,     0,            60 * MINUTE, false, AUTH_PAGES},
};

struct walk {
    struct world *world;
    struct http_client *client;
    struct control_auth auth;
};

int setup(void **state)
{
    struct walk *k = g_new0(struct walk, 1);

    k->world = world_new((struct control_settings){.no_scheduler = true, .query_timeout_ms = 500});
    k->client = http_client_new();
    MUST(control_auth_open(&k->auth, k->world->state_url, &error));
    *state = k;
    return 0;
}

int teardown(void **state)
{
    struct walk *k = *state;

    control_auth_close(&k->auth);
    http_client_free(k->client);
    world_free(k->world);
    g_free(k);
    return 0;
}

static char *token_of(struct walk *k, const struct shown *s)
{
    const struct auth_identity who = {.subject = (char *)s->what,
                                      .name = (char *)s->what,
                                      .organisation = (char *)s->organisation,
                                      .project = (char *)s->project,
                                      .audience = (char *)s->audience,
                                      .role = s->role};
    char *token;

    MUST((token = auth_sign(k->auth.auth, &who, NULL, k->auth.now_ms + s->issued_ms, s->ttl_ms,
                            &error)) != NULL);
    return token;
}

/* A path with acme/shop for the project and words that name nothing for the rest. */
static char *filled(const struct walk *k, const char *path)
{
    GString *url = g_string_new(NULL);

    g_string_printf(url, "http://127.0.0.1:%d%s", control_port(k->world->c), path);
    g_string_replace(url, "{org}", "acme", 0);
    g_string_replace(url, "{project}", "shop", 0);
    for (char *brace; (brace = strchr(url->str, '{'));) {
        gssize at = brace - url->str;

        g_string_erase(url, at, strchr(brace, '}') + 1 - brace);
        g_string_insert(url, at, "nothing");
    }
    return g_string_free(url, FALSE);
}

static long ask(struct walk *k, const struct http_route *r, const char *token)
{
    g_autofree char *url = filled(k, r->path);
    bool has_body = strcmp(r->method, "POST") == 0;
    struct http_request request = {.method = r->method,
                                   .url = url,
                                   .bearer = token,
                                   .body = has_body ? "{}" : NULL,
                                   .body_len = has_body ? 2 : 0};
    g_autoptr(http_answer) answer = NULL;

    MUST((answer = http_send(k->client, &request, &error)) != NULL);
    return answer->status;
}

static bool is_of_shop(const struct shown *s)
{
    return (strcmp(s->organisation, "*") == 0 || strcmp(s->organisation, "acme") == 0) &&
           (!s->project || strcmp(s->project, "shop") == 0);
}

/* 401, 403, or 0 for whatever the route itself says. */
static long refusal(const struct http_route *r, const struct shown *s)
{
    if (s->is_void)
        return 401;
    if (s->audience && !(r->needs & PAGES))
        return 403;
    return is_of_shop(s) && r->needs & 1u << s->role ? 0 : 403;
}

static void expect(const struct http_route *r, const char *who, long status, long refused)
{
    bool is_refused = status == 401 || status == 403;

    if (refused ? status != refused : is_refused || status >= 500)
        fail_msg("%s %s answers %s with %ld; %ld was expected (0: no refusal)", r->method, r->path,
                 who, status, refused);
}

void test_every_route_answers_every_kind_of_token_as_the_table_says(void **state)
{
    struct walk *k = *state;

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++) {
        g_autofree char *token = token_of(k, &kinds[i]);

        for (const struct http_route *r = control_routes(); r->method; r++)
            if (r->needs & ROLES)
                expect(r, kinds[i].what, ask(k, r, token), refusal(r, &kinds[i]));
    }
}

void test_without_a_token_only_open_routes_answer(void **state)
{
    struct walk *k = *state;

    for (const struct http_route *r = control_routes(); r->method; r++)
        if (r->needs & ROLES) {
            expect(r, "nobody", ask(k, r, NULL), r->needs & PAGES ? 303 : 401);
            expect(r, "a text that is no token", ask(k, r, "a.b.c"), 401);
        }
}

/* A wrong token changes nothing where none is needed. */
void test_open_routes_do_not_look_at_tokens(void **state)
{
    struct walk *k = *state;
    g_autofree char *expired = NULL;

    for (size_t i = 0; i < G_N_ELEMENTS(kinds); i++)
        if (kinds[i].is_void && !expired)
            expired = token_of(k, &kinds[i]);
    for (const struct http_route *r = control_routes(); r->method; r++)
        if (!(r->needs & ROLES))
            assert_int_equal(ask(k, r, expired), ask(k, r, NULL));
}

static unsigned roles(int least)
{
    unsigned bits = 0;

    for (int role = least; role < ROLE_COUNT; role++)
        bits |= 1u << role;
    return bits;
}

/* What the table must say, by a rule of its own: work is the executors', looking is for viewers,
 * changing for developers, and what lies outside a project needs no role. */
void test_the_table_gives_each_route_to_those_it_is_meant_for(void **state)
{
    (void)state;
    for (const struct http_route *r = control_routes(); r->method; r++) {
        unsigned want = strcmp(r->method, "GET") == 0 ? roles(ROLE_VIEWER) : roles(ROLE_DEVELOPER);

        if (!g_str_has_prefix(r->path, "/sqlmesh/{org}/{project}/"))
            want = 0;
        else if (strstr(r->path, "/v1/executors/") || strstr(r->path, "/v1/tasks/") ||
                 strstr(r->path, "/v1/artifacts/") || g_str_has_suffix(r->path, "/upgrade"))
            want = 1u << ROLE_EXECUTOR;
        else if (g_str_has_suffix(r->path, "/enterprise-version"))
            want |= 1u << ROLE_EXECUTOR; /* who installs it, and who looks */
        else if (g_str_has_suffix(r->path, "/snapshots/lookup"))
            want = roles(ROLE_VIEWER); /* looks, with a long question */
        if (g_str_has_suffix(r->path, "/audit-log"))
            want = 1u << ROLE_ADMIN;
        if ((r->needs & ROLES) != want)
            fail_msg("%s %s is for the roles %#x, not %#x", r->method, r->path, r->needs & ROLES,
                     want);
    }
}

static json_t *claim_of(const char *id)
{
    return json_pack("{s:s, s:[{s:s, s:i}], s:i}", "executor_id", id, "slots", "gateway", "main",
                     "free", 1, "wait_ms", 1500);
}

struct waiter {
    struct walk *walk;
    const char *url, *token;
    long status;
};

static void *wait_for_work(void *data)
{
    struct waiter *w = data;
    g_autoptr(json_t) body = claim_of("revoked-1");
    g_autofree char *text = json_dumps(body, 0);
    struct http_client *client = http_client_new();
    const struct http_request request = {.method = "POST",
                                         .url = w->url,
                                         .bearer = w->token,
                                         .body = text,
                                         .body_len = strlen(text)};
    g_autoptr(http_answer) answer = http_send(client, &request, NULL);

    w->status = answer ? answer->status : 0;
    http_client_free(client);
    return NULL;
}

void test_what_waits_ends_with_its_token(void **state)
{
    struct walk *k = *state;
    int port = control_port(k->world->c);
    g_autofree char *token = token_of(k, &kinds[0]), *form = g_strconcat("token=", token, NULL);
    g_autofree char *claims =
        g_strdup_printf("http://127.0.0.1:%d/sqlmesh/acme/shop/" V1 "tasks/claim", port);
    g_autofree char *revoke = g_strdup_printf("http://127.0.0.1:%d/auth/revoke", port);
    const struct http_request request = {.method = "POST",
                                         .url = revoke,
                                         .content_type = "application/x-www-form-urlencoded",
                                         .body = form,
                                         .body_len = strlen(form)};
    struct waiter w = {k, claims, token, 0};
    struct api *api = connect_with(port, token);
    g_autoptr(http_answer) answer = NULL;
    pthread_t thread;

    hello(api, "revoked-1", "run");
    api_free(api);
    assert_int_equal(pthread_create(&thread, NULL, wait_for_work, &w), 0);
    g_usleep(300 * 1000); /* by now it waits; if not, it is refused at the door */
    MUST((answer = http_send(k->client, &request, &error)) != NULL);
    assert_int_equal(answer->status, 200);
    pthread_join(thread, NULL);
    assert_int_equal(w.status, 401);
}

static long look_at(struct walk *k, const char *project, const struct shown *who)
{
    g_autofree char *token = token_of(k, who);
    g_autofree char *url = g_strdup_printf("http://127.0.0.1:%d/sqlmesh/acme/%s/" V1 "environments",
                                           control_port(k->world->c), project);
    const struct http_request request = {.method = "GET", .url = url, .bearer = token};
    g_autoptr(http_answer) answer = NULL;

    MUST((answer = http_send(k->client, &request, &error)) != NULL);
    return answer->status;
}

void test_looking_makes_no_project(void **state)
{
    const struct shown viewer = {
        .what = "v", .organisation = "acme", .role = ROLE_VIEWER, .ttl_ms = MINUTE};
    const struct shown developer = {
        .what = "d", .organisation = "acme", .role = ROLE_DEVELOPER, .ttl_ms = MINUTE};
    struct walk *k = *state;

    assert_int_equal(look_at(k, "unheard", &viewer), 404);
    assert_int_equal(look_at(k, "unheard", &viewer), 404);
    assert_int_equal(look_at(k, "unheard", &developer), 200);
    assert_int_equal(look_at(k, "unheard", &viewer), 200);
}
