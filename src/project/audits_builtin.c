/* audits_builtin.c -- the table of SQLMesh's own audits. */
#include "project/audits.h"

#include <glib.h>
#include <string.h>

#define CONDITION "condition", "TRUE"
#define RANGE     "min_v", "NULL", "max_v", "NULL", "inclusive", "TRUE", CONDITION

const struct builtin_audit project_builtin_audits[] = {
    {"accepted_range",                {"column"},                                      {RANGE}                         },
    {"accepted_values",               {"column", "is_in"},                             {CONDITION}                     },
    {"at_least_one",                  {"column"},                                      {CONDITION}                     },
    {"chi_square",                    {"column_a", "column_b", "critical_value"},      {"dependent", "TRUE", CONDITION}},
    {"forall",                        {"criteria"},                                    {CONDITION}                     },
    {"kl_divergence",                 {"source_column", "target_column", "threshold"}, {CONDITION}                     },
    {"match_like_pattern_list",       {"column", "patterns"},                          {CONDITION}                     },
    {"match_regex_pattern_list",      {"column", "patterns"},                          {CONDITION}                     },
    {"mean_in_range",                 {"column"},                                      {RANGE}                         },
    {"mutually_exclusive_ranges",
     {"lower_bound_column", "upper_bound_column"},
     {"partition_clause", "FALSE", CONDITION}                                                                          },
    {"not_accepted_values",           {"column", "is_in"},                             {CONDITION}                     },
    {"not_constant",                  {"column"},                                      {CONDITION}                     },
    {"not_empty_string",              {"column"},                                      {CONDITION}                     },
    {"not_match_like_pattern_list",   {"column", "patterns"},                          {CONDITION}                     },
    {"not_match_regex_pattern_list",  {"column", "patterns"},                          {CONDITION}                     },
    {"not_null",                      {"columns"},                                     {CONDITION}                     },
    {"not_null_proportion",           {"column", "threshold"},                         {CONDITION}                     },
    {"number_of_rows",                {"threshold"},                                   {CONDITION}                     },
    {"sequential_values",             {"column"},                                      {"interval", "1", CONDITION}    },
    {"stddev_in_range",               {"column"},                                      {RANGE}                         },
    {"string_length_between",         {"column"},                                      {RANGE}                         },
    {"string_length_equal",           {"column", "v"},                                 {CONDITION}                     },
    {"unique_combination_of_columns", {"columns"},                                     {CONDITION}                     },
    {"unique_values",                 {"columns"},                                     {CONDITION}                     },
    {"valid_email",                   {"column"},                                      {CONDITION}                     },
    {"valid_http_method",             {"column"},                                      {NULL}                          },
    {"valid_url",                     {"column"},                                      {CONDITION}                     },
    {"valid_uuid",                    {"column"},                                      {CONDITION}                     },
    {"z_score",                       {"column", "threshold"},                         {CONDITION}                     },
    {NULL,                            {NULL},                                          {NULL}                          },
};

const struct builtin_audit *project_builtin_audit(const char *name, bool *blocking)
{
    static const char suffix[] = "_non_blocking";
    size_t n = strlen(name), tail = strlen(suffix);

    *blocking = !(n > tail && g_ascii_strcasecmp(name + n - tail, suffix) == 0);
    if (!*blocking)
        n -= tail;
    for (const struct builtin_audit *b = project_builtin_audits; b->name; b++)
        if (strlen(b->name) == n && g_ascii_strncasecmp(b->name, name, n) == 0)
            return b;
    return NULL;
}
