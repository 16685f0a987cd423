/* openapi.c -- the API as an OpenAPI 3.1 document, made of the table of routes and of the tables
 * that messages are read and written by. */
#include "control/audit_log.h"
#include "control/api_v1.h"
#include "control/artifact.h"
#include "control/health.h"
#include "control/oauth.h"
#include "control/pages.h"

#include "base/limits.h"

#include <string.h>

#define JSON_TYPE "application/json"

/* Messages that are answered; those that are taken stand in the table of routes. */
static const struct wire_type *const given[] = {
    &wire_welcome_type,  &wire_claimed_type,      &wire_renewed_type,     &wire_finished_type,
    &wire_gateways_type, &wire_environments_type, &wire_environment_type, &wire_snapshots_type,
    &wire_progress_type, &wire_runs_type,         &wire_evaluations_type, &wire_problem_type,
    &wire_v1_dag_type,   &wire_v1_run_type,       &wire_v1_plan_type,     &wire_v1_evaluation_type,
};

/* clang-format off */
/* Parameters in the query, by the function that reads them. */
static const struct parameter {
    op_run read_by;
    const char *name, *type, *help;
    json_int_t least, most;
} parameters[] = {
    {control__get_plan, "after", "integer", "The version that is known: answer when there is a newer one.", 0, INT64_MAX},
    {control__get_plan, "wait_ms", "integer", "How long to wait for that.", 0, MAX_CLAIM_WAIT_MS},
    {control__get_run, "after", "integer", "The version that is known: answer when there is a newer one.", 0, INT64_MAX},
    {control__get_run, "wait_ms", "integer", "How long to wait for that.", 0, MAX_CLAIM_WAIT_MS},
    {control__get_janitor, "after", "integer", "The version that is known: answer when there is a newer one.", 0, INT64_MAX},
    {control__get_janitor, "wait_ms", "integer", "How long to wait for that.", 0, MAX_CLAIM_WAIT_MS},
    {control__list_runs, "environment", "string", "Of this environment only.", 0, 0},
    {control__list_runs, "limit", "integer", "At most so many; 50.", 0, 1000},
    {control__audit_log, "limit", "integer", "At most so many; 100.", 0, 1000},
    {control__audit_log, "before", "string", "The id of a deed: older ones only.", 0, 0},
    {control__evaluations, "run_id", "string", "Of this run only.", 0, 0},
    {control__evaluations, "plan_id", "string", "Of this plan only.", 0, 0},
    {control__evaluations, "environment", "string", "Of this environment only.", 0, 0},
    {control__evaluations, "name", "string", "Of this model only.", 0, 0},
    {control__evaluations, "limit", "integer", "At most so many; 100.", 0, 10000},
    {control__evaluations, "log", "integer", "1: with their logs.", 0, 1},
    {control__sign_in_page, "response_type", "string", "code.", 0, 0},
    {control__sign_in_page, "client_id", "string", "The program's.", 0, 0},
    {control__sign_in_page, "redirect_uri", "string", "Where the program listens.", 0, 0},
    {control__sign_in_page, "scope", "string", "What it asks for.", 0, 0},
    {control__sign_in_page, "state", "string", "Comes back as it is.", 0, 0},
    {control__sign_in_page, "code_challenge", "string", "SHA-256 of the code_verifier, as base64url.", 0, 0},
    {control__sign_in_page, "code_challenge_method", "string", "S256.", 0, 0},
    {control__session_page, "to", "string", "The page's address on this server.", 0, 0},
    {control__model_page, "version", "string", "Of the model, as the link says.", 0, 0},
    {control__plan_page, "tab_summary", "string", "audits: those instead of evaluations.", 0, 0},
    {control__plan_page, "evaluation_id", "string", "Only this evaluation.", 0, 0},
    {control__run_page, "tab_summary", "string", "audits: those instead of evaluations.", 0, 0},
    {control__run_page, "evaluation_id", "string", "Only this evaluation.", 0, 0},
    {control__device_page, "user_code", "string", "What the device shows.", 0, 0},
    {control__v1_runs, "environment", "string", "Of this environment only.", 0, 0},
    {control__v1_runs, "last", "flag", "Only the newest of all that fits.", 0, 0},
    {control__v1_runs, "since_run_id", "string", "Only those that came after this one.", 0, 0},
    {control__v1_runs, "sort", "sort", "The oldest or the newest first; desc.", 0, 0},
    {control__v1_runs, "limit", "count", "At most so many; 100.", 1, CONTROL_V1_MOST},
    {control__v1_plans, "environment", "string", "Of this environment only.", 0, 0},
    {control__v1_plans, "last", "flag", "Only the newest of all that fits.", 0, 0},
    {control__v1_plans, "since_plan_id", "string", "Only those that came after this one.", 0, 0},
    {control__v1_plans, "sort", "sort", "The oldest or the newest first; desc.", 0, 0},
    {control__v1_plans, "limit", "count", "At most so many; 100.", 1, CONTROL_V1_MOST},
    {control__v1_run_evaluations, "node_name", "string", "Of this model only; its fully qualified name.", 0, 0},
    {control__v1_evaluations, "run_id", "string", "Of this run only.", 0, 0},
    {control__v1_evaluations, "plan_id", "string", "Of this plan only.", 0, 0},
    {control__v1_evaluations, "environment", "string", "Of this environment only.", 0, 0},
    {control__v1_evaluations, "latest", "flag", "With an environment: of each of its models the newest, whichever plan or run made it.", 0, 0},
    {control__v1_evaluations, "node_name", "string", "Of this model only; its fully qualified name.", 0, 0},
    {control__v1_evaluations, "sort", "sort", "The oldest or the newest first; asc.", 0, 0},
    {control__v1_evaluations, "limit", "count", "At most so many; 100, or with latest all.", 1, CONTROL_V1_MOST},
    {control__post_janitor, "ignore_ttl", "integer", "1: spare nothing that is young.", 0, 1},
};
/* clang-format on */

