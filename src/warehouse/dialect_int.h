/* dialect_int.h -- the tables of src/warehouse/dialect/; for src/warehouse/ only. */
#ifndef HEDDLE_WAREHOUSE_DIALECT_INT_H
#define HEDDLE_WAREHOUSE_DIALECT_INT_H

#include "warehouse/dialect.h"

/* Each array ends with a row without a type. */
extern const struct warehouse_dialect warehouse__duckdb_dialects[];
extern const struct warehouse_dialect warehouse__postgres_dialects[];
extern const struct warehouse_dialect warehouse__other_dialects[];

#endif
