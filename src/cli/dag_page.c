/* The graph as a page: a column for each depth, an SVG drawn here, no scripts. */
#include "cli/cli_int.h"

#include "schedule/names.h"

enum { BOX_HEIGHT = 34, GAP_X = 80, GAP_Y = 14, MARGIN = 24, LETTER = 8, PADDING = 24 };

static const char head[] =
    "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Models</title>\n"
    "<style>\n"
    "body { margin: 0; font: 13px/1.3 system-ui, sans-serif; background: #fbfaf7; color: #222; }\n"
    "rect { fill: #fff; stroke: #8a8578; rx: 6px; }\n"
    "text { dominant-baseline: middle; }\n"
    ".kind { fill: #777; font-size: 10px; }\n"
    "path { fill: none; stroke: #b5ae9c; }\n"
    ".SEED rect, .EXTERNAL rect { fill: #eef3e6; }\n"
    ".VIEW rect, .EMBEDDED rect { fill: #eaf1f7; }\n"
    "@media (prefers-color-scheme: dark) {\n"
    " body { background: #1d1c1a; color: #ddd; } rect { fill: #2a2926; } text { fill: #ddd; }\n"
    " .SEED rect, .EXTERNAL rect { fill: #2b3325; } .VIEW rect, .EMBEDDED rect { fill: #243039; }\n"
    "}\n</style>\n";

struct box {
    const struct wire_snapshot *snapshot;
    char *label;
    int depth, row, x, y, width;
};

struct page {
    GPtrArray *boxes; /* of struct box, parents first */
    GHashTable *by_name;
    int columns;
};

static void free_box(void *data)
{
    struct box *b = data;

    g_free(b->label);
    g_free(b);
}

static void place(struct page *page, const struct project *p, const struct wire_snapshot *s)
{
    struct box *b = g_new0(struct box, 1);

    b->snapshot = s;
    b->label = names_display(s->name, p->default_catalog, NULL, SUFFIX_SCHEMA);
    b->width = (int)MAX(g_utf8_strlen(b->label, -1), 12) * LETTER + PADDING;
    for (guint i = 0; i < s->parents->len; i++) {
        const struct wire_snapshot_id *id = s->parents->pdata[i];
        const struct box *parent = g_hash_table_lookup(page->by_name, id->name);

        if (parent)
            b->depth = MAX(b->depth, parent->depth + 1);
    }
    page->columns = MAX(page->columns, b->depth + 1);
    g_ptr_array_add(page->boxes, b);
    g_hash_table_insert(page->by_name, s->name, b);
}

/* Where the boxes of a column stand; returns its width. */
static int lay_column(struct page *page, int depth, int x, int *rows)
{
    int width = 0, row = 0;

    for (guint i = 0; i < page->boxes->len; i++) {
        struct box *b = page->boxes->pdata[i];

        if (b->depth != depth)
            continue;
        b->x = x;
        b->y = MARGIN + row++ * (BOX_HEIGHT + GAP_Y);
        width = MAX(width, b->width);
    }
    *rows = MAX(*rows, row);
    return width;
}

static void draw_edges(const struct page *page, const struct box *b, GString *out)
{
    for (guint i = 0; i < b->snapshot->parents->len; i++) {
        const struct wire_snapshot_id *id = b->snapshot->parents->pdata[i];
        const struct box *from = g_hash_table_lookup(page->by_name, id->name);
        int x, y = b->y + BOX_HEIGHT / 2, from_y;

        if (!from)
            continue;
        x = from->x + from->width;
        from_y = from->y + BOX_HEIGHT / 2;
        g_string_append_printf(out, "<path d=\"M%d %dC%d %d %d %d %d %d\"/>\n", x, from_y,
                               x + GAP_X / 2, from_y, b->x - GAP_X / 2, y, b->x, y);
    }
}

static void draw_box(const struct box *b, GString *out)
{
    g_autofree char *label = g_markup_escape_text(b->label, -1);
    const char *kind = model_kind_names[b->snapshot->kind];

    g_string_append_printf(out,
                           "<g class=\"%s\"><rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\"/>"
                           "<text x=\"%d\" y=\"%d\">%s</text>"
                           "<text class=\"kind\" x=\"%d\" y=\"%d\">%s</text></g>\n",
                           kind, b->x, b->y, b->width, BOX_HEIGHT, b->x + PADDING / 2, b->y + 12,
                           label, b->x + PADDING / 2, b->y + 26, kind);
}

char *cli__dag_page(const struct project *p, const GPtrArray *snapshots)
{
    struct page page = {g_ptr_array_new_with_free_func(free_box),
                        g_hash_table_new(g_str_hash, g_str_equal), 0};
    GString *out = g_string_new(head);
    int x = MARGIN, rows = 0;

    for (guint i = 0; i < snapshots->len; i++)
        place(&page, p, snapshots->pdata[i]);
    for (int depth = 0; depth < page.columns; depth++)
        x += lay_column(&page, depth, x, &rows) + GAP_X;
    g_string_append_printf(out,
                           "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%d\" "
                           "height=\"%d\">\n",
                           x, 2 * MARGIN + rows * (BOX_HEIGHT + GAP_Y));
    for (guint i = 0; i < page.boxes->len; i++)
        draw_edges(&page, page.boxes->pdata[i], out);
    for (guint i = 0; i < page.boxes->len; i++)
        draw_box(page.boxes->pdata[i], out);
    g_string_append(out, "</svg>\n</html>\n");
    g_hash_table_unref(page.by_name);
    g_ptr_array_unref(page.boxes);
    return g_string_free(out, FALSE);
}