bool control__check_numbers(const struct endpoint *endpoint, const struct http_call *call,
                            GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(parameters); i++) {
        const struct parameter *p = &parameters[i];
        const char *text = http_query(call, p->name);

        if (p->read_by != endpoint->run || strcmp(p->type, "integer") != 0 || !text ||
            g_ascii_string_to_signed(text, 10, p->least, p->most, NULL, NULL))
            continue;
        g_set_error(error, control_error(), ERROR_INVALID,
                    "The parameter %s must be a whole number from %" JSON_INTEGER_FORMAT
                    " to %" JSON_INTEGER_FORMAT ", not \"%.100s\".",
                    p->name, p->least, p->most, text);
        return false;
    }
    return true;
}

static json_t *reference(const char *name, bool taken)
{
    g_autofree char *path =
        g_strdup_printf("#/components/schemas/%s%s", name, taken ? ".taken" : "");

    return json_pack("{s:s}", "$ref", path);
}

static json_t *names_json(const char *const *names)
{
    json_t *out = json_array();

    for (; *names; names++)
        json_array_append_new(out, json_string(*names));
    return out;
}

static json_t *intervals_schema(void)
{
    return json_pack("{s:s, s:{s:s, s:{s:s, s:s}, s:i, s:i}}", "type", "array", "items", "type",
                     "array", "items", "type", "integer", "format", "int64", "minItems", 2,
                     "maxItems", 2);
}

