#include "sql/dialect_int.h"
#include "sql/keyword.h"
#include "sql/parse.h"

#include <string.h>

static const char *const foldings[] = {
    [SQL_FOLD_DEFAULT] = "",
    [SQL_FOLD_LOWER] = "lowercase",
    [SQL_FOLD_UPPER] = "uppercase",
    [SQL_FOLD_CASE] = "case_sensitive",
    [SQL_FOLD_NOCASE] = "case_insensitive",
    [SQL_FOLD_NOCASE_UPPER] = "case_insensitive_uppercase",
    [SQL_FOLD_COUNT] = NULL,
};

#define FOLDING(name, folding)                                                                     \
    {                                                                                              \
        &sql__##name, folding                                                                      \
    }
#define DIALECT_ROW(name)                                                                          \
    {FOLDING(name, SQL_FOLD_DEFAULT), FOLDING(name, SQL_FOLD_LOWER),                               \
     FOLDING(name, SQL_FOLD_UPPER),   FOLDING(name, SQL_FOLD_CASE),                                \
     FOLDING(name, SQL_FOLD_NOCASE),  FOLDING(name, SQL_FOLD_NOCASE_UPPER)},

static const struct sql_dialect dialects[][SQL_FOLD_COUNT] = {SQL_DIALECTS(DIALECT_ROW)};

#define NAME(name) #name,

static const char *const names[] = {SQL_DIALECTS(NAME) NULL};

static const struct sql_dialect *dialect_named(const char *name, size_t len)
{
    if (len == 0)
        return dialects[0];
    for (unsigned i = 1; i < G_N_ELEMENTS(dialects); i++)
        if (strlen(names[i]) == len && g_ascii_strncasecmp(names[i], name, len) == 0)
            return dialects[i];
    return NULL;
}

/* Settings are "key=value" or flags, behind commas; only normalization_strategy concerns us. */
static bool read_settings(const char *settings, enum sql_folding *folding, GError **error)
{
    g_auto(GStrv) parts = g_strsplit(settings, ",", -1);

    for (unsigned i = 0; parts[i]; i++) {
        char *setting = g_strstrip(parts[i]);
        char *value = strchr(setting, '=');
        unsigned f = 0;

        if (!g_str_has_prefix(setting, "normalization_strategy") || !value)
            continue;
        value = g_strstrip(value + 1);
        while (foldings[f] && g_ascii_strcasecmp(foldings[f], value) != 0)
            f++;
        if (!foldings[f]) {
            g_set_error(error, sql_error(), ERROR_INVALID, "\"%s\" is no normalization strategy.",
                        value);
            error_hint(error, "lowercase, uppercase, case_sensitive, case_insensitive and "
                              "case_insensitive_uppercase are known.");
            return false;
        }
        *folding = f;
    }
    return true;
}

const struct sql_dialect *sql_dialect_find(const char *name, GError **error)
{
    const struct sql_dialect *found;
    enum sql_folding folding = SQL_FOLD_DEFAULT;
    size_t len;

    if (!name)
        return dialects[0];
    len = strcspn(name, ",");
    found = dialect_named(name, len);
    if (!found) {
        g_autofree char *known = g_strjoinv(", ", (char **)&names[1]);

        g_set_error(error, sql_error(), ERROR_NOT_FOUND, "The SQL dialect \"%.*s\" is not known.",
                    (int)len, name);
        error_hint(error, "these are: %s.", known);
        return NULL;
    }
    if (name[len] && !read_settings(name + len + 1, &folding, error))
        return NULL;
    return &found[folding];
}

const char *sql_dialect_name(const struct sql_dialect *d)
{
    return strcmp(d->rules->name, "base") == 0 ? "" : d->rules->name;
}

int sql__op_binds(const struct sql_dialect *d, int op)
{
    if (op == OP_COLON || op == OP_BANG)
        return BIND_POSTFIX;
    if (op == OP_CONCAT && sql__has(d, SQLD_AND_AND))
        return BIND_OR;
    if (op == OP_AND_AND && sql__has(d, SQLD_AND_AND))
        return BIND_AND;
    return sql_op_binds(op);
}

enum sql_folding sql__folding(const struct sql_dialect *d)
{
    return d->folding ? d->folding : d->rules->folding;
}

int sql_dialect_folds(const struct sql_dialect *d)
{
    static const int8_t direction[SQL_FOLD_COUNT] = {
        [SQL_FOLD_LOWER] = -1,
        [SQL_FOLD_NOCASE] = -1,
        [SQL_FOLD_UPPER] = 1,
        [SQL_FOLD_NOCASE_UPPER] = 1,
    };

    return direction[sql__folding(d)];
}
