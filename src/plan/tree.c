/* Trees of lines, drawn as SQLMesh's users know them. */
#include "plan/tree_int.h"

#define MOST_SHOWN 10 /* names of one list */

struct tree {
    char *label;
    GPtrArray *children; /* of struct tree */
};

struct tree *plan__tree_new(const char *label)
{
    struct tree *t = g_new0(struct tree, 1);

    t->label = g_strdup(label);
    t->children = g_ptr_array_new_with_free_func((GDestroyNotify)plan__tree_free);
    return t;
}

void plan__tree_free(struct tree *t)
{
    if (!t)
        return;
    g_free(t->label);
    g_ptr_array_unref(t->children);
    g_free(t);
}

struct tree *plan__tree_add(struct tree *t, const char *label)
{
    struct tree *child = plan__tree_new(label);

    g_ptr_array_add(t->children, child);
    return child;
}

void plan__tree_adopt(struct tree *t, struct tree *child)
{
    g_ptr_array_add(t->children, child);
}

size_t plan__tree_size(const struct tree *t)
{
    return t->children->len;
}

void plan__tree_shorten(struct tree *t)
{
    guint n = t->children->len;
    g_autofree char *more = g_strdup_printf(".... %u more ....", n - 2);

    if (n <= MOST_SHOWN)
        return;
    g_ptr_array_remove_range(t->children, 1, n - 2);
    g_ptr_array_insert(t->children, 1, plan__tree_new(more));
}

static void print_below(const struct tree *t, GString *indent, GString *out)
{
    for (guint i = 0; i < t->children->len; i++) {
        const struct tree *child = t->children->pdata[i];
        bool last = i + 1 == t->children->len;
        gsize len = indent->len;

        g_string_append_printf(out, "%s%s%s\n", indent->str, last ? "└── " : "├── ", child->label);
        g_string_append(indent, last ? "    " : "│   ");
        print_below(child, indent, out);
        g_string_truncate(indent, len);
    }
}

void plan__tree_print(const struct tree *t, GString *out)
{
    g_autoptr(GString) indent = g_string_new(NULL);

    g_string_append_printf(out, "%s\n", t->label);
    print_below(t, indent, out);
}