static json_t *member_schema(const struct wire_field *f, bool taken)
{
    switch (f->kind) {
    case WIRE_STRING:
        return json_pack("{s:s}", "type", "string");
    case WIRE_NULLABLE:
        return json_pack("{s:[s, s]}", "type", "string", "null");
    case WIRE_DATE:
        return json_pack("{s:[s, s], s:s}", "type", "string", "null", "format", "date-time");
    case WIRE_INT:
        return json_pack("{s:s, s:s}", "type", "integer", "format", "int64");
    case WIRE_TIME:
        return json_pack("{s:s, s:s, s:s}", "type", "integer", "format", "int64", "description",
                         "UTC milliseconds since 1970.");
    case WIRE_REAL:
        return json_pack("{s:s, s:s}", "type", "number", "format", "double");
    case WIRE_BOOL:
        return json_pack("{s:s}", "type", "boolean");
    case WIRE_ENUM:
        return json_pack("{s:s, s:o}", "type", "string", "enum", names_json(f->names));
    case WIRE_STRINGS:
        return json_pack("{s:s, s:{s:s}}", "type", "array", "items", "type", "string");
    case WIRE_INTERVALS:
        return intervals_schema();
    case WIRE_JSON:
        return json_pack("{s:s}", "description", "Opaque to the control plane.");
    case WIRE_OBJECT:
        return reference(f->type->name, taken);
    case WIRE_OBJECTS:
        return json_pack("{s:s, s:o}", "type", "array", "items", reference(f->type->name, taken));
    }
    return NULL;
}

/* A side that is not given a member takes null for the same. */
static json_t *or_null(json_t *schema)
{
    return json_pack("{s:[o, {s:s}]}", "anyOf", schema, "type", "null");
}

/* Is it in every answer? What is left out when it is empty is a pointer or a time. */
static bool is_always_there(const struct wire_field *f)
{
    return f->required || f->kind == WIRE_INT || f->kind == WIRE_REAL || f->kind == WIRE_BOOL ||
           f->kind == WIRE_ENUM || f->kind == WIRE_STRINGS || f->kind == WIRE_OBJECTS ||
           f->kind == WIRE_NULLABLE || f->kind == WIRE_DATE;
}

static json_t *message_schema(const struct wire_type *type, bool taken)
{
    json_t *properties = json_object(), *required = json_array();

    for (const struct wire_field *f = type->fields; f->name; f++) {
        json_t *schema = member_schema(f, taken);

        if (taken && !f->required && f->kind != WIRE_JSON)
            schema = or_null(schema);
        json_object_set_new(properties, f->name, schema);
        if (taken ? f->required : is_always_there(f))
            json_array_append_new(required, json_string(f->name));
    }
    return json_pack("{s:s, s:o, s:o}", "type", "object", "properties", properties, "required",
                     required);
}

/* A message, and every message in it. */
static void add_schema(json_t *schemas, const struct wire_type *type, bool taken)
{
    g_autofree char *name = g_strconcat(type->name, taken ? ".taken" : "", NULL);

    if (json_object_get(schemas, name))
        return;
    json_object_set_new(schemas, name, message_schema(type, taken));
    for (const struct wire_field *f = type->fields; f->name; f++)
        if (f->type)
            add_schema(schemas, f->type, taken);
}

static json_t *rows_schema(void)
{
    return json_pack(
        "{s:s, s:{s:{s:s, s:{s:s, s:{s:{s:s}, s:{s:s}}, s:[s, s]}}, s:{s:s, s:{s:s}}, s:{s:s}},"
        " s:[s, s, s]}",
        "type", "object", "properties", "columns", "type", "array", "items", "type", "object",
        "properties", "name", "type", "string", "type", "type", "string", "required", "name",
        "type", "rows", "type", "array", "items", "type", "array", "truncated", "type", "boolean",
        "required", "columns", "rows", "truncated");
}

/* Of members that are strings, or whole numbers where the name ends with '#'; '?' at the end: it
 * may be missing. */
static json_t *plain_schema(const char *const *members)
{
    json_t *properties = json_object(), *required = json_array();

    for (; *members; members++) {
        bool number = g_str_has_suffix(*members, "#"), optional = g_str_has_suffix(*members, "?");
        g_autofree char *name = g_strndup(*members, strcspn(*members, "#?"));

        json_object_set_new(properties, name,
                            json_pack("{s:s}", "type", number ? "integer" : "string"));
        if (!optional)
            json_array_append_new(required, json_string(name));
    }
    return json_pack("{s:s, s:o, s:o}", "type", "object", "properties", properties, "required",
                     required);
}

