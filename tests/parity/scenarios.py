"""What is done to a project, step by step. Each function gets a `Both` (run.py): edit() changes the files of
both sides, sql() both warehouses, plan() and run() the environments, same() compares after a step."""

import mill

BEFORE_YESTERDAY = mill.day(-1)  # as an execution time: the last whole day is two days ago


def added_column(both):
    both.edit("models/mart/daily.sql", "COUNT(*)::BIGINT AS n,", "COUNT(*)::BIGINT AS n,\n  MAX(money)::DECIMAL(12, 2) AS most,")
    both.plan()


def changed_where(both):
    both.edit("models/stage/events.sql", "WHERE e.at BETWEEN", "WHERE e.kind <> 'return' AND e.at BETWEEN")
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


def lookback(both):
    both.sql("DELETE FROM {mart.late} WHERE user_id % 2 = 0")
    both.run()


def batches(both):
    both.edit("models/stage/batches.sql", "batch_size 4", "batch_size 7")
    both.edit("models/stage/batches.sql", "COUNT(*)::BIGINT AS n", "COUNT(DISTINCT user_id)::BIGINT AS n")
    both.plan()


def empty_range(both):
    both.edit("models/mart/daily.sql", "WHERE at", "WHERE kind = 'never' AND at")
    both.edit("models/stage/batches.sql", "WHERE at", "WHERE id < 0 AND at")
    both.plan()


def future_start(both):
    both.write("models/mart/future.sql", "MODEL (name mart.future, kind INCREMENTAL_BY_TIME_RANGE (time_column day),"
               " start '2999-01-01');\nSELECT at::DATE AS day, COUNT(*)::INT AS n FROM stage.events"
               " WHERE at BETWEEN @start_ts AND @end_ts GROUP BY 1\n")
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


def formatting_only(both):
    both.edit("models/mart/people.sql", "\nSELECT\n  u.user_id,", "\nselect u.user_id /* who */,")
    both.plan()


def changed_description(both):
    both.edit("models/mart/people.sql", "One row a person.", "A row for each person.")
    both.edit("models/mart/people.sql", "-- in capitals", "-- in capital letters")
    both.plan()


SCENARIOS = {name: function for name, function in list(globals().items())
             if callable(function) and getattr(function, "__module__", None) == __name__}
