/* What pandas takes for a missing value. */
#include "project/seed_int.h"

#include <string.h>

static const char *const usual[] = {
    "",     "#N/A", "#N/A N/A", "#NA",  "-1.#IND", "-1.#QNAN", "-NaN", "-nan", "1.#IND", "1.#QNAN",
    "<NA>", "N/A",  "NA",       "NULL", "NaN",     "None",     "n/a",  "nan",  "null",   NULL};

struct seed_missing {
    GHashTable *words; /* of char * */
    GArray *numbers;   /* of double: -1 is missing also where it is written -1.0 */
    bool starts[256];  /* bytes that some word begins with */
    const json_t *columns;
    bool keep_default;
};

static void add(struct seed_missing *m, const char *word)
{
    double number;

    g_hash_table_add(m->words, (char *)word);
    m->starts[(unsigned char)*word] = true;
    if (seed__read_double(word, &number))
        g_array_append_val(m->numbers, number);
}

struct seed_missing *seed__missing_new(const struct model_seed *settings)
{
    struct seed_missing *m = g_new0(struct seed_missing, 1);

    m->words = g_hash_table_new(g_str_hash, g_str_equal);
    m->numbers = g_array_new(FALSE, FALSE, sizeof(double));
    m->columns = json_is_object(settings->na_columns) ? settings->na_columns : NULL;
    m->keep_default = settings->keep_default_na;
    for (const char *const *w = usual; settings->keep_default_na && *w; w++)
        add(m, *w);
    for (char **w = settings->na_values; w && *w; w++)
        add(m, *w);
    return m;
}

void seed__missing_free(struct seed_missing *m)
{
    if (!m)
        return;
    g_hash_table_unref(m->words);
    g_array_unref(m->numbers);
    g_free(m);
}

static bool is_number_among(const struct seed_missing *m, const char *text)
{
    double number;

    if (m->numbers->len == 0 || !seed__read_double(text, &number))
        return false;
    for (guint i = 0; i < m->numbers->len; i++)
        if (g_array_index(m->numbers, double, i) == number)
            return true;
    return false;
}

static bool is_in_list(const json_t *list, const char *text)
{
    size_t i;
    json_t *item;

    json_array_foreach (list, i, item) {
        g_autofree char *word = json_scalar_text(item);

        if (word && strcmp(word, text) == 0)
            return true;
    }
    return false;
}

bool seed__is_missing(const struct seed_missing *m, const char *column, const char *text)
{
    if (m->columns && is_in_list(json_object_get(m->columns, column), text))
        return true;
    if (m->starts[(unsigned char)*text] && g_hash_table_contains(m->words, text))
        return true;
    return is_number_among(m, text);
}