static json_t *schemas_json(const struct endpoint *endpoints)
{
    static const char *const token[] = {"access_token",   "id_token", "token_type",
                                        "expires_in#",    "scope",    "issued_token_type?",
                                        "refresh_token?", NULL};
    static const char *const refused[] = {"error", "message", "error_description?", NULL};
    static const char *const health[] = {"status", "version", NULL};
    static const char *const device[] = {
        "device_code", "user_code", "verification_uri", "verification_uri_complete", "expires_in#",
        "interval#",   NULL};
    static const char *const nothing[] = {NULL};
    json_t *out = json_object();

    for (size_t i = 0; i < G_N_ELEMENTS(given); i++)
        add_schema(out, given[i], false);
    for (const struct endpoint *e = endpoints; e->route.method; e++)
        if (e->takes)
            add_schema(out, e->takes, true);
    json_object_set_new(out, "rows", rows_schema());
    json_object_set_new(out, "token", plain_schema(token));
    json_object_set_new(out, "device", plain_schema(device));
    json_object_set_new(out, "token_refused", plain_schema(refused));
    json_object_set_new(out, "health", plain_schema(health));
    json_object_set_new(out, "nothing", plain_schema(nothing));
    return out;
}

static json_t *content(const char *type, json_t *schema)
{
    return json_pack("{s:{s:o}}", type, "schema", schema);
}

static bool is_page(const struct endpoint *e)
{
    return e->route.needs & FOR_PAGES || e->run == control__session_page ||
           e->run == control__session_begin || e->run == control__sign_in_page ||
           e->run == control__sign_in || e->run == control__device_page ||
           e->run == control__device_approve || e->run == control__password_page ||
           e->run == control__password_change;
}

/* A message by its name, or with "[]" behind it a list of them. */
static json_t *given_schema(const char *name)
{
    g_autofree char *item = g_strndup(name, strcspn(name, "["));

    if (strcmp(item, name) == 0)
        return reference(name, false);
    return json_pack("{s:s, s:o}", "type", "array", "items", reference(item, false));
}

static json_t *answer_content(const struct endpoint *e)
{
    if (is_page(e))
        return content("text/html", json_pack("{s:s}", "type", "string"));
    if (e->run == control__device)
        return content(JSON_TYPE, reference("device", false));
    if (e->run == control__metrics)
        return content("text/plain", json_pack("{s:s}", "type", "string"));
    if (!e->run)
        return content("application/zip",
                       json_pack("{s:s, s:s}", "type", "string", "format", "binary"));
    if (e->run == control__openapi || e->run == control__discovery || e->run == control__key_set ||
        e->run == control__audit_log || e->run == control__artifact_version ||
        e->run == control__artifact_upgrade)
        return content(JSON_TYPE, json_pack("{s:s}", "type", "object"));
    if (e->run == control__token)
        return content(JSON_TYPE, reference("token", false));
    if (e->run == control__health)
        return content(JSON_TYPE, reference("health", false));
    if (e->run == control__query)
        return content(JSON_TYPE, reference("rows", false));
    return content(JSON_TYPE, given_schema(e->route.gives ? e->route.gives : "nothing"));
}

static json_t *refusal(const char *words, const char *schema)
{
    return json_pack("{s:s, s:o}", "description", words, "content",
                     content(JSON_TYPE, reference(schema, false)));
}

static json_t *responses_json(const struct endpoint *e)
{
    bool oauth = e->run == control__token || e->run == control__device || e->run == control__revoke;
    const char *schema = oauth ? "token_refused" : "wire_problem";
    bool sends_on = e->run == control__sign_in || e->run == control__session_begin;
    json_t *out = json_pack("{s:{s:s, s:o}}", sends_on ? "303" : "200", "description",
                            e->route.help, "content", answer_content(e));

    json_object_set_new(out, "4XX", refusal("Refused; the error says why.", schema));
    json_object_set_new(out, "5XX", refusal("It did not work; 503 and 504: ask again.", schema));
    if (is_page(e))
        json_object_update_new(json_object_get(json_object_get(out, "4XX"), "content"),
                               answer_content(e));
    if (e->route.needs & FOR_PAGES)
        json_object_set_new(out, "303",
                            json_pack("{s:s, s:o}", "description",
                                      "Without a token: to the sign-in page, and then back.",
                                      "content", answer_content(e)));
    if (e->route.needs != FOR_ALL) {
        json_object_set_new(out, "401",
                            refusal("Without a token, or with one that is void.", schema));
        json_object_set_new(out, "403", refusal("This token may not do that here.", schema));
    }
    return out;
}

