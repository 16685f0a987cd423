/* YAML to JSON over libfyaml, remembering places. */
#include "project/yaml.h"

#include "base/limits.h"
#include "project/config.h"
#include "project/yaml_int.h"

#include <libfyaml.h>
#include <string.h>

enum { MAX_DEPTH = 64, MAX_NODES = 1000000 };

struct yaml {
    struct source source; /* as written; owned */
    char *text;           /* as read; libfyaml points into it */
    GArray *moves;
    struct fy_document *document;
    json_t *root;
    size_t nodes;
};

static size_t written_place(const struct yaml *y, size_t at)
{
    const struct yaml_move *best = NULL;

    for (guint i = 0; y->moves && i < y->moves->len; i++) {
        const struct yaml_move *m = &g_array_index(y->moves, struct yaml_move, i);

        if (m->at > at)
            break;
        best = m;
    }
    if (!best)
        return at;
    return best->fixed ? best->written : best->written + (at - best->at);
}

static size_t offset_of_line(const char *text, int line, int column)
{
    const char *at = text;

    for (int i = 1; i < line && at; i++) {
        at = strchr(at, '\n');
        at = at ? at + 1 : NULL;
    }
    if (!at)
        return strlen(text);
    return (size_t)(at - text) + MIN((size_t)MAX(column - 1, 0), strcspn(at, "\n"));
}

/* libfyaml's first error, as ours. */
static void set_parse_error(struct yaml *y, struct fy_diag *diag, GError **error)
{
    void *iter = NULL;
    const struct fy_diag_error *e = fy_diag_errors_iterate(diag, &iter);
    size_t at = e ? offset_of_line(y->text, e->line, e->column) : 0;

    error_set_at(error, project_error(), ERROR_INVALID, &y->source, written_place(y, at),
                 "this is not YAML: %s.", e && e->msg ? e->msg : "it cannot be read");
}

static bool build(struct yaml *y, GError **error)
{
    struct fy_diag_cfg quiet;
    struct fy_diag *diag;
    bool good;
    void *first = NULL;
    struct fy_parse_cfg parse = {.flags = FYPCF_QUIET | FYPCF_COLLECT_DIAG |
                                          FYPCF_DEFAULT_VERSION_1_2 | FYPCF_DISABLE_RECYCLING};

    fy_diag_cfg_default(&quiet);
    quiet.fp = NULL;
    diag = fy_diag_create(&quiet);
    fy_diag_set_collect_errors(diag, true);
    parse.diag = diag;
    y->document = fy_document_build_from_string(&parse, y->text, strlen(y->text));
    good = y->document || !fy_diag_errors_iterate(diag, &first); /* an empty file has none */
    if (!good)
        set_parse_error(y, diag, error);
    fy_diag_destroy(diag);
    return good;
}

static size_t node_place(const struct yaml *y, struct fy_node *node)
{
    struct fy_token *token = node ? fy_node_get_scalar_token(node) : NULL;
    const struct fy_mark *mark = token ? fy_token_start_mark(token) : NULL;

    return mark ? written_place(y, mark->input_pos) : 0;
}

static json_t *convert(struct yaml *y, struct fy_node *node, int depth, GError **error);

static bool is_merge_key(struct fy_node *key)
{
    size_t n;
    const char *text = fy_node_get_scalar(key, &n);

    return text && n == 2 && memcmp(text, "<<", 2) == 0 && fy_node_get_style(key) == FYNS_PLAIN;
}

static char *key_text(struct yaml *y, struct fy_node *key, GError **error)
{
    size_t n;
    const char *text = fy_node_get_scalar(key, &n);

    if (text)
        return g_strndup(text, n);
    error_set_at(error, project_error(), ERROR_INVALID, &y->source, node_place(y, key),
                 "a key must be a text.");
    return NULL;
}

static void merge_missing(json_t *into, const json_t *from)
{
    const char *key;
    json_t *value;

    json_object_foreach ((json_t *)from, key, value)
        if (!json_object_get(into, key))
            json_object_set(into, key, value);
}

