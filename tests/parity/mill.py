"""A project made for comparisons: every kind and habit that Heddle carries out, about 12,000 rows of events.

Its dates are relative to today, so that `run`, which knows no time but now, can be compared too.
"""

import csv
import datetime
import io
import random

DAY = datetime.timedelta(days=1)
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
DAYS = 40
FIRST = TODAY - DAYS * DAY
EVENTS_A_DAY = 300


def day(number):
    """The day `number` days after the first; negative: before today."""
    return str((FIRST if number >= 0 else TODAY) + number * DAY)


def table(head, rows, delimiter=","):
    out = io.StringIO()
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow(head)
    writer.writerows(rows)
    return out.getvalue()


def seeds():
    dice = random.Random(17)
    events = []
    for number in range(DAYS):
        for i in range(EVENTS_A_DAY):
            at = datetime.datetime.combine(FIRST + number * DAY, datetime.time()) + datetime.timedelta(
                seconds=dice.randrange(86400))
            events.append((number * EVENTS_A_DAY + i, at, dice.randrange(1, 301),
                           dice.choice(["view", "view", "view", "buy", "return", ""]),
                           f"{dice.randrange(1, 9999) / 100:.2f}"))
    users = [(i, dice.choice(["Ana", "Bo \"the loom\"", "Çelik, Su", "D'Arcy", "Ümit"]) + f" {i}",
              dice.choice(["DE", "FR", "", "SE"]), FIRST - dice.randrange(400) * DAY, dice.choice(["true", "false"]))
             for i in range(1, 301)]
    rates = [("DE", "1.00", "euro"), ("FR", "1.00", "euro"), ("SE", "0.09", "krona; new"), ("", "0.50", "unknown")]
    return {
        "seeds/events.csv": table(["id", "ts", "user_id", "kind", "amount"], events),
        "seeds/users.csv": table(["user_id", "name", "country", "since", "active"], users),
        "seeds/rates.csv": table(["country", "rate", "note"], rates, ";"),
    }


CONFIG = f"""
gateways:
  %s:
    connection:%s
default_gateway: %s
model_defaults:
  dialect: %s
  start: '{FIRST}'
  cron: '@daily'
variables:
  least: 5
"""

