"""What is done to a project, step by step. Each function gets a `Both` (run.py): edit() changes the files of
both sides, sql() both warehouses, plan() and run() the environments, same() compares after a step."""

import mill

BEFORE_YESTERDAY = mill.day(-1)  # as an execution time: the last whole day is two days ago


def added_column(both):
    both.edit("models/mart/daily.sql", "COUNT(*)::BIGINT AS n,", "COUNT(*)::BIGINT AS n,\n  MAX(money)::DECIMAL(12, 2) AS most,")
    both.plan()


def changed_where(both):
    both.edit("models/stage/events.sql", "WHERE e.ts BETWEEN", "WHERE e.kind <> 'return' AND e.ts BETWEEN")
    both.plan()


def removed_model(both):
    both.remove("models/mart/best.sql")
    both.plan()


def new_model(both):
    both.write("models/mart/silent.sql", "MODEL (name mart.silent, kind FULL);\nSELECT u.user_id FROM stage.users AS u"
               " LEFT JOIN mart.people AS p ON p.user_id = u.user_id WHERE p.user_id IS NULL OR p.n < 30\n")
    both.plan()


def dev_then_prod(both):
    both.edit("models/mart/people.sql", "> 1000", "> 500")
    both.edit("models/mart/late.sql", "AS money", "AS money, COUNT(*)::INT AS n")
    both.plan("dev")
    both.plan()


def dev_of_a_range(both):
    both.edit("models/mart/daily.sql", "COUNT(*)::BIGINT AS n", "(COUNT(*) * 2)::BIGINT AS n")
    both.plan("dev", "--start", mill.day(20), "--end", mill.day(24))


def dev_of_a_range_and_then_of_all(both):
    """Views over what is a preview at first are previews."""
    both.edit("models/mart/people.sql", "> 1000", "> 500")
    both.plan("dev", "--start", mill.day(20))
    both.plan("dev")
    both.plan()


def restatement(both):
    both.sql("DELETE FROM {stage.events} WHERE event_id % 3 = 0")
    both.plan("--restate-model", "stage.events", "--start", mill.day(12), "--end", mill.day(17))


def changed_seed(both):
    text = both.read("seeds/users.csv")
    both.write("seeds/users.csv", text.replace(",FR,", ",SE,").replace("Bo ", "Bodo "))
    both.plan()


def a_day_later(both):
    both.run()


def a_day_later_by_a_plan(both):
    both.edit("models/mart/people.sql", "> 1000", "> 1001")
    both.plan("--run", execution=str(mill.TODAY))


def failing_audit(both):
    both.edit("models/stage/events.sql", "AS money /* in euros */", "AS money /* in euros */, 1::INT AS one")
    both.edit("models/stage/events.sql", "WHERE money IS NULL", "WHERE money > 99.5")
    both.plan(fails=True)
    both.edit("models/stage/events.sql", "WHERE money > 99.5", "WHERE money IS NULL")
    both.plan()


def audit_that_does_not_block(both):
    both.edit("models/stage/events.sql", "AUDIT (name money_is_there)", "AUDIT (name money_is_there, blocking false)")
    both.edit("models/stage/events.sql", "WHERE money IS NULL", "WHERE money > 99.5")
    both.edit("models/stage/events.sql", "AS money /* in euros */", "AS money /* in euros */, 1::INT AS one")
    both.plan()


def changed_audit(both):
    """Rows that are there are audited by the plan that brings the audit; a plan that fails changes no view."""
    both.edit("models/stage/events.sql", "WHERE money IS NULL", "WHERE money > 99.5")
    both.plan(fails=True)
    both.edit("models/stage/events.sql", "WHERE money > 99.5", "WHERE money < -1000000")
    both.plan()
    both.edit("models/mart/people.sql", "threshold := 10)", "threshold := 1000000)")
    both.plan("dev", fails=True)


