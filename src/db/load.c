/* A dump of a state into a database. */
#include "db/dump.h"

#include "base/json.h"
#include "db/db_int.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct load {
    struct db *db;
    const struct db_load *with;
    FILE *in;
    GChecksum *sum; /* of the lines before the one at hand */
    char *line;     /* as read */
    size_t room;
    json_t *json; /* the same, or NULL at the end of the file */
    int64_t number;
    struct db_dump_counts counts;

    char *table; /* the one whose rows are read; NULL before the first */
    int64_t next_id;
    char *insert;
    GPtrArray *columns; /* of struct db_column, borrowed from all */
    GPtrArray *all;
};

static bool spoilt(const struct load *l, const char *what, GError **error)
{
    g_set_error(error, db_error(), ERROR_INVALID, "%s: line %" G_GINT64_FORMAT ": %s.",
                l->with->name, l->number, what);
    error_hint(error, "the file is no whole backup made by `heddle state backup`; nothing was "
                      "changed.");
    return false;
}

/* The next line; l->json is NULL at the end of the file. */
static bool advance(struct load *l, GError **error)
{
    ssize_t len;

    if (l->line)
        g_checksum_update(l->sum, (const guchar *)l->line, (gssize)strlen(l->line));
    g_clear_pointer(&l->json, json_decref);
    errno = 0;
    len = getline(&l->line, &l->room, l->in);
    l->number++;
    if (len < 0 && errno == 0)
        return true;
    if (len < 0)
        return spoilt(l, g_strerror(errno), error);
    if (!(l->json = json_parse(l->line, (size_t)len, NULL)))
        return spoilt(l, "it is no JSON", error);
    return true;
}

/* ---- the first line ---- */

static const struct db_schema *schema_of(const struct load *l, const char *module)
{
    for (const struct db_schema *const *s = l->with->schemas; *s; s++)
        if (strcmp((*s)->module, module) == 0)
            return *s;
    return NULL;
}

/* A backup that only a newer program can read. */
static bool newer(const struct load *l, const char *module, int64_t version, size_t known,
                  GError **error)
{
    g_set_error(
        error, db_error(), ERROR_INVALID,
        "%s is ahead of this program: its tables of module %s have version %" G_GINT64_FORMAT
        ", this program knows version %zu.",
        l->with->name, module, version, known);
    error_hint(error, "restore it with the newer heddle that wrote it.");
    return false;
}

static bool check_head(const struct load *l, GError **error)
{
    json_t *modules = json_object_get(l->json, "modules"), *version;
    const char *name;

    if (g_strcmp0(json_get_string(l->json, "format", NULL), "heddle-state") != 0 || !modules)
        return spoilt(l, "it is not the first line of a backup", error);
    if (json_get_int(l->json, "version", 0) != 1)
        return spoilt(l, "a format that this program does not know", error);
    json_object_foreach (modules, name, version) {
        const struct db_schema *schema = schema_of(l, name);

        if (!schema || json_integer_value(version) > (json_int_t)schema->count)
            return newer(l, name, json_integer_value(version), schema ? schema->count : 0, error);
    }
    return true;
}

/* ---- making room ---- */

static bool holds_rows(struct db *db, const GPtrArray *tables, bool *yes, GError **error)
{
    *yes = false;
    for (guint i = 0; i < tables->len && !*yes; i++) {
        g_autofree char *sql =
            g_strdup_printf("SELECT count(*) FROM \"%s\"", (const char *)tables->pdata[i]);
        int64_t n;

        if (strcmp(tables->pdata[i], DB_VERSIONS) == 0)
            continue;
        if (!db__number(db, sql, &n, error))
            return false;
        *yes = n > 0;
    }
    return true;
}

static bool make_room(struct load *l, GError **error)
{
    g_autoptr(GPtrArray) tables = db__tables(l->db, error);
    bool full;

    if (!tables || !holds_rows(l->db, tables, &full, error))
        return false;
    if (full && !l->with->replace) {
        g_set_error(error, db_error(), ERROR_CONFLICT, "The database holds a state already.");
        return false;
    }
    for (guint i = 0; i < tables->len; i++) {
        g_autofree char *sql = g_strdup_printf("DROP TABLE \"%s\"", (const char *)tables->pdata[i]);

        if (!db_script(l->db, sql, error))
            return false;
    }
    return true;
}

/* Tables as they were when the backup was made (`modules`), or as they are now (NULL). */
static bool make_tables(struct load *l, const json_t *modules, GError **error)
{
    for (const struct db_schema *const *s = l->with->schemas; *s; s++) {
        int64_t reached, upto = (int64_t)(*s)->count;

        if (modules)
            upto = json_integer_value(json_object_get(modules, (*s)->module));
        if (!db__take_steps(l->db, *s, upto, &reached, error))
            return false;
    }
    return true;
}

/* ---- rows ---- */

static bool add_column(struct load *l, const char *name, GError **error)
{
    g_autofree char *what = NULL;

    for (guint i = 0; name && i < l->all->len; i++) {
        struct db_column *c = l->all->pdata[i];

        if (strcmp(c->name, name) == 0) {
            g_ptr_array_add(l->columns, c);
            return true;
        }
    }
    what = g_strdup_printf("there is no column %s in a table %s", name ? name : "?", l->table);
    return spoilt(l, what, error);
}

