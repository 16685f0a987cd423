#!/usr/bin/env python3
"""States of versions before this one, kept in tests/cases/state/VERSION: this program opens them, brings their
tables up to date, finds nothing to plan, and goes on where the old version stopped. Each as SQLite, and moved to
PostgreSQL by backup and restore.

    tests/e2e/upgrade.py build/heddle
    tests/e2e/upgrade.py build/heddle --keep VERSION     make tests/cases/state/VERSION with this program
"""

import datetime
import os
import pathlib
import shutil
import sqlite3
import sys
import time

import duckdb

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from roundtrip import World

KEPT = pathlib.Path(__file__).resolve().parent.parent / "cases/state"
DAY = datetime.timedelta(days=1)
NOON = datetime.datetime(2026, 1, 10, 12, tzinfo=datetime.timezone.utc)  # when the first plan was made
FIRST = NOON.date() - 5 * DAY
AMOUNTS = {FIRST + i * DAY: 10 * i + 7 for i in range(10)}

PROJECT = {
    "config.yaml": f"""
gateways:
  main:
    connection:
      type: duckdb
      database: house.duckdb
default_gateway: main
model_defaults:
  dialect: duckdb
  start: {FIRST}
  cron: '@daily'
""",
    "seeds/sales.csv": "day,amount\n" + "".join(f"{day},{amount}\n" for day, amount in AMOUNTS.items()),
    "models/sales.sql": """
MODEL (name shop.sales, kind SEED (path '../seeds/sales.csv'), columns (day DATE, amount INT), grain day);
""",
    "models/daily.sql": """
MODEL (name shop.daily, kind INCREMENTAL_BY_TIME_RANGE (time_column day), audits (not_null(columns := (total))));
SELECT day, SUM(amount) AS total FROM shop.sales WHERE day BETWEEN @start_ds AND @end_ds GROUP BY day
""",
    "models/days.sql": """
MODEL (name shop.days, kind FULL);
SELECT COUNT(*) AS n, SUM(total) AS total FROM shop.daily
""",
    "models/latest.sql": """
MODEL (name shop.latest, kind VIEW);
SELECT MAX(day) AS day FROM shop.daily
""",
}
DEV = PROJECT["models/days.sql"].replace("AS n,", "AS n, MIN(day) AS first,")


def until(day):
    return {"n": (day - FIRST).days, "total": sum(a for d, a in AMOUNTS.items() if d < day)}


class Shop(World):
    """The project of a kept state; its clock stands where a test wants it."""

    def set_clock(self, moment):
        now = datetime.datetime.now(datetime.timezone.utc)
        self.environment["HEDDLE_CLOCK_OFFSET_MS"] = str(round((moment - now).total_seconds() * 1000))

    def start_all(self):
        super().start_all()
        deadline = time.time() + 60
        while any("welcomes this executor" not in self.log(kind).rsplit("heddle starts", 1)[-1]
                  for kind in ("apply", "run")):
            assert time.time() < deadline, self.log("apply")
            time.sleep(0.05)

    def stop_all(self):
        for name in ("apply", "run", "server"):
            self.stop(name)

    def write(self, files):
        shutil.rmtree(self.project)
        for name, text in files.items():
            path = self.project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.lstrip())

    def total(self):
        row, = self.rows("SELECT n, total FROM shop.days")
        return {key: int(value) for key, value in row.items()}


# -- keeping a state --

def literal(value):
    return "NULL" if value is None else repr(value) if isinstance(value, (int, float)) else \
        "'" + str(value).replace("'", "''") + "'"


def dump_state(path, out):
    """All but the key that signs tokens, which belongs into no repository; a server makes a new one."""
    db = sqlite3.connect(path)
    db.execute("DELETE FROM auth_key")
    out.write_text("\n".join(db.iterdump()) + "\n")
    db.rollback()
    db.close()


def dump_warehouse(path, out):
    with duckdb.connect(str(path), read_only=True) as db:
        lines = [f'CREATE SCHEMA IF NOT EXISTS "{name}";' for name, in db.execute(
            "SELECT schema_name FROM duckdb_schemas() WHERE database_name = 'house' AND NOT internal "
            "ORDER BY 1").fetchall()]
        for schema, name, sql in db.execute("SELECT schema_name, table_name, sql FROM duckdb_tables() "
                                            "ORDER BY 1, 2").fetchall():
            lines.append(sql)
            for row in db.execute(f'SELECT * FROM "{schema}"."{name}" ORDER BY ALL').fetchall():
                lines.append(f'INSERT INTO {schema}."{name}" VALUES ({", ".join(map(literal, row))});')
        # Views under views read them: those of the physical layer come first.
        lines += [sql.rstrip() for sql, in db.execute(
            "SELECT sql FROM duckdb_views() WHERE NOT internal AND database_name = 'house' "
            "ORDER BY schema_name NOT LIKE 'sqlmesh__%', schema_name, view_name").fetchall()]
    out.write_text("\n".join(lines) + "\n")


def keep(w, version):
    folder = KEPT / version
    shutil.rmtree(folder, ignore_errors=True)
    (folder / "project").mkdir(parents=True)
    w.write(PROJECT)
    w.set_clock(NOON)
    w.start_all()
    w.plan()
    (w.project / "models/days.sql").write_text(DEV.lstrip())
    w.plan("dev")
    (w.project / "models/days.sql").write_text(PROJECT["models/days.sql"].lstrip())
    w.stop_all()
    w.set_clock(NOON + DAY)
    w.start_all()
    w.run("run")
    assert w.total() == until(NOON.date() + DAY), w.total()
    w.stop_all()
    dump_state(w.root / "state.db", folder / "state.sql")
    dump_warehouse(w.database, folder / "warehouse.sql")
    shutil.copytree(w.project, folder / "project", dirs_exist_ok=True)
    print(f"kept {folder}")


if __name__ == "__main__" and "--keep" in sys.argv:
    world = Shop(sys.argv[1])
    try:
        keep(world, sys.argv[3])
    finally:
        world.end()