def restatement_in_dev(both):
    both.edit("models/mart/late.sql", "AS money", "AS money, COUNT(*)::INT AS n")
    both.plan("dev")
    both.sql("DELETE FROM {stage.events} WHERE event_id % 3 = 0")
    both.plan("dev", "--restate-model", "mart.late", "--start", mill.day(12), "--end", mill.day(17))


def lookback(both):
    both.sql("DELETE FROM {mart.late} WHERE user_id % 2 = 0")
    both.run()


def batches(both):
    both.edit("models/stage/batches.sql", "batch_size 4", "batch_size 7")
    both.edit("models/stage/batches.sql", "COUNT(*)::BIGINT AS n", "COUNT(DISTINCT user_id)::BIGINT AS n")
    both.plan()


def empty_range(both):
    both.edit("models/mart/daily.sql", "WHERE ts", "WHERE kind = 'never' AND ts")
    both.edit("models/stage/batches.sql", "WHERE ts", "WHERE id < 0 AND ts")
    both.plan()


def future_start(both):
    both.write("models/mart/future.sql", "MODEL (name mart.future, kind INCREMENTAL_BY_TIME_RANGE (time_column day),"
               " start '2999-01-01');\nSELECT ts::DATE AS day, COUNT(*)::INT AS n FROM stage.events"
               " WHERE ts BETWEEN @start_ts AND @end_ts GROUP BY 1\n")
    both.plan()


def skipped_backfill(both):
    both.edit("models/mart/late.sql", "AS money", "AS money, COUNT(*)::INT AS n")
    both.plan("dev", "--skip-backfill")


def empty_backfill(both):
    both.edit("models/mart/late.sql", "AS money", "AS money, COUNT(*)::INT AS n")
    both.plan("--empty-backfill")
    both.run()


def forward_only(both):
    both.edit("models/mart/late.sql", "AS money", "AS money, COUNT(*)::INT AS n")
    both.plan("dev", "--forward-only")
    both.plan("--forward-only")
    both.run()


def forward_only_wider_types(both):
    """A type that only grows is changed in place; PostgreSQL refuses that while a view shows the column."""
    both.edit("models/mart/late.sql", "::DECIMAL(18, 2)", "::DECIMAL(20, 2)")
    both.edit("models/mart/late.sql", "lookback 3)", "lookback 3, on_destructive_change allow)")
    both.plan("--forward-only", fails=both.engine.dialect == "postgres")


def forward_only_other_columns(both):
    both.edit("models/mart/late.sql", "user_id::INT AS user_id, ", "user_id::BIGINT AS user_id, COUNT(*)::INT AS n, ")
    both.edit("models/mart/late.sql", "SUM(money)::DECIMAL(18, 2) AS money", "MAX(money)::DECIMAL(18, 2) AS most")
    both.edit("models/mart/late.sql", "lookback 3)", "lookback 3, on_destructive_change allow)")
    both.plan("--forward-only")
    both.run()


def forward_only_under_a_view(both):
    both.write("models/mart/early.sql", "MODEL (name mart.early, kind VIEW);\nSELECT day, user_id FROM mart.late WHERE money > 10\n")
    both.plan()
    both.edit("models/mart/late.sql", "::DECIMAL(18, 2) AS money", "::TEXT AS money")
    both.edit("models/mart/late.sql", "lookback 3)", "lookback 3, on_destructive_change allow)")
    both.edit("models/mart/early.sql", "money > 10", "money > '10'")
    both.plan("--forward-only")
    both.run()


def forward_only_full(both):
    both.edit("models/mart/people.sql", "  u.country,\n", "  u.country, u.since,\n")
    both.edit("models/mart/people.sql", "  s.first_at,\n", "")
    both.plan("--forward-only")
    both.run()


def formatting_only(both):
    both.edit("models/mart/people.sql", "\nSELECT\n  u.user_id,", "\nselect u.user_id /* who */,")
    both.plan()


def changed_description(both):
    both.edit("models/mart/people.sql", "One row a person.", "A row for each person.")
    both.edit("models/mart/people.sql", "-- in capitals", "-- in capital letters")
    both.plan()


