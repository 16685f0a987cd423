/* The difference of two texts, line by line: Myers' shortest edit script, printed as hunks. */
#include "plan/plan.h"

#include <string.h>

#define CONTEXT    3
#define MOST_EDITS 3000 /* texts that differ more are shown as replaced */

struct text {
    char **lines;
    int n;
};

/* One line of the script: from before (-1), from after (1) or from both (0). */
struct edit {
    int sign, a, b; /* places in before and after at which it stands */
};

static struct text split(const char *s)
{
    struct text t;

    t.lines = g_strsplit(s, "\n", -1);
    t.n = (int)g_strv_length(t.lines);
    if (t.n > 0 && t.lines[t.n - 1][0] == '\0')
        t.n--;
    return t;
}

static bool same(const struct text *x, int a, const struct text *y, int b)
{
    return strcmp(x->lines[a], y->lines[b]) == 0;
}

/* How far down each diagonal k = a - b one gets with d edits; a copy of it is kept for each d. */
struct search {
    const struct text *x, *y;
    int *reach; /* index k + offset */
    int offset;
    GPtrArray *history;
};

static int step(struct search *s, int d, int k)
{
    const int *v = s->reach + s->offset;
    int a = k == -d || (k != d && v[k - 1] < v[k + 1]) ? v[k + 1] : v[k - 1] + 1;

    while (a < s->x->n && a - k < s->y->n && same(s->x, a, s->y, a - k))
        a++;
    s->reach[s->offset + k] = a;
    return a;
}

/* The number of edits needed, or -1 when there are too many. */
static int find(struct search *s)
{
    int most = MIN(s->x->n + s->y->n, MOST_EDITS);

    for (int d = 0; d <= most; d++) {
        g_ptr_array_add(s->history, g_memdup2(s->reach + s->offset - d - 1,
                                              (gsize)(2 * d + 3) * sizeof *s->reach));
        for (int k = -d; k <= d; k += 2)
            if (step(s, d, k) >= s->x->n && s->reach[s->offset + k] - k >= s->y->n)
                return d;
    }
    return -1;
}

static void put(GArray *script, int sign, int a, int b)
{
    struct edit e = {sign, a, b};

    g_array_append_val(script, e);
}

/* From the end back to the beginning; the script comes out in reverse. */
static void walk_back(const struct search *s, int d, GArray *script)
{
    int a = s->x->n, b = s->y->n;

    for (; d > 0; d--) {
        const int *v = (const int *)s->history->pdata[d] + d + 1;
        int k = a - b, from;
        bool down = k == -d || (k != d && v[k - 1] < v[k + 1]);

        from = down ? v[k + 1] : v[k - 1] + 1;
        for (; a > from; a--, b--)
            put(script, 0, a - 1, b - 1);
        if (down)
            put(script, 1, a, --b);
        else
            put(script, -1, --a, b);
    }
    for (; a > 0; a--, b--)
        put(script, 0, a - 1, b - 1);
}

static void reverse(GArray *script)
{
    for (guint i = 0, k = script->len; i + 1 < k; i++) {
        struct edit *x = &g_array_index(script, struct edit, i);
        struct edit *y = &g_array_index(script, struct edit, --k);
        struct edit t = *x;

        *x = *y;
        *y = t;
    }
}

static void replace_all(const struct text *x, const struct text *y, GArray *script)
{
    for (int a = 0; a < x->n; a++)
        put(script, -1, a, 0);
    for (int b = 0; b < y->n; b++)
        put(script, 1, x->n, b);
}

static GArray *make_script(const struct text *x, const struct text *y)
{
    GArray *script = g_array_new(FALSE, FALSE, sizeof(struct edit));
    struct search s = {x, y, NULL, x->n + y->n + 1, g_ptr_array_new_with_free_func(g_free)};
    int d;

    s.reach = g_new0(int, 2 * (gsize)s.offset + 3);
    d = find(&s);
    if (d >= 0) {
        walk_back(&s, d, script);
        reverse(script);
    } else
        replace_all(x, y, script);
    g_ptr_array_unref(s.history);
    g_free(s.reach);
    return script;
}

/* The end of the hunk that begins at `i`: changes no more than twice the context apart. */
static guint hunk_end(const GArray *script, guint i)
{
    guint last = i;

    for (guint k = i; k < script->len && k - last <= 2 * CONTEXT + 1; k++)
        if (g_array_index(script, struct edit, k).sign != 0)
            last = k;
    return MIN(last + CONTEXT + 1, script->len);
}

static void put_range(GString *out, char sign, int first, int count)
{
    if (count == 1)
        g_string_append_printf(out, "%c%d", sign, first + 1);
    else
        g_string_append_printf(out, "%c%d,%d", sign, count ? first + 1 : first, count);
}

static void put_hunk(GString *out, const GArray *script, guint begin, guint end,
                     const struct text *x, const struct text *y)
{
    const struct edit *first = &g_array_index(script, struct edit, begin);
    int removed = 0, added = 0;

    for (guint i = begin; i < end; i++) {
        int sign = g_array_index(script, struct edit, i).sign;

        removed += sign <= 0;
        added += sign >= 0;
    }
    g_string_append(out, "@@ ");
    put_range(out, '-', first->a, removed);
    g_string_append_c(out, ' ');
    put_range(out, '+', first->b, added);
    g_string_append(out, " @@\n");
    for (guint i = begin; i < end; i++) {
        const struct edit *e = &g_array_index(script, struct edit, i);

        g_string_append_printf(out, "%c%s\n",
                               e->sign < 0   ? '-'
                               : e->sign > 0 ? '+'
                                             : ' ',
                               e->sign > 0 ? y->lines[e->b] : x->lines[e->a]);
    }
}

static void put_hunks(GString *out, const GArray *script, const struct text *x,
                      const struct text *y)
{
    for (guint i = 0; i < script->len; i++) {
        guint begin, end;

        if (g_array_index(script, struct edit, i).sign == 0)
            continue;
        begin = i > CONTEXT ? i - CONTEXT : 0;
        end = hunk_end(script, i);
        put_hunk(out, script, begin, end, x, y);
        i = end - 1;
    }
}

/* Removed lines stand before added ones within a change. */
static void order_changes(GArray *script)
{
    for (guint i = 1; i < script->len; i++) {
        struct edit e = g_array_index(script, struct edit, i);
        guint k = i;

        if (e.sign >= 0)
            continue;
        for (; k > 0 && g_array_index(script, struct edit, k - 1).sign > 0; k--) {
            struct edit moved = g_array_index(script, struct edit, k - 1);

            moved.a++;
            g_array_index(script, struct edit, k) = moved;
            e.b--;
        }
        g_array_index(script, struct edit, k) = e;
    }
}

char *plan_text_diff(const char *before, const char *after, const char *name_before,
                     const char *name_after)
{
    struct text x = split(before), y = split(after);
    GArray *script = make_script(&x, &y);
    GString *out = g_string_new(NULL);

    order_changes(script);
    put_hunks(out, script, &x, &y);
    if (out->len > 0) {
        g_autofree char *head = g_strdup_printf("---%s%s\n+++%s%s\n", *name_before ? " " : "",
                                                name_before, *name_after ? " " : "", name_after);

        g_string_prepend(out, head);
    }
    g_array_unref(script);
    g_strfreev(x.lines);
    g_strfreev(y.lines);
    return g_string_free(out, FALSE);
}
