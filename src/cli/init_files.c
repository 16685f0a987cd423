/* The files of a new project: a lending library's books and loans. Each is checked against the real
 * SQLMesh by the tests. */
#include "cli/init_files.h"

static const char duckdb_config[] =
    "# Where the models' tables live. The file's name without its ending is the catalog of every "
    "model.\n"
    "gateways:\n"
    "  warehouse:\n"
    "    connection:\n"
    "      type: duckdb\n"
    "      database: warehouse.duckdb\n"
    "\n"
    "default_gateway: warehouse\n"
    "\n"
    "# What models say when they say nothing themselves.\n"
    "model_defaults:\n"
    "  dialect: duckdb\n"
    "  start: 2025-01-01 # the first day that is filled\n"
    "  cron: '@daily'\n";

static const char postgres_config[] =
    "# Where the models' tables live. Values come from the environment or the file .env.\n"
    "gateways:\n"
    "  warehouse:\n"
    "    connection:\n"
    "      type: postgres\n"
    "      host: {{ env_var('PGHOST', 'localhost') }}\n"
    "      port: {{ env_var('PGPORT', '5432') }}\n"
    "      user: {{ env_var('PGUSER', 'postgres') }}\n"
    "      password: \"{{ env_var('PGPASSWORD', '') }}\"\n"
    "      database: {{ env_var('PGDATABASE', 'postgres') }}\n"
    "\n"
    "default_gateway: warehouse\n"
    "\n"
    "# What models say when they say nothing themselves.\n"
    "model_defaults:\n"
    "  dialect: postgres\n"
    "  start: 2025-01-01 # the first day that is filled\n"
    "  cron: '@daily'\n";

static const char gitignore[] = ".heddle/\n.cache/\n.env\nlogs/\n*.duckdb\n*.duckdb.wal\n";

static const char books_csv[] = "book_id,title,shelf\n"
                                "1,Walden,essays\n"
                                "2,Emma,novels\n"
                                "3,The Time Machine,novels\n"
                                "4,Leaves of Grass,poems\n"
                                "5,Middlemarch,novels\n";

static const char loans_csv[] = "loan_id,book_id,member_id,lent_on,returned_on\n"
                                "1,2,11,2025-01-02,2025-01-09\n"
                                "2,3,12,2025-01-02,2025-01-04\n"
                                "3,1,11,2025-01-03,\n"
                                "4,5,13,2025-01-03,2025-01-20\n"
                                "5,2,14,2025-01-10,2025-01-15\n"
                                "6,3,11,2025-01-10,2025-01-11\n"
                                "7,3,15,2025-01-12,\n"
                                "8,4,12,2025-01-12,2025-01-12\n"
                                "9,2,13,2025-01-16,\n"
                                "10,3,14,2025-01-17,2025-01-21\n";

static const char books_sql[] = "-- A seed: the rows of a CSV file as a table.\n"
                                "MODEL (\n"
                                "  name raw.books,\n"
                                "  kind SEED (\n"
                                "    path '../../seeds/books.csv'\n"
                                "  ),\n"
                                "  columns (\n"
                                "    book_id INT,\n"
                                "    title TEXT,\n"
                                "    shelf TEXT\n"
                                "  ),\n"
                                "  grain book_id,\n"
                                "  audits (\n"
                                "    unique_values(columns := (book_id))\n"
                                "  )\n"
                                ");\n";

static const char raw_loans_sql[] = "MODEL (\n"
                                    "  name raw.loans,\n"
                                    "  kind SEED (\n"
                                    "    path '../../seeds/loans.csv'\n"
                                    "  ),\n"
                                    "  columns (\n"
                                    "    loan_id INT,\n"
                                    "    book_id INT,\n"
                                    "    member_id INT,\n"
                                    "    lent_on DATE,\n"
                                    "    returned_on DATE\n"
                                    "  ),\n"
                                    "  grain loan_id\n"
                                    ");\n";