def words_that_are_reserved(both):
    both.write("models/mart/words.sql", """MODEL (name mart.words, kind FULL, audits (not_null(columns := (at, "order"))));
SELECT ts AS at, kind AS "order", COUNT(*) AS n FROM stage.events GROUP BY 1, 2
""")
    both.write("models/mart/more_words.sql", """MODEL (name mart.more_words, kind VIEW);
SELECT at::DATE AS at, "order", n FROM mart.words WHERE at > '2000-01-01'
""")
    both.plan()


def upper_and_lower_case(both):
    both.write("models/mart/cases.sql", """MODEL (name Mart.Cases, kind FULL, columns (Day DATE, N INT, Kind TEXT));
SELECT E.TS::DATE AS Day, COUNT(*)::INT AS N, "kind" AS Kind FROM Stage.Events AS E GROUP BY ALL
""")
    both.write("models/mart/cases_view.sql", """MODEL (name mart.cases_view, kind VIEW);
SELECT DAY AS TheDay, n, "kind" AS "Kind" FROM MART.CASES
""")
    both.plan()


OTHER_DIALECTS = {
    "bigquery": """MODEL (name mart.by_bigquery, kind FULL, dialect bigquery, audits (not_null(columns := (Kind))));
SELECT CAST(e.`User_Id` AS INT64) AS user_id, IF(e.kind = "it's\\" \\\\", 'quotes', UPPER(e.kind)) AS Kind, CAST(COUNT(*) AS INT64) AS n, CAST(SUM(e.money) AS FLOAT64) AS money,
  CAST(MAX(e.ts) AS DATETIME) AS last_at, ROW_NUMBER() OVER (PARTITION BY e.kind ORDER BY IF(e.user_id > 150, NULL, e.user_id), e.user_id DESC) AS place
FROM stage.events AS e LEFT JOIN mart.by_trino AS t ON t.user_id = e.user_id
WHERE e.kind NOT LIKE 'ret%' AND IFNULL(t.country, 'DE') IN ('DE', 'FR') GROUP BY 1, 2, e.kind, e.user_id
UNION ALL SELECT NULL, 'none', 0, NULL, NULL, 1
""",
    "trino": """MODEL (name mart.by_trino, kind VIEW, dialect trino);
SELECT user_id, country, name, RANK() OVER (ORDER BY country DESC, user_id) AS place, CAST(NULL AS VARCHAR) AS nothing
FROM stage.users WHERE country IS NOT NULL AND CAST(since AS DATE) >= DATE '2000-01-01'
""",
    "databricks": """MODEL (name mart.by_databricks, kind INCREMENTAL_BY_TIME_RANGE (time_column day), dialect databricks, columns (day DATE, n LONG, money DECIMAL(12, 2)));
SELECT CAST(ts AS DATE) AS day, COUNT(DISTINCT user_id) AS n, SUM(NVL(money, 0)) AS money FROM stage.events WHERE ts BETWEEN @start_ts AND @end_ts GROUP BY 1
""",
    "redshift": """MODEL (name mart.by_redshift, kind EMBEDDED, dialect redshift);
SELECT day, n::FLOAT AS n, CAST(NVL(money, 0) * 2 AS DECIMAL(18, 2)) AS twice FROM mart.by_databricks WHERE n > 1
""",
    "risingwave": """MODEL (name mart.by_risingwave, kind FULL, dialect risingwave);
SELECT r.day, r.n, r.twice, CASE WHEN r.n > 200 THEN 'many' WHEN r.n > 0 THEN 'some' END::TEXT AS words FROM mart.by_redshift AS r
""",
    "snowflake": """MODEL (name mart.by_snowflake, kind FULL, dialect snowflake);
WITH some AS (SELECT 1 AS a, 'x\\ty' AS "b" UNION ALL SELECT NULL, 'z' UNION ALL SELECT 3, NULL)
SELECT A, "b", IFF(a > 1, TRUE, FALSE) AS large, RANK() OVER (ORDER BY a DESC) AS place, a::NUMBER(10, 2) AS n, CAST('2024-01-02' AS TIMESTAMP_NTZ) AS at FROM some
""",
    "snowflakes_child": """MODEL (name mart.of_snowflake, kind VIEW, dialect snowflake);
SELECT s.a, s.n, s.place FROM mart.by_snowflake AS s WHERE s.place < 3
""",
}


