"""Projects made for measuring, in the plainest form both programs read."""

import datetime
import pathlib

WIDTH = 20
START = str(datetime.datetime.now(datetime.timezone.utc).date() - datetime.timedelta(days=90))

CONFIG = """gateways:
  main:
    connection:
      type: duckdb
      database: house.duckdb
default_gateway: main
model_defaults:
  dialect: duckdb
  start: %s
"""

FIRST_ROW = "MODEL (name many.m%d, kind FULL);\nSELECT %d AS id, CAST(1.5 AS DECIMAL(10, 2)) AS amount\n"

OTHER_ROWS = """MODEL (name many.m%d, kind FULL);
WITH a AS (SELECT id, amount FROM many.m%d), b AS (SELECT id, amount FROM many.m%d WHERE amount > 0)
SELECT a.id, SUM(a.amount + COALESCE(b.amount, 0)) AS amount, COUNT(*) AS n
FROM a LEFT JOIN b ON a.id = b.id GROUP BY a.id
"""

TICKS = """MODEL (name many.ticks, kind INCREMENTAL_BY_TIME_RANGE (time_column at), cron '%s', start '2020-01-01');
SELECT CAST('2020-01-01' AS TIMESTAMP) AS at, 1 AS n WHERE CAST('2020-01-01' AS TIMESTAMP) BETWEEN @start_ts AND @end_ts
"""


def start_project(folder):
    folder = pathlib.Path(folder)
    (folder / "models").mkdir(parents=True)
    (folder / "config.yaml").write_text(CONFIG % START)
    return folder


def many(folder, count):
    """Models in rows of 20; each reads two of the row above."""
    folder = start_project(folder)
    for i in range(count):
        above = i // WIDTH * WIDTH - WIDTH
        text = FIRST_ROW % (i, i) if i < WIDTH else OTHER_ROWS % (i, i - WIDTH, above + (i + 7) % WIDTH)
        (folder / f"models/m{i}.sql").write_text(text)
    return folder


def change_one(folder, round_number):
    """A change of the last model, which nothing reads, different in each round."""
    last = max(folder.glob("models/m*.sql"), key=lambda p: int(p.stem[1:]))
    text = last.read_text().split(" -- ")[0].rstrip().split("\nHAVING ")[0]
    last.write_text(f"{text}\nHAVING COUNT(*) > -{round_number + 1}\n")


def ticks(folder, cron):
    folder = start_project(folder)
    (folder / "models/ticks.sql").write_text(TICKS % cron)
    return folder


def log_statements(folder, path):
    """Have DuckDB itself write down every statement it is given."""
    config = folder / "config.yaml"
    config.write_text(config.read_text().replace(
        "house.duckdb\n", f"house.duckdb\n      connector_config:\n        log_query_path: {path}\n"))