static const char loans_sql[] =
    "-- Filled a day at a time: only the days that are missing are computed.\n"
    "MODEL (\n"
    "  name library.loans,\n"
    "  kind INCREMENTAL_BY_TIME_RANGE (\n"
    "    time_column lent_on\n"
    "  ),\n"
    "  description 'Loans with the title of the book',\n"
    "  grain loan_id,\n"
    "  audits (\n"
    "    not_null(columns := (loan_id, title)),\n"
    "    returned_after_lent\n"
    "  )\n"
    ");\n"
    "\n"
    "SELECT\n"
    "  l.loan_id::INT AS loan_id,\n"
    "  l.member_id::INT AS member_id,\n"
    "  b.title::TEXT AS title,\n"
    "  b.shelf::TEXT AS shelf,\n"
    "  l.lent_on::DATE AS lent_on,\n"
    "  l.returned_on::DATE AS returned_on\n"
    "FROM raw.loans AS l\n"
    "JOIN raw.books AS b\n"
    "  ON b.book_id = l.book_id\n"
    "WHERE\n"
    "  l.lent_on BETWEEN @start_date AND @end_date\n";

static const char popular_books_sql[] = "-- Computed anew each time.\n"
                                        "MODEL (\n"
                                        "  name library.popular_books,\n"
                                        "  kind FULL,\n"
                                        "  grain title\n"
                                        ");\n"
                                        "\n"
                                        "SELECT\n"
                                        "  title::TEXT AS title,\n"
                                        "  COUNT(*)::INT AS loans,\n"
                                        "  COUNT(DISTINCT member_id)::INT AS readers\n"
                                        "FROM library.loans\n"
                                        "GROUP BY title\n";

static const char lent_now_sql[] = "-- A view holds no rows of its own.\n"
                                   "MODEL (\n"
                                   "  name library.lent_now,\n"
                                   "  kind VIEW\n"
                                   ");\n"
                                   "\n"
                                   "SELECT\n"
                                   "  title,\n"
                                   "  member_id,\n"
                                   "  lent_on\n"
                                   "FROM library.loans\n"
                                   "WHERE returned_on IS NULL\n";

static const char audit_sql[] = "-- An audit is a query for rows that must not be there.\n"
                                "AUDIT (\n"
                                "  name returned_after_lent\n"
                                ");\n"
                                "\n"
                                "SELECT *\n"
                                "FROM @this_model\n"
                                "WHERE returned_on < lent_on\n";

static const char test_yaml[] = "# What popular_books must give for these loans.\n"
                                "test_popular_books:\n"
                                "  model: library.popular_books\n"
                                "  inputs:\n"
                                "    library.loans:\n"
                                "      rows:\n"
                                "        - {loan_id: 1, member_id: 11, title: Emma}\n"
                                "        - {loan_id: 2, member_id: 12, title: Emma}\n"
                                "        - {loan_id: 3, member_id: 12, title: Walden}\n"
                                "  outputs:\n"
                                "    query:\n"
                                "      rows:\n"
                                "        - {title: Emma, loans: 2, readers: 2}\n"
                                "        - {title: Walden, loans: 1, readers: 1}\n";

const struct init_engine cli__init_engines[] = {
    {"duckdb",   duckdb_config  },
    {"postgres", postgres_config},
    {NULL,       NULL           },
};

const struct init_file cli__init_files[] = {
    {".gitignore",                       gitignore,         true },
    {"seeds/books.csv",                  books_csv,         false},
    {"seeds/loans.csv",                  loans_csv,         false},
    {"models/raw/books.sql",             books_sql,         false},
    {"models/raw/loans.sql",             raw_loans_sql,     false},
    {"models/library/loans.sql",         loans_sql,         false},
    {"models/library/popular_books.sql", popular_books_sql, false},
    {"models/library/lent_now.sql",      lent_now_sql,      false},
    {"audits/returned_after_lent.sql",   audit_sql,         false},
    {"tests/test_popular_books.yaml",    test_yaml,         false},
    {NULL,                               NULL,              false},
};

const char *const cli__init_folders[] = {"models", "seeds", "audits", "macros", "tests", NULL};