static void add_path_parameters(json_t *out, const char *path)
{
    const char *end;

    for (const char *at = strchr(path, '{'); at; at = strchr(end, '{')) {
        g_autofree char *name = NULL;

        end = strchr(at, '}');
        name = g_strndup(at + 1, (gsize)(end - at - 1));
        json_array_append_new(out, json_pack("{s:s, s:s, s:b, s:{s:s, s:i}}", "name", name, "in",
                                             "path", "required", true, "schema", "type", "string",
                                             "minLength", 1));
    }
}

static json_t *whole_number(const struct parameter *p)
{
    return json_pack("{s:s, s:I, s:I}", "type", "integer", "minimum", p->least, "maximum", p->most);
}

/* An empty value means none to the public API. */
static json_t *or_empty(json_t *schema)
{
    return json_pack("{s:[o, {s:s}]}", "anyOf", schema, "const", "");
}

static json_t *parameter_schema(const struct parameter *p)
{
    if (strcmp(p->type, "integer") == 0)
        return whole_number(p);
    if (strcmp(p->type, "count") == 0)
        return or_empty(whole_number(p));
    if (strcmp(p->type, "flag") == 0)
        return or_empty(json_pack("{s:s}", "type", "boolean"));
    if (strcmp(p->type, "sort") == 0)
        return json_pack("{s:s, s:[s, s, s]}", "type", "string", "enum", "asc", "desc", "");
    return json_pack("{s:s}", "type", p->type);
}

static void add_query_parameters(json_t *out, op_run run)
{
    for (size_t i = 0; i < G_N_ELEMENTS(parameters); i++) {
        const struct parameter *p = &parameters[i];
        json_t *schema;

        if (p->read_by != run)
            continue;
        schema = parameter_schema(p);
        json_array_append_new(out, json_pack("{s:s, s:s, s:s, s:o}", "name", p->name, "in", "query",
                                             "description", p->help, "schema", schema));
    }
}

static json_t *form_json(json_t *schema)
{
    return json_pack("{s:b, s:o}", "required", true, "content",
                     content("application/x-www-form-urlencoded", schema));
}

static json_t *body_json(const struct endpoint *e)
{
    static const char *const form[] = {"grant_type", NULL};
    static const char *const person[] = {"name",
                                         "password",
                                         "form",
                                         "user_code?",
                                         "client_id?",
                                         "redirect_uri?",
                                         "scope?",
                                         "state?",
                                         "code_challenge?",
                                         "code_challenge_method?",
                                         NULL};
    static const char *const fresh[] = {"name", "password", "fresh", "again", "form", NULL};
    static const char *const device[] = {"client_id", "scope?", NULL};
    static const char *const token[] = {"token", "token_type_hint?", NULL};
    json_t *schema;

    if (e->takes)
        return json_pack("{s:b, s:o}", "required", true, "content",
                         content(JSON_TYPE, reference(e->takes->name, true)));
    if (e->run == control__sign_in || e->run == control__device_approve)
        return form_json(plain_schema(person));
    if (e->run == control__password_change)
        return form_json(plain_schema(fresh));
    if (e->run == control__device)
        return form_json(plain_schema(device));
    if (e->run == control__revoke)
        return form_json(plain_schema(token));
    if (e->run != control__token)
        return NULL;
    schema = plain_schema(form);
    json_object_update_new(
        json_object_get(schema, "properties"),
        json_pack("{s:{s:o}, s:{s:s}, s:{s:s}, s:{s:s}, s:{s:s}}", "grant_type", "enum",
                  control__grant_types(), "scope", "type", "string", "client_id", "type", "string",
                  "client_secret", "type", "string", "subject_token", "type", "string", "code",
                  "type", "string", "redirect_uri", "type", "string", "code_verifier", "type",
                  "string", "device_code", "type", "string", "refresh_token", "type", "string"));
    return form_json(schema);
}