MODELS = {
    "raw/events.sql": """
MODEL (name raw.events, kind SEED (path '../../seeds/events.csv'), description 'Everything that happened.',
  columns (id INT, ts TIMESTAMP, user_id INT, kind TEXT, amount DECIMAL(10, 2)),
  column_descriptions (ts = 'UTC'), audits (not_null(columns := (id, ts)), unique_values(columns := (id))));
""",
    "raw/users.sql": """
MODEL (name raw.users, kind SEED (path '../../seeds/users.csv'), grain user_id);
""",
    "raw/rates.sql": """
MODEL (name raw.rates, kind SEED (path '../../seeds/rates.csv', csv_settings (delimiter = ';')),
  columns (country TEXT, rate DECIMAL(6, 2), note TEXT));
""",
    "stage/users.sql": """
MODEL (name stage.users, kind VIEW, tags (people, staging), description 'Users, tidied.');
SELECT user_id, UPPER(name) AS name, COALESCE(country, '??') AS country, since, active FROM raw.users
""",
    "stage/rated.sql": """
MODEL (name stage.rated, kind EMBEDDED);
SELECT COALESCE(country, '??') AS country, rate FROM raw.rates WHERE rate > 0
""",
    "stage/events.sql": """
MODEL (name stage.events, kind INCREMENTAL_BY_TIME_RANGE (time_column ts, batch_size 9),
  description 'Events with their money.', partitioned_by (ts), audits (not_null(columns := (event_id)), money_is_there));
SELECT
  e.id::INT AS event_id,
  e.ts::TIMESTAMP AS ts, -- when
  e.user_id::INT AS user_id,
  COALESCE(e.kind, 'none')::TEXT AS kind,
  (e.amount * r.rate)::DECIMAL(12, 2) AS money /* in euros */
FROM raw.events AS e
JOIN stage.users AS u ON u.user_id = e.user_id
JOIN stage.rated AS r ON r.country = u.country
WHERE e.ts BETWEEN @start_ts AND @end_ts;

AUDIT (name money_is_there);
SELECT * FROM @this_model WHERE money IS NULL
""",
    "stage/batches.sql": """
MODEL (name stage.batches, kind INCREMENTAL_BY_TIME_RANGE (time_column day, batch_size 4, batch_concurrency 1));
SELECT ts::DATE AS day, COUNT(*)::BIGINT AS n, @start_ds::TEXT AS batch_start, @end_ds::TEXT AS batch_end
FROM raw.events WHERE ts BETWEEN @start_ts AND @end_ts GROUP BY 1
""",
    "mart/daily.sql": """
MODEL (name mart.daily, kind INCREMENTAL_BY_TIME_RANGE (time_column (ds, '%Y-%m-%d')), owner ana,
  audits (accepted_values(column := kind, is_in := ('view', 'buy', 'return', 'none'))));
SELECT
  STRFTIME(ts, '%Y-%m-%d')::TEXT AS ds,
  kind::TEXT AS kind,
  COUNT(*)::BIGINT AS n,
  SUM(money)::DECIMAL(18, 2) AS money
FROM stage.events
WHERE ts BETWEEN @start_ts AND @end_ts
GROUP BY 1, 2
""",
    "mart/late.sql": """
MODEL (name mart.late, kind INCREMENTAL_BY_TIME_RANGE (time_column day, lookback 3), start '%(later)s');
SELECT ts::DATE AS day, user_id::INT AS user_id, SUM(money)::DECIMAL(18, 2) AS money
FROM stage.events WHERE ts BETWEEN @start_ts AND @end_ts GROUP BY 1, 2
""" % {"later": day(10)},
    "mart/hours.sql": """
MODEL (name mart.hours, kind INCREMENTAL_BY_TIME_RANGE (time_column hour, batch_size 400), cron '@hourly');
SELECT DATE_TRUNC('hour', ts)::TIMESTAMP AS hour, COUNT(*)::INT AS n
FROM raw.events WHERE ts BETWEEN @start_ts AND @end_ts GROUP BY 1
""",
    "mart/people.sql": """
MODEL (name mart.people, kind FULL, grain user_id, description 'One row a person.',
  audits (unique_values(columns := (user_id)), number_of_rows(threshold := 10)));
@DEF(bought, kind = 'buy');
WITH spent AS (
  SELECT user_id, SUM(money) AS money, COUNT(*) AS n, MIN(ts) AS first_at, @EACH(['view', 'return'], k -> COUNT(*) FILTER (WHERE kind = @k) AS @{k}_events)
  FROM stage.events GROUP BY user_id HAVING COUNT(*) >= @least
), bought AS (
  SELECT user_id, COUNT(*) AS bought FROM stage.events WHERE @bought GROUP BY user_id
)
SELECT
  u.user_id,
  u.name, -- in capitals
  u.country,
  s.money,
  s.n,
  s.first_at,
  s.view_events,
  s.return_events,
  COALESCE(b.bought, 0) AS bought,
  ROW_NUMBER() OVER (PARTITION BY u.country ORDER BY s.money DESC, u.user_id) AS place,
  CASE WHEN s.money > 1000 THEN 'large' ELSE 'small' END AS size
FROM stage.users AS u
JOIN spent AS s ON s.user_id = u.user_id
LEFT JOIN bought AS b ON b.user_id = u.user_id
""",
    "mart/best.sql": """
MODEL (name mart.best, kind VIEW, description 'The first of each country.');
SELECT country, name, money FROM mart.people WHERE place = 1
""",
    "mart/kinds.sql": """
MODEL (name mart.kinds, kind FULL, cron '@weekly');
SELECT kind, SUM(n) AS n, SUM(money) AS money FROM mart.daily GROUP BY kind
UNION ALL
SELECT 'all' AS kind, SUM(n) AS n, SUM(money) AS money FROM mart.daily
""",
    "mart/week.sql": """
MODEL (name mart.week, kind VIEW);
SELECT d.ds, d.kind, d.n, SUM(d.n) OVER (PARTITION BY d.kind ORDER BY d.ds ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS n_week
FROM mart.daily AS d
""",
}


def files(engine):
    """`engine` says how it is reached, and which dialect the models are in."""
    out = {"config.yaml": CONFIG % (engine.gateway, engine.connection.rstrip(), engine.gateway, engine.dialect), **seeds()}
    out.update({f"models/{path}": text.lstrip() for path, text in MODELS.items()})
    return out
