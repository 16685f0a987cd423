/* driver.c -- which engines there are, and where their drivers' shared objects lie. */
#include "warehouse/warehouse_int.h"

#include <dlfcn.h>
#include <string.h>
#include <unistd.h>

static const struct driver *const drivers[] = {&warehouse__duckdb, &warehouse__postgres};

static char *beside_executable(void)
{
    g_autofree char *program = g_file_read_link("/proc/self/exe", NULL);
    g_autofree char *bin = program ? g_path_get_dirname(program) : NULL;

    return bin ? g_build_filename(bin, "..", "lib", "heddle", NULL) : NULL;
}

static char *build_cache(void)
{
    const char *cache = g_getenv("HEDDLE_CACHE");

    return cache && *cache
               ? g_build_filename(cache, "deps", "lib", NULL)
               : g_build_filename(g_get_user_cache_dir(), "heddle", "deps", "lib", NULL);
}

/* NULL-terminated; g_strfreev(). */
static char **folders(void)
{
    const char *given = g_getenv("HEDDLE_DRIVERS");
    g_auto(GStrv) named = g_strsplit(given ? given : "", ":", -1);
    GPtrArray *all = g_ptr_array_new();
    char *beside = beside_executable();

    for (char **f = named; *f; f++)
        if (**f)
            g_ptr_array_add(all, g_strdup(*f));
    if (beside)
        g_ptr_array_add(all, beside);
    g_ptr_array_add(all, build_cache());
    g_ptr_array_add(all, NULL);
    return (char **)g_ptr_array_free(all, FALSE);
}

/* NULL when it lies nowhere. */
static char *path_of(const struct driver *d)
{
    g_auto(GStrv) where = folders();

    for (char **f = where; *f; f++) {
        g_autofree char *path = g_build_filename(*f, d->library, NULL);

        if (access(path, R_OK) == 0)
            return g_steal_pointer(&path);
    }
    return NULL;
}

char **warehouse_types_available(void)
{
    GPtrArray *types = g_ptr_array_new();

    for (size_t i = 0; i < G_N_ELEMENTS(drivers); i++) {
        g_autofree char *path = path_of(drivers[i]);

        if (path)
            g_ptr_array_add(types, g_strdup(drivers[i]->type));
    }
    g_ptr_array_add(types, NULL);
    return (char **)g_ptr_array_free(types, FALSE);
}

static void fail_not_there(const char *type, const char *library, GError **error)
{
    g_auto(GStrv) types = warehouse_types_available();
    g_auto(GStrv) where = folders();
    g_autofree char *known = g_strjoinv(", ", types), *looked = g_strjoinv(", ", where);
    const char *near = nearest_name(type, (const char *const *)types);

    g_set_error(error, warehouse_error(), ERROR_NOT_FOUND,
                "There is no driver here for connections of type %s%s%s. Types that can be opened: "
                "%s.",
                type, library ? ": no " : "", library ? library : "", *types ? known : "none");
    if (near)
        error_hint(error, "did you mean %s?", near);
    else if (library)
        error_hint(error, "it was looked for in %s; HEDDLE_DRIVERS names other folders.", looked);
}

const struct driver *warehouse__driver_find(const char *type, GError **error)
{
    for (size_t i = 0; i < G_N_ELEMENTS(drivers); i++)
        if (g_ascii_strcasecmp(drivers[i]->type, type) == 0)
            return drivers[i];
    fail_not_there(type, NULL, error);
    return NULL;
}

static void fail_loading(const char *path, const char *why, GError **error)
{
    g_set_error(error, warehouse_error(), ERROR_NOT_FOUND, "The driver %s cannot be used: %s.",
                path, why);
}

/* A driver of ADBC 1.0 refuses 1.1; it then has no calls behind those of 1.0. */
static bool fill_in(struct warehouse *w, AdbcDriverInitFunc init, const char *path, GError **error)
{
    static const int versions[] = {ADBC_VERSION_1_1_0, ADBC_VERSION_1_0_0};
    AdbcStatusCode status = ADBC_STATUS_OK;
    struct AdbcError e = ADBC_ERROR_INIT;

    for (size_t i = 0; i < G_N_ELEMENTS(versions); i++) {
        if (e.release)
            e.release(&e);
        memset(&w->adbc, 0, sizeof w->adbc);
        status = init(versions[i], &w->adbc, &e);
        if (status == ADBC_STATUS_OK)
            break;
    }
    if (status != ADBC_STATUS_OK)
        fail_loading(path, e.message ? e.message : "it does not start", error);
    if (e.release)
        e.release(&e);
    return status == ADBC_STATUS_OK;
}

/* The object stays loaded: engines leave threads and thread-local data behind. */
bool warehouse__driver_load(struct warehouse *w, GError **error)
{
    g_autofree char *path = path_of(w->driver);
    AdbcDriverInitFunc init = NULL;
    void *object, *symbol;

    if (!path) {
        fail_not_there(w->driver->type, w->driver->library, error);
        return false;
    }
    object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    symbol = object ? dlsym(object, w->driver->entry) : NULL;
    if (!symbol) {
        fail_loading(path, dlerror(), error);
        return false;
    }
    memcpy(&init, &symbol, sizeof init); /* C has no cast from an object to a function */
    return fill_in(w, init, path, error);
}

bool warehouse_has_driver(const char *type, GError **error)
{
    struct warehouse w = {.driver = warehouse__driver_find(type, error)};

    return w.driver && warehouse__driver_load(&w, error);
}
