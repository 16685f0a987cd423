/* stream.h -- rows of texts as an Arrow stream of text columns; for src/warehouse/ only. */
#ifndef HEDDLE_WAREHOUSE_STREAM_H
#define HEDDLE_WAREHOUSE_STREAM_H

#include "warehouse/warehouse.h"

#include <adbc.h>

/* Valid as long as `batch` is; whoever takes it calls its release. */
void warehouse__stream_texts(const struct warehouse_batch *batch, struct ArrowArrayStream *out);

#endif
