/* graph.c -- the order of models, parents first; a cycle is shown whole. */
#include "project/project_int.h"

#include <string.h>

enum { WHITE, GREY, BLACK };

/* A model on the way down, and how many of its parents were looked at. */
struct step {
    struct draft *draft;
    guint next;
};

static int by_name(gconstpointer a, gconstpointer b)
{
    const struct draft *x = *(struct draft *const *)a, *y = *(struct draft *const *)b;

    return strcmp(x->model->fqn, y->model->fqn);
}

static bool show_cycle(const GArray *way, const struct draft *again, GError **error)
{
    g_autoptr(GString) out = g_string_new("");
    guint i = 0;

    while (g_array_index(way, struct step, i).draft != again)
        i++;
    for (; i < way->len; i++) {
        const struct model *m = g_array_index(way, struct step, i).draft->model;

        g_string_append_printf(out, "\n    %s (%s) reads", m->name, m->path);
    }
    g_string_append_printf(out, "\n    %s", again->model->name);
    g_set_error(error, project_error(), ERROR_INVALID,
                "These models read each other in a circle, so none can be first:%s", out->str);
    return false;
}

/* Go down from one model; those without parents left come out first. */
static bool visit(struct loader *l, struct draft *root, GArray *way, GPtrArray *out, GError **error)
{
    struct step first = {root, 0};

    root->visited = GREY;
    g_array_append_val(way, first);
    while (way->len > 0) {
        struct step *s = &g_array_index(way, struct step, way->len - 1);
        const char *name = s->draft->model->depends_on[s->next];
        struct draft *parent;

        if (!name) {
            s->draft->visited = BLACK;
            g_ptr_array_add(out, s->draft);
            g_array_set_size(way, way->len - 1);
            continue;
        }
        s->next++;
        parent = g_hash_table_lookup(l->drafts_by_name, name);
        if (!parent || parent->visited == BLACK)
            continue;
        if (parent->visited == GREY)
            return show_cycle(way, parent, error);
        struct step below = {parent, 0};
        parent->visited = GREY;
        g_array_append_val(way, below);
    }
    return true;
}

bool project__order(struct loader *l, GError **error)
{
    g_autoptr(GArray) way = g_array_new(FALSE, FALSE, sizeof(struct step));
    GPtrArray *out = g_ptr_array_sized_new(l->drafts->len);
    bool ok = true;

    g_ptr_array_sort(l->drafts, by_name);
    for (guint i = 0; ok && i < l->drafts->len; i++) {
        struct draft *d = l->drafts->pdata[i];

        if (d->visited == WHITE)
            ok = visit(l, d, way, out, error);
    }
    if (!ok) {
        g_ptr_array_unref(out);
        return false;
    }
    g_ptr_array_unref(l->drafts);
    l->drafts = out;
    return true;
}