def models_of_other_dialects(both):
    """What the models' dialects and the warehouse's have in common is sent as SQLMesh sends it. (On PostgreSQL SQLMesh
    refuses models of Snowflake: it writes the catalog in capitals.)"""
    for name, text in OTHER_DIALECTS.items():
        if "snowflake" in name and both.engine.dialect == "postgres":
            continue
        both.write(f"models/mart/{name}.sql", text)
    both.plan()
    both.edit("models/mart/redshift.sql", "n > 1", "n > 100")
    both.plan("dev")
    both.run()


STATEMENTS = """
before_all:
  - CREATE SCHEMA IF NOT EXISTS notes
  - CREATE TABLE IF NOT EXISTS notes.said (stage TEXT, env TEXT, what TEXT)
  - INSERT INTO notes.said SELECT @runtime_stage, @this_env, 'view ' || x FROM UNNEST(ARRAY[@EACH(@views, v -> v)]) AS t(x)
  - INSERT INTO notes.said SELECT @runtime_stage, @this_env, 'schema ' || x FROM UNNEST(ARRAY[@EACH(@schemas, v -> v)]) AS t(x)
after_all:
  - INSERT INTO notes.said SELECT @runtime_stage, @this_env, 'schema ' || x FROM UNNEST(ARRAY[@EACH(@schemas, v -> v)]) AS t(x)
  - INSERT INTO notes.said SELECT @runtime_stage, @this_env, 'view ' || x FROM UNNEST(ARRAY[@EACH(@views, v -> v)]) AS t(x)
"""


def statements_that_name_schemas_and_views(both):
    """Of prod and of dev, and of a run, and with a name that needs its quotes."""
    both.write("config.yaml", both.read("config.yaml") + STATEMENTS)
    both.plan()
    both.edit("models/mart/people.sql", "> 1000", "> 500")
    both.write("models/mart/odd.sql", 'MODEL (name mart."Odd name", kind FULL);\nSELECT 1::INT AS x\n')
    both.plan("dev")
    both.plan()
    both.run()


def run_of_failing_models_with_statements(both):
    """after_all follows a run in which models failed, not such a plan."""
    marks = "  - INSERT INTO notes.said SELECT '%s'\n"
    both.write("config.yaml", both.read("config.yaml") + "\nbefore_all:\n  - CREATE SCHEMA IF NOT EXISTS notes\n"
               "  - CREATE TABLE IF NOT EXISTS notes.said (what TEXT)\n" + marks % "before" + "after_all:\n" + marks % "after")
    both.plan()
    both.sql("ALTER TABLE {stage.events} RENAME COLUMN kind TO mind")
    both.run(fails=True)
    both.sql("ALTER TABLE {stage.events} RENAME COLUMN mind TO kind")
    failing_audit(both)


def run_of_a_failing_before_all(both):
    """Neither the models nor after_all follow it."""
    both.write("config.yaml", both.read("config.yaml") + "\nbefore_all:\n  - CREATE SCHEMA IF NOT EXISTS notes\n"
               "  - CREATE TABLE IF NOT EXISTS notes.said (what TEXT)\n  - CREATE TABLE IF NOT EXISTS notes.door (x INT)\n"
               "  - INSERT INTO notes.door (x) SELECT 1\n"
               "after_all:\n  - INSERT INTO notes.said SELECT 'after'\n")
    both.plan()
    both.sql("ALTER TABLE notes.door RENAME COLUMN x TO y")
    both.run(fails=True)


SCENARIOS = {name: function for name, function in list(globals().items())
             if callable(function) and getattr(function, "__module__", None) == __name__}
