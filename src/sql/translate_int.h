/* translate_int.h -- what the files of the translation share. */
#ifndef HEDDLE_SQL_TRANSLATE_INT_H
#define HEDDLE_SQL_TRANSLATE_INT_H

#include "sql/dialect_int.h"
#include "sql/keyword.h"
#include "sql/translate.h"

struct translation {
    struct arena *arena;
    const struct sql_dialect *from, *to;
    const struct source *source;
    GError **error;
};

#define SQL__SLOT(name) (UINT64_C(1) << SLOT_##name)

/* What may stand in a node of a kind, the flags it may have, and what else is asked of it. */
struct translation_rule {
    uint64_t slots;
    uint32_t flags;
    bool allowed; /* a kind without a row is not translated */
    bool (*check)(struct translation *t, struct sql_node *n);
};
extern const struct translation_rule sql__translation_rules[SQL_KIND_COUNT];

/* Set the error: `what` is not known to mean the same, and why if there is more to say. False. */
bool sql__not_the_same(struct translation *t, const struct sql_node *at, const char *what,
                       const char *why);
/* A call of a function, whose arguments are looked at by the caller. */
bool sql__translate_call(struct translation *t, struct sql_node *call);
/* A type and all that is in it; with `cast` it is a CAST's. */
bool sql__translate_type(struct translation *t, struct sql_node *type, bool cast);

static inline bool sql__does(const struct sql_dialect *d, uint32_t manner)
{
    return (d->rules->common->manners & manner) != 0;
}

#endif
