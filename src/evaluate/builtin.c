/* builtin.c -- the queries of SQLMesh's built-in audits: the rows that fail.
 *
 * Arguments and their defaults are macro variables; {search} is the engine's function
 * that searches for a regular expression, {partition} the text of partition_clause. An unknown
 * comparison (a NULL) is no failure. */
#include "evaluate/evaluate_int.h"

#include <string.h>

#define WHERE "SELECT * FROM @this_model WHERE "
#define GIVEN " AND (@condition)"
/* Both bounds; one that is NULL bounds nothing. */
#define OUTSIDE(x)                                                                                 \
    "(@IF(@inclusive, " x " < @min_v, " x " <= @min_v) OR @IF(@inclusive, " x " > @max_v, " x      \
    " >= @max_v))"
#define ANY_OF(list, condition) "(@REDUCE(@EACH(" list ", c -> " condition "), (a, b) -> a OR b))"
#define ALL_OF(list, condition) "(@REDUCE(@EACH(" list ", c -> " condition "), (a, b) -> a AND b))"

#define AUDIT(name, query)                                                                         \
    {                                                                                              \
        name, query                                                                                \
    }

static const struct evaluate_builtin builtins[] = {
    AUDIT("not_null", WHERE ANY_OF("@columns", "c IS NULL") GIVEN),
    AUDIT("unique_values", "SELECT * FROM (SELECT @EACH(@columns, c -> ROW_NUMBER() OVER "
                           "(PARTITION BY c ORDER BY c) AS "
                           "nth_@c) FROM @this_model WHERE @condition) AS ranked WHERE " ANY_OF(
                               "@columns", "nth_@c > 1")),
    AUDIT("accepted_values", WHERE "@column NOT IN @is_in" GIVEN),
    AUDIT("not_accepted_values", WHERE "@column IN @is_in" GIVEN),
    AUDIT("number_of_rows",
          "SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM @this_model WHERE @condition LIMIT "
          "@threshold + 1) AS few HAVING COUNT(*) <= @threshold"),
    AUDIT("forall", WHERE ANY_OF("@criteria", "NOT (c)") GIVEN),
    AUDIT("accepted_range", WHERE OUTSIDE("@column") GIVEN),
    AUDIT("at_least_one",
          "SELECT COUNT(*) AS n FROM @this_model WHERE @condition HAVING COUNT(*) > 0 AND "
          "COUNT(@column) = 0"),
    AUDIT("not_constant",
          "SELECT COUNT(DISTINCT @column) AS n FROM @this_model WHERE @condition HAVING "
          "COUNT(DISTINCT @column) <= 1"),
    AUDIT("not_empty_string", WHERE "@column = ''" GIVEN),
    AUDIT("not_null_proportion",
          "SELECT COUNT(@column) AS n FROM @this_model WHERE @condition HAVING COUNT(@column) <= "
          "COUNT(*) * @threshold"),
    AUDIT("sequential_values",
          "SELECT * FROM (SELECT @column AS v, LAG(@column) OVER (ORDER BY @column) AS before FROM "
          "@this_model WHERE @condition) AS pairs WHERE v <> before + @interval"),
    AUDIT("unique_combination_of_columns",
          "SELECT @EACH(@columns, c -> c) FROM @this_model WHERE @condition GROUP BY "
          "@EACH(@columns, c -> c) HAVING COUNT(*) > 1"),
    AUDIT(
        "mutually_exclusive_ranges",
        "SELECT * FROM (SELECT @lower_bound_column AS low, @upper_bound_column AS high, "
        "LEAD(@lower_bound_column) OVER ({partition} ORDER BY @lower_bound_column NULLS FIRST, "
        "@upper_bound_column NULLS FIRST) AS next_low, LEAD(1) OVER ({partition} ORDER BY "
        "@lower_bound_column NULLS FIRST, @upper_bound_column NULLS FIRST) IS NULL AS is_last FROM "
        "@this_model WHERE @condition) AS ranges WHERE NOT (COALESCE(low <= high, FALSE) AND "
        "COALESCE(high <= next_low, is_last))"),
    AUDIT("valid_uuid", WHERE
          "NOT {search}(LOWER(@column), "
          "'^[0-9a-f]{8}-[0-9a-f]{4}-[1-5][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$')" GIVEN),
    AUDIT("valid_url", WHERE
          "NOT {search}(@column, '^(http|https|ftp)://[^[:space:]/$.?#].[^[:space:]]*$')" GIVEN),
    AUDIT("valid_email",
          WHERE "NOT {search}(@column, '^[a-zA-Z0-9_.+-]+@[a-zA-Z0-9-]+[.][a-zA-Z0-9.-]+$')" GIVEN),
    AUDIT("valid_http_method", WHERE
          "@column NOT IN ('CONNECT', 'DELETE', 'GET', 'HEAD', 'OPTIONS', 'PATCH', 'POST', 'PUT', "
          "'TRACE')"),
    AUDIT("match_regex_pattern_list", WHERE ALL_OF("@patterns", "NOT {search}(@column, c)") GIVEN),
    AUDIT("not_match_regex_pattern_list", WHERE ANY_OF("@patterns", "{search}(@column, c)") GIVEN),
    AUDIT("match_like_pattern_list", WHERE ALL_OF("@patterns", "NOT @column LIKE c") GIVEN),
    AUDIT("not_match_like_pattern_list", WHERE ANY_OF("@patterns", "@column LIKE c") GIVEN),
    AUDIT("z_score",
          "SELECT t.* FROM @this_model AS t CROSS JOIN (SELECT AVG(@column) AS mean, "
          "NULLIF(STDDEV(@column), 0) AS deviation FROM @this_model WHERE @condition) AS s WHERE "
          "ABS((@column - s.mean) / s.deviation) > @threshold"),
    AUDIT("string_length_between", WHERE OUTSIDE("LENGTH(@column)") GIVEN),
    AUDIT("string_length_equal", WHERE "LENGTH(@column) <> @v" GIVEN),
    AUDIT("stddev_in_range",
          "SELECT * FROM (SELECT STDDEV(@column) AS v FROM @this_model WHERE @condition) AS s "
          "WHERE " OUTSIDE("v")),
    AUDIT("mean_in_range",
          "SELECT * FROM (SELECT AVG(@column) AS v FROM @this_model WHERE @condition) AS s "
          "WHERE " OUTSIDE("v")),
    AUDIT(
        "kl_divergence",
        "SELECT SUM(p * LN(p / NULLIF(q, 0)) + q * LN(q / NULLIF(p, 0))) AS divergence FROM "
        "(SELECT "
        "a.v, a.n * 1.0 / a.total AS p, b.n * 1.0 / b.total AS q FROM (SELECT @source_column AS v, "
        "COUNT(*) AS n, SUM(COUNT(*)) OVER () AS total FROM @this_model WHERE @condition GROUP BY "
        "1) "
        "AS a INNER JOIN (SELECT @target_column AS v, COUNT(*) AS n, SUM(COUNT(*)) OVER () AS "
        "total "
        "FROM @this_model WHERE @condition GROUP BY 1) AS b ON a.v = b.v) AS shares HAVING SUM(p * "
        "LN(p / NULLIF(q, 0)) + q * LN(q / NULLIF(p, 0))) > @threshold"),
    AUDIT(
        "chi_square",
        "SELECT * FROM (SELECT SUM((observed - expected) * (observed - expected) / expected) AS "
        "statistic FROM (SELECT cells.observed, rows_of.n * columns_of.n * 1.0 / everything.n AS "
        "expected FROM (SELECT @column_a AS a, @column_b AS b, COUNT(*) AS observed FROM "
        "@this_model "
        "WHERE @column_a IS NOT NULL AND @column_b IS NOT NULL AND (@condition) GROUP BY 1, 2) AS "
        "cells JOIN (SELECT @column_a AS a, COUNT(*) AS n FROM @this_model WHERE @column_a IS NOT "
        "NULL AND @column_b IS NOT NULL AND (@condition) GROUP BY 1) AS rows_of ON rows_of.a = "
        "cells.a JOIN (SELECT @column_b AS b, COUNT(*) AS n FROM @this_model WHERE @column_a IS "
        "NOT "
        "NULL AND @column_b IS NOT NULL AND (@condition) GROUP BY 1) AS columns_of ON columns_of.b "
        "= "
        "cells.b CROSS JOIN (SELECT COUNT(*) AS n FROM @this_model WHERE @column_a IS NOT NULL AND "
        "@column_b IS NOT NULL AND (@condition)) AS everything) AS parts) AS test WHERE NOT "
        "@IF(@dependent, statistic > @critical_value, statistic <= @critical_value)"),
};

const struct evaluate_builtin *evaluate__builtin(const char *name)
{
    static const char suffix[] = "_non_blocking";
    size_t n = strlen(name);

    if (g_str_has_suffix(name, suffix))
        n -= strlen(suffix);
    for (size_t i = 0; i < G_N_ELEMENTS(builtins); i++)
        if (strlen(builtins[i].name) == n && g_ascii_strncasecmp(builtins[i].name, name, n) == 0)
            return &builtins[i];
    return NULL;
}
