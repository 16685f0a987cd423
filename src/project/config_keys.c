/* Every key of config.yaml by section, with its type. Source: SQLMesh, "Configuration reference".
 */
#include "project/config_int.h"

#define KEY(n, t)                                                                                  \
    {                                                                                              \
        .name = #n, .type = t                                                                      \
    }
#define T(n) KEY(n, CONFIG_TEXT)
#define I(n) KEY(n, CONFIG_INT)
#define B(n) KEY(n, CONFIG_BOOL)
#define L(n) KEY(n, CONFIG_LIST)
#define M(n) KEY(n, CONFIG_TEXTS)
#define S(n) KEY(n, CONFIG_TEXT_OR_TEXTS)
#define O(n) KEY(n, CONFIG_OBJECT)
#define A(n) KEY(n, CONFIG_ANY)
#define C(n) KEY(n, CONFIG_CONNECTION)
#define CHOICE(n, w)                                                                               \
    {                                                                                              \
        .name = #n, .type = CONFIG_TEXT, .words = w                                                \
    }
#define ONLY(n, t, v)                                                                              \
    {                                                                                              \
        .name = #n, .type = t, .only = v                                                           \
    }
#define SECTION(n, keys)                                                                           \
    {                                                                                              \
        .name = #n, .type = CONFIG_SECTION, .section = keys                                        \
    }
#define MOVED(n, to)                                                                               \
    {                                                                                              \
        .name = #n, .type = CONFIG_MOVED, .only = to                                               \
    }
#define END                                                                                        \
    {                                                                                              \
        .name = NULL                                                                               \
    }

static const char *const categories[] = {"full", "semi", "off", NULL};
static const char *const suffixes[] = {"schema", "table", "catalog", NULL};

static const struct config_key categorize[] = {CHOICE(external, categories),
                                               CHOICE(python, categories), CHOICE(sql, categories),
                                               CHOICE(seed, categories), END};

static const struct config_key plan[] = {B(forward_only),
                                         SECTION(auto_categorize_changes, categorize),
                                         B(include_unmodified),
                                         B(enable_preview),
                                         B(no_diff),
                                         B(no_prompts),
                                         B(auto_apply),
                                         B(use_finalized_state),
                                         B(always_recreate_environment),
                                         END};

static const struct config_key run[] = {I(environment_check_interval),
                                        I(environment_check_max_wait), END};

static const struct config_key format[] = {B(normalize),
                                           I(pad),
                                           I(indent),
                                           A(normalize_functions),
                                           B(leading_comma),
                                           I(max_text_width),
                                           B(append_newline),
                                           B(no_rewrite_casts),
                                           END};

static const struct config_key ui[] = {B(format_on_save), O(node_colors), END};
static const struct config_key janitor[] = {B(warn_on_delete_failure),
                                            I(expired_snapshots_batch_size), END};
static const struct config_key migration[] = {B(promoted_snapshots_only), END};
static const struct config_key naming[] = {B(infer_names), END};
static const struct config_key dbt[] = {B(infer_state_schema_name), END};
static const struct config_key linter[] = {B(enabled),    B(use_project_index), S(rules),
                                           S(warn_rules), S(ignored_rules),     END};
static const struct config_key scheduler[] = {T(type), END};

static const struct config_key model_defaults[] = {A(kind),
                                                   T(dialect),
                                                   T(cron),
                                                   T(cron_tz),
                                                   T(owner),
                                                   A(start),
                                                   T(table_format),
                                                   T(storage_format),
                                                   T(on_destructive_change),
                                                   T(on_additive_change),
                                                   O(physical_properties),
                                                   O(virtual_properties),
                                                   O(session_properties),
                                                   M(audits),
                                                   A(optimize_query),
                                                   A(allow_partials),
                                                   T(interval_unit),
                                                   A(enabled),
                                                   A(formatting),
                                                   I(batch_concurrency),
                                                   M(pre_statements),
                                                   M(post_statements),
                                                   M(on_virtual_update),
                                                   T(gateway),
                                                   END};

static const struct config_key gateway[] = {C(connection),
                                            C(state_connection),
                                            C(test_connection),
                                            SECTION(scheduler, scheduler),
                                            T(state_schema),
                                            O(variables),
                                            SECTION(model_defaults, model_defaults),
                                            END};

const struct config_key project__config_keys[] = {
    {.name = "gateways", .type = CONFIG_SECTIONS, .section = gateway},
    {.name = "gateway",  .type = CONFIG_SECTIONS, .section = gateway},
    C(default_connection),
    C(default_test_connection),
    SECTION(default_scheduler, scheduler),
    T(default_gateway),
    L(notification_targets),
    T(project),
    T(snapshot_ttl),
    T(environment_ttl),
    M(ignore_patterns),
    T(time_column_format),
    L(users),
    SECTION(model_defaults, model_defaults),
    M(pinned_environments),
    T(loader),
    O(loader_kwargs),
    O(env_vars),
    T(username),
    O(physical_schema_mapping),
    O(physical_schema_override),
    CHOICE(environment_suffix_target, suffixes),
    ONLY(physical_table_naming_convention, CONFIG_TEXT, "schema_and_table"),
    ONLY(virtual_environment_mode, CONFIG_TEXT, "full"),
    ONLY(gateway_managed_virtual_layer, CONFIG_BOOL, "false"),
    B(infer_python_dependencies),
    ONLY(environment_catalog_mapping, CONFIG_OBJECT, "{}"),
    T(default_target_environment),
    I(log_limit),
    O(cicd_bot),
    SECTION(run, run),
    SECTION(format, format),
    SECTION(ui, ui),
    SECTION(plan, plan),
    SECTION(migration, migration),
    SECTION(model_naming, naming),
    O(variables),
    B(disable_anonymized_analytics),
    M(before_all),
    M(after_all),
    SECTION(linter, linter),
    SECTION(janitor, janitor),
    T(cache_dir),
    SECTION(dbt, dbt),
    MOVED(auto_categorize_changes, "plan.auto_categorize_changes"),
    MOVED(include_unmodified, "plan.include_unmodified"),
    END
};
