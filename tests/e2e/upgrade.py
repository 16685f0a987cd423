#!/usr/bin/env python3
"""States of versions before this one, kept in tests/cases/state/VERSION: this program opens them, brings their
tables up to date, finds nothing to plan, and goes on where the old version stopped. Each as SQLite, and moved to
PostgreSQL by backup and restore.

    tests/e2e/upgrade.py build/heddle
    tests/e2e/upgrade.py build/heddle --keep VERSION     make tests/cases/state/VERSION with this program
"""

import datetime
import pathlib
import shutil
import sqlite3
import sys
import time
import urllib.parse

import duckdb

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
import postgres  # noqa: E402
from roundtrip import World  # noqa: E402

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
        self.lives = getattr(self, "lives", 0) + 1
        while any(self.log(kind).count("welcomes this executor") < self.lives for kind in ("apply", "run")):
            assert time.time() < deadline, self.log("apply")
            time.sleep(0.05)

    def stop_all(self):
        for name in ("apply", "run", "server"):
            self.stop(name)

    def end(self):
        super().end()
        if hasattr(self, "postgres"):
            self.postgres.stop()
        if not hasattr(self, "is_kept"):
            shutil.rmtree(self.root)

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


# -- opening one --

def bring_back(w, folder):
    """The world as it was left: project, warehouse, state."""
    shutil.rmtree(w.project)
    shutil.copytree(folder / "project", w.project)
    with duckdb.connect(str(w.database)) as db:
        db.execute((folder / "warehouse.sql").read_text())
    db = sqlite3.connect(w.root / "state.db")
    db.executescript((folder / "state.sql").read_text())
    db.close()


def move_to_postgres(w):
    """The state of the old version, as it is, into PostgreSQL."""
    w.postgres = postgres.Server()
    old, file = w.state, w.root / "backup.jsonl"
    password = urllib.parse.quote(postgres.PASSWORD, safe="")
    w.state = f"postgresql://{postgres.USER}:{password}@127.0.0.1:{w.postgres.port}/postgres"
    w.run("state", "backup", str(file), "--state", old)
    assert file.stat().st_mode & 0o777 == 0o600
    w.run("state", "restore", str(file), "--state", w.state)
    again = w.run("state", "restore", str(file), "--state", w.state, code=1)
    assert "holds a state already" in again.stderr and "--replace" in again.stderr, again.stderr


def opens_and_goes_on(w, folder, kind):
    bring_back(w, folder)
    if kind == "postgres":
        move_to_postgres(w)
    w.set_clock(NOON + DAY + DAY / 24)
    w.start_all()
    assert "No changes to plan" in w.plan().stdout
    listed = w.run("environments").stdout
    assert {"prod", "dev"} <= set(listed.split()), listed
    assert w.total() == until(NOON.date() + DAY)
    w.stop_all()
    w.set_clock(NOON + 2 * DAY)
    w.start_all()
    w.run("run")
    assert w.total() == until(NOON.date() + 2 * DAY), w.total()
    lines = [line for line in w.log("run").splitlines() if "task ended" in line]
    day = f"from {NOON.date() + DAY}T00:00:00Z to {NOON.date() + 2 * DAY}T00:00:00Z"
    assert sum("daily" in line and day in line for line in lines) == 1 and len(lines) == 3, lines
    assert "No changes to plan" in w.plan().stdout
    w.stop_all()


def main():
    passed = failed = 0
    for folder in sorted(path for path in KEPT.iterdir() if path.is_dir()):
        for kind in ("sqlite", "postgres"):
            world = Shop(sys.argv[1] if len(sys.argv) > 1 else "build/heddle")
            try:
                opens_and_goes_on(world, folder, kind)
                passed += 1
            except Exception as error:  # the others go on
                failed += 1
                print(f"{folder.name} as {kind}: {type(error).__name__}: {error}\nkept: {world.root}")
                world.is_kept = True
            finally:
                world.end()
    print(f"{passed} passed, {failed} failed")
    return failed > 0


def keep_one(version):
    world = Shop(sys.argv[1])
    try:
        keep(world, version)
    finally:
        world.end()


if __name__ == "__main__":
    sys.exit(keep_one(sys.argv[3]) if "--keep" in sys.argv else main())