/* What `<<` names: a mapping, or a list of them; keys of the mapping itself win. */
static bool merge(json_t *into, json_t *from)
{
    size_t i;
    json_t *item;

    if (json_is_object(from)) {
        merge_missing(into, from);
        return true;
    }
    if (!json_is_array(from))
        return false;
    json_array_foreach (from, i, item)
        if (!json_is_object(item))
            return false;
    json_array_foreach (from, i, item)
        merge_missing(into, item);
    return true;
}

static bool add_pair(struct yaml *y, json_t *object, struct fy_node_pair *pair, int depth,
                     GError **error)
{
    struct fy_node *key = fy_node_pair_key(pair);
    g_autofree char *name = key ? key_text(y, key, error) : g_strdup("null");
    json_t *value;

    if (!name)
        return false;
    if (json_object_get(object, name)) {
        error_set_at(error, project_error(), ERROR_INVALID, &y->source, node_place(y, key),
                     "\"%s\" stands here twice.", name);
        return false;
    }
    value = convert(y, fy_node_pair_value(pair), depth + 1, error);
    return value && json_object_set_new(object, name, value) == 0;
}

static bool add_merge(struct yaml *y, json_t *object, struct fy_node_pair *pair, int depth,
                      GError **error)
{
    g_autoptr(json_t) from = convert(y, fy_node_pair_value(pair), depth + 1, error);

    if (!from)
        return false;
    if (merge(object, from))
        return true;
    error_set_at(error, project_error(), ERROR_INVALID, &y->source,
                 node_place(y, fy_node_pair_key(pair)),
                 "\"<<\" takes a mapping or a list of them.");
    return false;
}

static json_t *convert_mapping(struct yaml *y, struct fy_node *node, int depth, GError **error)
{
    g_autoptr(json_t) object = json_object();
    struct fy_node_pair *pair;
    void *iter = NULL;

    while ((pair = fy_node_mapping_iterate(node, &iter)))
        if (!is_merge_key(fy_node_pair_key(pair)) && !add_pair(y, object, pair, depth, error))
            return NULL;
    iter = NULL;
    while ((pair = fy_node_mapping_iterate(node, &iter)))
        if (is_merge_key(fy_node_pair_key(pair)) && !add_merge(y, object, pair, depth, error))
            return NULL;
    return g_steal_pointer(&object);
}

static json_t *convert_sequence(struct yaml *y, struct fy_node *node, int depth, GError **error)
{
    g_autoptr(json_t) array = json_array();
    struct fy_node *item;
    void *iter = NULL;

    while ((item = fy_node_sequence_iterate(node, &iter))) {
        json_t *value = convert(y, item, depth + 1, error);

        if (!value || json_array_append_new(array, value) != 0)
            return NULL;
    }
    return g_steal_pointer(&array);
}

static json_t *convert_scalar(struct fy_node *node)
{
    size_t n, tag_n = 0;
    const char *text = fy_node_get_scalar(node, &n);
    const char *tag = fy_node_get_tag(node, &tag_n);
    g_autofree char *copy = g_strndup(text ? text : "", n);

    if (fy_node_get_style(node) != FYNS_PLAIN || (tag && tag_n > 0 && tag[tag_n - 1] == 'r'))
        return json_string(copy);
    return project__yaml_plain(copy);
}

static json_t *convert(struct yaml *y, struct fy_node *node, int depth, GError **error)
{
    if (node && fy_node_is_alias(node)) {
        struct fy_node *target = fy_node_resolve_alias(node);

        if (!target) {
            error_set_at(error, project_error(), ERROR_INVALID, &y->source, node_place(y, node),
                         "there is no anchor of this name.");
            return NULL;
        }
        node = target;
    }
    if (!node)
        return json_null();
    if (depth > MAX_DEPTH || ++y->nodes > MAX_NODES) {
        error_set_at(error, project_error(), ERROR_LIMIT, &y->source, node_place(y, node),
                     "this is nested more than %d deep, or has more than %d values.", MAX_DEPTH,
                     MAX_NODES);
        return NULL;
    }
    switch (fy_node_get_type(node)) {
    case FYNT_MAPPING:
        return convert_mapping(y, node, depth, error);
    case FYNT_SEQUENCE:
        return convert_sequence(y, node, depth, error);
    default:
        return convert_scalar(node);
    }
}