static char *insert_of(const struct load *l)
{
    g_autoptr(GString) names = g_string_new(NULL);
    g_autoptr(GString) marks = g_string_new(NULL);

    for (guint i = 0; i < l->columns->len; i++) {
        g_string_append_printf(names, "%s\"%s\"", i ? ", " : "",
                               ((const struct db_column *)l->columns->pdata[i])->name);
        g_string_append(marks, i ? ", ?" : "?");
    }
    return g_strdup_printf("INSERT INTO \"%s\" (%s) VALUES (%s)", l->table, names->str, marks->str);
}

/* Numbers go on after those that were given, also where the other database did not count. */
static bool end_table(struct load *l, GError **error)
{
    const struct db_column *id = l->all ? db__counted(l->all) : NULL;
    g_autofree char *sql = NULL;
    int64_t next;

    if (!id)
        return true;
    sql = g_strdup_printf("SELECT coalesce(max(\"%s\"), 0) + 1 FROM \"%s\"", id->name, l->table);
    return db__number(l->db, sql, &next, error) &&
           db__set_next_id(l->db, l->table, l->all, MAX(next, l->next_id), error);
}

static bool begin_table(struct load *l, GError **error)
{
    json_t *names = json_object_get(l->json, "columns"), *name;
    size_t i;

    if (!end_table(l, error))
        return false;
    g_free(l->table);
    g_clear_pointer(&l->insert, g_free);
    g_clear_pointer(&l->all, g_ptr_array_unref);
    g_ptr_array_set_size(l->columns, 0);
    l->table = g_strdup(json_get_string(l->json, "table", NULL));
    if (!l->table || json_array_size(names) == 0 || json_array_size(names) > MAX_VALUES)
        return spoilt(l, "it begins no table", error);
    if (!(l->all = db__columns(l->db, l->table, error)))
        return false;
    json_array_foreach (names, i, name)
        if (!add_column(l, json_string_value(name), error))
            return false;
    l->insert = insert_of(l);
    l->next_id = json_get_int(l->json, "next_id", 0);
    l->counts.tables++;
    return true;
}

/* False when the JSON is not what the column takes. *bytes: to be freed after use. */
static bool read_value(const json_t *json, char type, struct db_value *v, GBytes **bytes)
{
    gsize len;

    *v = (struct db_value){.type = type, .null = json_is_null(json)};
    if (v->null)
        return true;
    if (type == 'i')
        v->integer = json_integer_value(json);
    else if (type == 'r')
        v->real = json_number_value(json);
    else if (!json_is_string(json))
        return false;
    else if (type == 's')
        v->string = json_string_value(json);
    else {
        guchar *data = g_base64_decode(json_string_value(json), &len);

        v->bytes = *bytes = g_bytes_new_take(data, len);
    }
    return type == 's' || type == 'x' ||
           (type == 'i' ? json_is_integer(json) : json_is_number(json));
}

static bool add_row(struct load *l, GError **error)
{
    struct db_value values[MAX_VALUES];
    g_autoptr(GPtrArray) bytes = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    struct db_statement s = {l->insert, values, (int)l->columns->len};

    if (!l->table || json_array_size(l->json) != l->columns->len)
        return spoilt(l, "it has not as many values as the table has columns", error);
    for (guint i = 0; i < l->columns->len; i++) {
        const struct db_column *c = l->columns->pdata[i];
        GBytes *own = NULL;
        bool fits = read_value(json_array_get(l->json, i), c->type, &values[i], &own);

        if (own)
            g_ptr_array_add(bytes, own);
        if (!fits)
            return spoilt(l, "a value is not of its column's type", error);
    }
    l->counts.rows++;
    return l->db->engine->run(l->db, &s, NULL, error);
}

/* ---- the last line ---- */

static bool check_end(const struct load *l, GError **error)
{
    GChecksum *sum = g_checksum_copy(l->sum);
    bool same =
        g_strcmp0(json_get_string(l->json, "sha256", NULL), g_checksum_get_string(sum)) == 0;

    g_checksum_free(sum);
    if (json_get_int(l->json, "rows", -1) != l->counts.rows ||
        json_get_int(l->json, "tables", -1) != l->counts.tables)
        return spoilt(l, "rows are missing before this line", error);
    return same || spoilt(l, "the lines before it were changed", error);
}

static bool read_tables(struct load *l, GError **error)
{
    for (;;) {
        if (!advance(l, error))
            return false;
        if (!l->json)
            return spoilt(l, "the file ends before its last line", error);
        if (json_object_get(l->json, "end"))
            return end_table(l, error) && check_end(l, error);
        if (!(json_is_array(l->json) ? add_row : begin_table)(l, error))
            return false;
    }
}

static bool load_all(struct load *l, GError **error)
{
    g_autoptr(json_t) head = NULL;

    if (!advance(l, error) || !check_head(l, error))
        return false;
    head = json_incref(l->json);
    return make_room(l, error) && make_tables(l, json_object_get(head, "modules"), error) &&
           read_tables(l, error) && make_tables(l, NULL, error);
}

bool db_load(struct db *db, const struct db_load *load, FILE *in, struct db_dump_counts *counts,
             GError **error)
{
    struct load l = {.db = db, .with = load, .in = in};
    bool ok;

    l.sum = g_checksum_new(G_CHECKSUM_SHA256);
    l.columns = g_ptr_array_new();
    ok = load_all(&l, error);
    *counts = l.counts;
    g_checksum_free(l.sum);
    json_decref(l.json);
    free(l.line);
    g_free(l.table);
    g_free(l.insert);
    g_ptr_array_unref(l.columns);
    g_clear_pointer(&l.all, g_ptr_array_unref);
    return ok;
}
