/* tree_int.h -- a tree of lines for people; for src/plan/ only. */
#ifndef HEDDLE_PLAN_TREE_INT_H
#define HEDDLE_PLAN_TREE_INT_H

#include <glib.h>
#include <stdbool.h>
#include <stddef.h>

typedef struct tree tree; /* the typedef is for g_autoptr(tree) */

struct tree *plan__tree_new(const char *label);
void plan__tree_free(struct tree *t);
struct tree *plan__tree_add(struct tree *t, const char *label); /* borrowed */
void plan__tree_adopt(struct tree *t, struct tree *child);      /* takes it over */
size_t plan__tree_size(const struct tree *t);
/* Of a long list only the first and the last stay, and how many are between them. */
void plan__tree_shorten(struct tree *t);
void plan__tree_print(const struct tree *t, GString *out);

G_DEFINE_AUTOPTR_CLEANUP_FUNC(tree, plan__tree_free)

#endif
