/* config_int.h -- what the files of config share, and tell the reader of models.
 *
 * A configuration is merged from layers, later wins: the project's file, the personal file, the
 * environment. Each layer is checked by itself, so that an error can show where a value stands.
 */
#ifndef HEDDLE_PROJECT_CONFIG_INT_H
#define HEDDLE_PROJECT_CONFIG_INT_H

#include "project/config.h"
#include "project/yaml.h"

enum config_type {
    CONFIG_TEXT,
    CONFIG_INT,
    CONFIG_BOOL,
    CONFIG_LIST,
    CONFIG_TEXTS, /* a list of texts */
    CONFIG_TEXT_OR_TEXTS,
    CONFIG_OBJECT,
    CONFIG_ANY,
    CONFIG_SECTION,    /* an object with the keys of `section` */
    CONFIG_SECTIONS,   /* an object of such objects by names of the user's */
    CONFIG_CONNECTION, /* a section whose keys depend on its `type` */
    CONFIG_MOVED,      /* refused: `only` says where it stands now */
};

struct config_key {
    const char *name;
    enum config_type type;
    bool required; /* in a connection that is used */
    const struct config_key *section;
    const char *const *words; /* CONFIG_TEXT: the values it may have; or NULL for any */
    const char *only;         /* the one value Heddle carries out so far, in JSON; or NULL */
};

/* Every key that SQLMesh documents, by section; tables end with a row whose name is NULL. */
extern const struct config_key project__config_keys[];

struct config_connection {
    const char *type;
    const struct config_key *keys;
};
extern const struct config_connection project__connections[];
/* The keys of a connection of this type; NULL. */
const struct config_key *project__connection_keys(const char *type);
/* Keys that every connection has. */
extern const struct config_key project__connection_common[];

/* Where the values of a layer come from. */
struct config_layer {
    json_t *root;         /* object; owned */
    struct yaml *yaml;    /* NULL for the environment; owned */
    const char *gateways; /* as the file spells it: "gateway", "gateways"; or NULL */
    bool single;          /* one gateway without a name: it is called "default" */
};

void project__layer_clear(struct config_layer *layer);
/* Old spellings become new ones, names of gateways lower case. */
bool project__config_normalize(struct config_layer *layer, GError **error) MUST_CHECK;
/* Check keys and types of a layer against the table and make texts what the table says they are
 * ("4" a number where one must stand). `all` is what all layers say: a layer may give a password to
 * a connection whose type another one gives. */
bool project__config_check(struct config_layer *layer, const json_t *all,
                           GError **error) MUST_CHECK;
/* The value in the form its type wants: itself (a new reference), read from its text, or NULL. */
json_t *project__coerce(enum config_type wanted, json_t *value);
const char *project__config_wanted(enum config_type type); /* "a whole number" */
/* Is everything there that a connection needs to be opened? */
bool project__connection_complete(const struct config_gateway *g, GError **error) MUST_CHECK;

/* What SQLMESH__A__B=value says, as nested objects with names in lower case. */
json_t *project__config_of_variables(char **variables, GError **error) MUST_CHECK;

/* Take out of an executor's variables the secrets of parameters that a connection of that type has
 * not, and of gateways without a type; each is logged. */
void project__config_drop_spare(json_t *root);

/* A file as a layer: {{ env_var('X') }} filled in (`more` holds further variables, or NULL). */
bool project__config_read_file(const char *path, const char *name, GHashTable *more,
                               struct config_layer *layer, GError **error) MUST_CHECK;
/* The text with its expressions filled in; `moves` is filled with struct yaml_move. */
char *project__fill_in(const struct source *s, GHashTable *more, GArray *moves,
                       GError **error) MUST_CHECK;

/* A copy of the source in which values of secrets are asterisks, for errors to show. With `all`
 * the values of the line at `offset` are covered too. Freed by project__source_clear(). */
struct source project__masked(const struct source *s, size_t offset, bool all);
void project__source_clear(struct source *s);

/* `over` on top of `into`: objects key by key, everything else replaced. */
void project__merge(json_t *into, const json_t *over);
/* A configuration from what all layers say together; takes no reference. */
struct config *project__config_build(json_t *all, GError **error) MUST_CHECK;
/* Make files of DuckDB connections absolute. */
void project__config_absolute(struct config *c);

#endif
