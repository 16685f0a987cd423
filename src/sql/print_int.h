/* print_int.h -- the printer's state and the functions its files share. */
#ifndef HEDDLE_SQL_PRINT_INT_H
#define HEDDLE_SQL_PRINT_INT_H

#include "sql/dialect_int.h"
#include "sql/keyword.h"
#include "sql/print.h"

struct printer {
    GString *out;
    const struct sql_dialect *dialect;
    bool pretty;
    unsigned indent;
};

/* Any node. */
void sql__print(struct printer *w, const struct sql_node *n);
void sql__put(struct printer *w, const char *text);
/* Children of a slot with a separator; false when there are none. */
bool sql__print_slot(struct printer *w, const struct sql_node *n, enum sql_slot slot,
                     const char *separator);
/* The same with something before and after, when there are any. */
bool sql__print_around(struct printer *w, const struct sql_node *n, enum sql_slot slot,
                       const char *before, const char *separator, const char *after);
void sql__print_name(struct printer *w, const struct sql_node *n); /* text, quoted as it was */
/* A new line at the present depth when pretty, else a space. */
void sql__break(struct printer *w);

/* print_query.c */
void sql__print_select(struct printer *w, const struct sql_node *n);
void sql__print_set_operation(struct printer *w, const struct sql_node *n);
void sql__print_subquery(struct printer *w, const struct sql_node *n);
void sql__print_values(struct printer *w, const struct sql_node *n);
void sql__print_with(struct printer *w, const struct sql_node *n);
void sql__print_cte(struct printer *w, const struct sql_node *n);
/* The joins behind a table. */
void sql__print_joins(struct printer *w, const struct sql_node *n);
void sql__print_join(struct printer *w, const struct sql_node *n);
void sql__print_table(struct printer *w, const struct sql_node *n);
void sql__print_table_function(struct printer *w, const struct sql_node *n);
void sql__print_pivot(struct printer *w, const struct sql_node *n);
void sql__print_clause_macro(struct printer *w, const struct sql_node *n);
void sql__print_before_table(struct printer *w, const struct sql_node *n);
void sql__print_after_table(struct printer *w, const struct sql_node *n);
/* A query in its own brackets. */
void sql__print_nested(struct printer *w, const struct sql_node *n, enum sql_slot slot);

/* print_expr.c */
void sql__print_alias(struct printer *w, const struct sql_node *n);
void sql__print_star(struct printer *w, const struct sql_node *n);
void sql__print_unary(struct printer *w, const struct sql_node *n);
void sql__print_binary(struct printer *w, const struct sql_node *n);
void sql__print_between(struct printer *w, const struct sql_node *n);
void sql__print_in(struct printer *w, const struct sql_node *n);
void sql__print_case(struct printer *w, const struct sql_node *n);
void sql__print_when(struct printer *w, const struct sql_node *n);
void sql__print_cast(struct printer *w, const struct sql_node *n);
void sql__print_type(struct printer *w, const struct sql_node *n);
void sql__print_function(struct printer *w, const struct sql_node *n);
void sql__print_window(struct printer *w, const struct sql_node *n);
void sql__print_paren(struct printer *w, const struct sql_node *n);
void sql__print_array(struct printer *w, const struct sql_node *n);
void sql__print_struct(struct printer *w, const struct sql_node *n);
void sql__print_lambda(struct printer *w, const struct sql_node *n);
void sql__print_property(struct printer *w, const struct sql_node *n);
void sql__print_interval(struct printer *w, const struct sql_node *n);
void sql__print_order(struct printer *w, const struct sql_node *n);
void sql__print_index(struct printer *w, const struct sql_node *n);
void sql__print_slice(struct printer *w, const struct sql_node *n);
void sql__print_after_call(struct printer *w, const struct sql_node *n);

/* print_query.c */
bool sql__print_begins_with_bracket(const struct sql_node *query, const struct sql_dialect *d);

#endif