static bool check_text(const struct source *s, GError **error)
{
    const char *bad;

    if (s->len > MAX_CONFIG_BYTES) {
        g_set_error(error, project_error(), ERROR_LIMIT, "%s is larger than %d bytes.", s->name,
                    MAX_CONFIG_BYTES);
        return false;
    }
    if (g_utf8_validate(s->text, (gssize)s->len, &bad))
        return true;
    error_set_at(error, project_error(), ERROR_INVALID, s, (size_t)(bad - s->text),
                 "this is not UTF-8 text.");
    return false;
}

struct yaml *yaml_read(const struct source *shown, const char *text, const GArray *moves,
                       GError **error)
{
    g_autoptr(yaml) y = NULL;

    if (!check_text(shown, error))
        return NULL;
    y = g_new0(struct yaml, 1);
    y->source =
        (struct source){g_strdup(shown->name), g_strndup(shown->text, shown->len), shown->len};
    y->text = g_strdup(text ? text : y->source.text);
    y->moves = moves ? g_array_copy((GArray *)moves) : NULL;
    if (!build(y, error))
        return NULL;
    y->root = convert(y, y->document ? fy_document_root(y->document) : NULL, 0, error);
    return y->root ? g_steal_pointer(&y) : NULL;
}

struct yaml *yaml_read_file(const char *path, const char *name, GError **error)
{
    g_autoptr(GError) why = NULL;
    g_autofree char *text = NULL;
    gsize len;

    if (!g_file_get_contents(path, &text, &len, &why)) {
        g_set_error(error, project_error(), ERROR_NOT_FOUND, "%s cannot be read: %s.", name,
                    why->message);
        return NULL;
    }
    return yaml_read(&(struct source){name, text, len}, NULL, NULL, error);
}

void yaml_free(struct yaml *y)
{
    if (!y)
        return;
    fy_document_destroy(y->document);
    json_decref(y->root);
    if (y->moves)
        g_array_unref(y->moves);
    g_free(y->text);
    g_free((char *)y->source.name);
    g_free((char *)y->source.text);
    g_free(y);
}

json_t *yaml_root(const struct yaml *y)
{
    return y->root;
}

const struct source *yaml_source(const struct yaml *y)
{
    return &y->source;
}

static struct fy_node_pair *pair_of(struct fy_node *mapping, const char *key)
{
    struct fy_node_pair *pair;
    void *iter = NULL;
    size_t n;

    while ((pair = fy_node_mapping_iterate(mapping, &iter))) {
        const char *text = fy_node_get_scalar(fy_node_pair_key(pair), &n);

        if (text && n == strlen(key) && memcmp(text, key, n) == 0)
            return pair;
    }
    return NULL;
}

/* The first scalar of a node: where a person sees it begin. */
static struct fy_node *first_scalar(struct fy_node *node)
{
    for (int depth = 0; node && depth < MAX_DEPTH; depth++) {
        void *iter = NULL;

        if (fy_node_get_type(node) == FYNT_SEQUENCE)
            node = fy_node_sequence_iterate(node, &iter);
        else if (fy_node_get_type(node) == FYNT_MAPPING) {
            struct fy_node_pair *pair = fy_node_mapping_iterate(node, &iter);

            node = pair ? fy_node_pair_key(pair) : NULL;
        } else
            return node;
    }
    return NULL;
}

size_t yaml_place(const struct yaml *y, const char *const *steps, size_t n)
{
    struct fy_node *node = y->document ? fy_document_root(y->document) : NULL;
    struct fy_node *seen = first_scalar(node);

    for (size_t i = 0; i < n && node; i++) {
        if (fy_node_is_alias(node))
            node = fy_node_resolve_alias(node);
        if (node && fy_node_get_type(node) == FYNT_MAPPING) {
            struct fy_node_pair *pair = pair_of(node, steps[i]);

            seen = pair ? fy_node_pair_key(pair) : seen;
            node = pair ? fy_node_pair_value(pair) : NULL;
        } else if (node && fy_node_get_type(node) == FYNT_SEQUENCE) {
            node = fy_node_sequence_get_by_index(node, (int)g_ascii_strtoll(steps[i], NULL, 10));
            seen = first_scalar(node) ? first_scalar(node) : seen;
        } else
            break;
    }
    return node_place(y, seen);
}
