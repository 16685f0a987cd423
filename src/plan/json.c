/* A plan for programs. */
#include "plan/plan_int.h"

#include "calendar/date.h"

static const char *const change_names[] = {"added", "removed", "directly_modified",
                                           "indirectly_modified", "metadata_updated"};

static json_t *time_json(int64_t ms)
{
    g_autofree char *text = ms == TIME_NONE ? NULL : date_iso(ms);

    return text ? json_string(text) : json_null();
}

static json_t *item_json(const struct plan *p, const struct plan_item *item)
{
    const struct wire_snapshot *s = item->snapshot ? item->snapshot : item->before;
    g_autofree char *display = plan__display(p, s->name);
    g_autofree char *diff = plan__definition_diff(item);
    json_t *out = json_pack("{s:s, s:s, s:s}", "name", s->name, "display_name", display, "change",
                            change_names[item->change]);

    if (item->snapshot) {
        json_object_set_new(out, "identifier", json_string(s->identifier));
        json_object_set_new(out, "version", s->version ? json_string(s->version) : json_null());
        json_object_set_new(out, "category",
                            item->categorized ? json_string(change_category_names[item->category])
                                              : json_null());
        json_object_set_new(out, "forward_only",
                            json_boolean(s->category == CATEGORY_FORWARD_ONLY));
    }
    if (item->before)
        json_object_set_new(out, "previous_identifier", json_string(item->before->identifier));
    if (diff)
        json_object_set_new(out, "diff", json_string(diff));
    return out;
}

static json_t *missing_json(const struct plan *p, const struct schedule_item *item)
{
    g_autofree char *display = plan__display(p, item->snapshot->name);
    json_t *ranges = json_array();

    for (size_t i = 0; i < intervals_count(item->missing); i++) {
        struct interval r = intervals_get(item->missing, i);

        json_array_append_new(ranges, json_pack("[o, o]", time_json(r.start), time_json(r.end)));
    }
    return json_pack("{s:s, s:s, s:o, s:i, s:b}", "name", item->snapshot->name, "display_name",
                     display, "intervals", ranges, "batches", (int)item->batches->len, "preview",
                     !item->deployable);
}

static json_t *restatements_json(const struct plan *p)
{
    json_t *out = json_array();

    for (guint i = 0; i < p->inside->restatements->len; i++) {
        const struct wire_restatement *r = p->inside->restatements->pdata[i];

        json_array_append_new(out, json_pack("{s:s, s:o, s:o}", "name", r->name, "start",
                                             time_json(r->start_ms), "end", time_json(r->end_ms)));
    }
    return out;
}

json_t *plan_json(const struct plan *p)
{
    json_t *changes = json_array(), *backfill = json_array();
    bool computes = !p->options.skip_backfill && !p->options.empty_backfill;

    for (guint i = 0; i < p->items->len; i++)
        json_array_append_new(changes, item_json(p, p->items->pdata[i]));
    for (guint i = 0; computes && i < p->schedule->items->len; i++) {
        const struct schedule_item *item = p->schedule->items->pdata[i];

        if (item->batches->len > 0)
            json_array_append_new(backfill, missing_json(p, item));
    }
    return json_pack("{s:s, s:b, s:b, s:b, s:o, s:o, s:o, s:o, s:o, s:o}", "environment",
                     p->inside->environment, "is_new", p->is_new_environment, "has_changes",
                     p->has_changes, "is_empty", plan_is_empty(p), "start", time_json(p->start_ms),
                     "end", time_json(p->end_ms), "execution_time", time_json(p->execution_ms),
                     "changes", changes, "backfill", backfill, "restatements",
                     restatements_json(p));
}
