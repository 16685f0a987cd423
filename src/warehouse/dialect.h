/* dialect.h -- what differs between engines' DDL and DML: one table of calls a dialect, with what
 * most engines share written once in dialect.c. src/warehouse/dialect/NAME.c holds one table. */
#ifndef HEDDLE_WAREHOUSE_DIALECT_H
#define HEDDLE_WAREHOUSE_DIALECT_H

#include "wire/messages.h"

struct warehouse_dialect {
    const char *type;        /* connection type */
    const char *sql_dialect; /* name for sql_dialect_find() */
    const char *quote;       /* identifier quotes, open and close */
    size_t max_identifier;   /* bytes */
    bool create_or_replace_table, create_or_replace_view;
    bool transactional_ddl;
    bool comments; /* COMMENT ON TABLE/COLUMN */
    bool catalogs; /* other catalogs can be named in statements */
    bool merge;
    bool advisory_locks; /* PostgreSQL's, that end with the transaction */
    bool view_binding; /* a view holds what it reads: that cannot be dropped or change its types */
    const char *bool_true; /* how `WHERE TRUE` is said */
    const char *text_type;
    bool backslash; /* in strings a backslash escapes */
    /* Types that SQLMesh lets a model name and the engine calls otherwise: pairs, NULL-terminated;
     * may be NULL. */
    const char *const *type_words;
};

const struct warehouse_dialect *warehouse_dialect_find(const char *type);
/* `"catalog"."schema"."name"` in the dialect's quotes; longer identifiers than the engine allows
 * end in a hash. g_free(). */
char *warehouse_quote_table(const struct warehouse_dialect *d, const struct wire_table *t);
char *warehouse_quote_identifier(const struct warehouse_dialect *d, const char *name);
char *warehouse_quote_string(const struct warehouse_dialect *d, const char *value);

#endif
