/* source.c -- files as sources, and what in them needs Python. */
#include "base/limits.h"
#include "project/project_int.h"

#include <string.h>

bool project__read_source(struct loader *l, const char *path, struct source *out, GError **error)
{
    g_autofree char *full = g_build_filename(l->root, path, NULL);
    GError *e = NULL;
    const char *bad;
    char *text;
    gsize len;

    if (!g_file_get_contents(full, &text, &len, &e)) {
        g_set_error(error, project_error(), ERROR_INVALID, "%s cannot be read: %s.", path,
                    e->message);
        g_error_free(e);
        return false;
    }
    arena_defer(l->arena, g_free, text);
    *out = (struct source){arena_strdup(l->arena, path), text, len};
    if (len > MAX_SQL_BYTES) {
        g_set_error(error, project_error(), ERROR_LIMIT, "%s has more than %d bytes.", path,
                    MAX_SQL_BYTES);
        return false;
    }
    if (g_str_has_prefix(text, "\xEF\xBB\xBF")) {
        out->text += 3;
        out->len -= 3;
    }
    if (!g_utf8_validate_len(out->text, out->len, &bad)) {
        error_set_at(error, project_error(), ERROR_INVALID, out, (size_t)(bad - out->text),
                     "this byte is not UTF-8.");
        return false;
    }
    return true;
}

bool project__mentions(const char *text, const char *word)
{
    size_t n = strlen(word);
    bool may_go_on = word[n - 1] == '_';

    for (; *text; text++)
        if (g_ascii_tolower(*text) == *word && g_ascii_strncasecmp(text, word, n) == 0 &&
            (may_go_on || (!g_ascii_isalnum(text[n]) && text[n] != '_')))
            return true;
    return false;
}

bool project__check_jinja(struct reading *r, GError **error)
{
    const char *text = r->source.text;
    struct sql_lexer lx;

    if (!strstr(text, "{{") && !strstr(text, "{%") && !project__mentions(text, "jinja_"))
        return true;
    sql_lexer_init(&lx, &r->source, r->dialect);
    for (struct sql_token t = sql_lexer_next(&lx); t.kind != T_END; t = sql_lexer_next(&lx))
        if (t.kind == T_JINJA || sql_token_is(&r->source, &t, "JINJA_QUERY_BEGIN") ||
            sql_token_is(&r->source, &t, "JINJA_STATEMENT_BEGIN"))
            return project__fail(r, t.at, error,
                                 "Jinja needs Python, which this version does not run.");
    return true;
}

struct finding {
    const char *name;
    size_t at;
};

static enum sql_visit find_call(struct sql_node *n, void *data)
{
    struct finding *f = data;

    if (n->kind != SQL_MACRO_CALL || !sql_text_is_nocase(n, f->name))
        return SQL_GO_IN;
    f->at = n->at;
    return SQL_STOP;
}

bool project__check_macros(struct reading *r, struct sql_node *tree, GPtrArray *definitions,
                           GError **error)
{
    struct macro_context context = r->macros;
    struct finding f = {NULL, tree->at};
    g_auto(GStrv) unknown = NULL;

    if (!memchr(r->source.text, '@', r->source.len))
        return true;
    context.definitions = definitions;
    unknown = macro_unknown_calls(tree, &context);
    if (!unknown[0])
        return true;
    f.name = unknown[0];
    sql_walk(tree, find_call, &f);
    project__fail(r, (uint32_t)f.at, error,
                  "the macro @%s is neither built in nor defined by @DEF: it needs Python, which "
                  "this version does not run.",
                  f.name);
    return false;
}

void project__add_variables(struct loader *l, struct draft *d, struct sql_node *tree,
                            GPtrArray *definitions, GString *hash)
{
    struct macro_context context = {.dialect = d->dialect, .definitions = definitions};
    g_auto(GStrv) names = macro_variables_read(tree, &context);

    for (char **name = names; *name; name++) {
        json_t *value = json_object_get(d->model->blueprint_variables, *name);

        if (!value && (value = json_object_get(l->variables, *name))) {
            if (!d->model->variables)
                d->model->variables = project__keep_json(l->arena, json_object());
            json_object_set(d->model->variables, *name, value);
        }
        if (!value)
            continue;
        g_autofree char *text = json_text(value);
        project__hash(hash, *name);
        project__hash(hash, text);
    }
}