/* Who may: how they show it, and which roles. */
static void set_security(json_t *operation, unsigned needs)
{
    json_t *roles = json_array();

    if (needs == FOR_METRICS) {
        json_object_set_new(operation, "security", json_pack("[{}, {s:[]}]", "metrics"));
    } else if (needs == FOR_ALL) {
        json_object_set_new(operation, "security", json_array());
    } else {
        for (int r = 0; r < ROLE_COUNT; r++)
            if (needs & 1u << r)
                json_array_append_new(roles, json_string(auth_role_names[r]));
        json_object_set_new(operation, "security",
                            json_pack("[{s:[s]}]", "client", "tbk:scope:projects"));
        json_object_set(operation, "x-roles", roles);
    }
    json_decref(roles);
}

/* "POST …/heddle/v1/plans/{id}/cancel" is post_plans_id_cancel, "GET …/api/v1/runs" get_v1_runs.
 * g_free(). */
static char *operation_id(const struct http_route *r)
{
    const char *own = strstr(r->path, "/heddle/v1/"), *public = strstr(r->path, "/api/v1/");
    g_autofree char *method = g_ascii_strdown(r->method, -1);
    GString *out = g_string_new(method);

    for (const char *p = own ? own + 10 : public ? public + 4 : r->path; *p; p++)
        if (g_ascii_isalnum(*p))
            g_string_append_c(out, *p);
        else if (*p == '/' || *p == '_' || *p == '.')
            g_string_append_c(out, '_');
    return g_string_free(out, FALSE);
}

static json_t *operation_json(const struct endpoint *e)
{
    g_autofree char *id = operation_id(&e->route);
    json_t *out = json_pack("{s:s, s:s}", "operationId", id, "summary", e->route.help);
    json_t *list = json_array(), *body = body_json(e);

    add_path_parameters(list, e->route.path);
    add_query_parameters(list, e->run);
    if (json_array_size(list) > 0)
        json_object_set(out, "parameters", list);
    json_decref(list);
    if (body)
        json_object_set_new(out, "requestBody", body);
    json_object_set_new(out, "responses", responses_json(e));
    set_security(out, e->route.needs);
    return out;
}

static json_t *paths_json(const struct endpoint *endpoints)
{
    json_t *out = json_object();

    for (const struct endpoint *e = endpoints; e->route.method; e++) {
        g_autofree char *method = g_ascii_strdown(e->route.method, -1);
        json_t *path = json_object_get(out, e->route.path);

        if (!path)
            json_object_set_new(out, e->route.path, path = json_object());
        json_object_set_new(path, method, operation_json(e));
    }
    return out;
}

static json_t *security_json(void)
{
    return json_pack(
        "{s:{s:s, s:s, s:{s:{s:s, s:{s:s}}}}, s:{s:s, s:s, s:s}}", "client", "type", "oauth2",
        "description",
        "A client has one role, of one organisation, in one of its projects or all of them.",
        "flows", "clientCredentials", "tokenUrl", "/auth/token", "scopes", "tbk:scope:projects",
        "Everything the client may; tbk:scope:project:ORGANISATION:PROJECT[:ROLE] asks for less.",
        "metrics", "type", "http", "scheme", "bearer", "description", "HEDDLE_METRICS_TOKEN");
}

bool control__openapi(struct control *c, struct op *op, GError **error)
{
    const struct endpoint *endpoints = control__endpoints();

    (void)c;
    (void)error;
    op->answer = json_pack(
        "{s:s, s:{s:s, s:s, s:s}, s:o, s:{s:o, s:o}}", "openapi", "3.1.0", "info", "title",
        "Heddle's control plane", "version", "1", "description",
        "What is said here in types is said in words in docs/protocol.md. Members a side does not "
        "know are ignored.",
        "paths", paths_json(endpoints), "components", "schemas", schemas_json(endpoints),
        "securitySchemes", security_json());
    return true;
}
