#include "sql/keyword.h"
#include "sql/lex.h"

static void add_range(GArray *ranges, uint32_t from, uint32_t to)
{
    struct sql_range r = {.at = from, .len = to - from};

    if (to > from)
        g_array_append_val(ranges, r);
}

GArray *sql_split(const struct source *s, const struct sql_dialect *d)
{
    GArray *ranges = g_array_new(FALSE, FALSE, sizeof(struct sql_range));
    uint32_t from = 0, to = 0;
    int depth = 0;
    struct sql_lexer lx;

    sql_lexer_init(&lx, s, d);
    for (struct sql_token t = sql_lexer_next(&lx); t.kind != T_END; t = sql_lexer_next(&lx)) {
        if (t.op == OP_SEMICOLON && depth <= 0) {
            add_range(ranges, from, to);
            from = to = 0;
            depth = 0;
            continue;
        }
        if (t.op == OP_LPAREN || t.op == OP_LBRACKET || t.op == OP_LBRACE)
            depth++;
        else if (t.op == OP_RPAREN || t.op == OP_RBRACKET || t.op == OP_RBRACE)
            depth--;
        if (to == 0)
            from = t.at;
        to = t.at + t.len;
    }
    add_range(ranges, from, to);
    return ranges;
}
