#!/usr/bin/env python3
"""Kill (-9) server, supervisors and workers at random moments of plans and runs, over and over, and look
whether anything was lost or done twice: tables must equal a clean run's, intervals must be recorded once.

One round in four has its state in PostgreSQL.

    tests/e2e/kills.py build/heddle [ROUNDS [SEED]]
"""

import os
import pathlib
import random
import shutil
import signal
import socket
import sqlite3
import sys
import threading
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
import postgres  # noqa: E402
from roundtrip import DAY, TODAY, World  # noqa: E402

DAYS = 40
KILLS = 10  # of a round; work goes on until then
FIRST = TODAY - DAYS * DAY

MODELS = {
    "events": """
MODEL (name shop.events, kind INCREMENTAL_BY_TIME_RANGE (time_column day, batch_size 1));
SELECT CAST(d.day AS DATE) AS day, r.range AS id, (r.range * 7 + DAYOFYEAR(d.day)) % 101 AS amount
FROM GENERATE_SERIES(CAST(@start_ds AS DATE), CAST(@end_ds AS DATE), INTERVAL 1 DAY) AS d(day), RANGE(400) AS r
""",
    "daily": """
MODEL (name shop.daily, kind INCREMENTAL_BY_TIME_RANGE (time_column day, batch_size 3),
  audits (unique_values(columns := (day)), number_of_rows(threshold := 0)));
SELECT day, SUM(amount) AS total, COUNT(*) AS n FROM shop.events
WHERE day BETWEEN @start_ds AND @end_ds GROUP BY day
""",
    "weeks": """
MODEL (name shop.weeks, kind FULL);
SELECT DATE_TRUNC('week', day) AS week, SUM(total) AS total, SUM(n) AS n FROM shop.daily GROUP BY 1
""",
    "best": """
MODEL (name shop.best, kind VIEW);
SELECT week, total FROM shop.weeks QUALIFY RANK() OVER (ORDER BY total DESC) = 1
""",
}
STATES = ("sqlite", "sqlite", "sqlite", "postgres")  # in turn
TABLES = ("events", "daily", "weeks", "best")


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Mill(World):
    """A server on a port of its own, which comes back there after it was killed."""

    def __init__(self, heddle, state):
        super().__init__(heddle)
        self.postgres = postgres.Server() if state == "postgres" else None
        if self.postgres:
            password = urllib.parse.quote(postgres.PASSWORD, safe="")
            self.state = f"postgresql://{postgres.USER}:{password}@127.0.0.1:{self.postgres.port}/postgres"
        config = self.project / "config.yaml"
        config.write_text(config.read_text().replace(str(TODAY - 5 * DAY), str(FIRST)))
        for old in self.project.glob("models/*.sql"):
            old.unlink()
        for name, text in MODELS.items():
            (self.project / f"models/{name}.sql").write_text(text.lstrip())
        self.port = free_port()
        self.kills = []

    def start_server(self):
        self.start("server", "server", "--listen", f"127.0.0.1:{self.port}", "--state", self.state,
                   "--no-scheduler", "--lease-seconds", "3").stdout.readline()

    def start_everything(self):
        self.start_server()
        url = {"TCLOUD_URL": f"http://127.0.0.1:{self.port}/sqlmesh/acme/shop"}
        gateway = {"SQLMESH__DEFAULT_GATEWAY": "main", "SQLMESH__GATEWAYS__MAIN__CONNECTION__TYPE": "duckdb",
                   "SQLMESH__GATEWAYS__MAIN__CONNECTION__DATABASE": str(self.database)}
        self.executor = {**url, **self.client("executor"), **gateway}
        self.cloud = {**url, **self.client("developer")}
        for kind in ("apply", "run"):
            self.start(kind, "executor", kind, environment=self.executor)

    def end(self):
        """Workers whose supervisor was killed see its socket close, and end by themselves."""
        super().end()
        deadline = time.time() + 30
        while (left := self.processes()) and time.time() < deadline:
            time.sleep(0.05)
        if self.postgres:
            self.postgres.stop()
        assert not left, f"left running: {left}"

    def ask(self, sql):
        """The state itself."""
        if self.postgres:
            return self.postgres.ask("SET search_path TO heddle; " + sql)
        with sqlite3.connect(self.state.split(":", 1)[1]) as db:
            return db.execute(sql).fetchall()

    def workers(self):
        found = []
        for name in ("apply", "run"):
            child = self.children.get(name)
            try:  # a child belongs to the thread that made it
                for thread in pathlib.Path(f"/proc/{child.pid}/task").iterdir() if child else ():
                    found += [int(pid) for pid in (thread / "children").read_text().split()]
            except OSError:
                pass
        return found

    def kill_one(self, chance):
        what = chance.choice(("server", "apply", "run", "worker", "worker", "worker"))
        if what == "worker":
            until = time.time() + 2  # a worker lives only while there is work
            while not (found := self.workers()) and time.time() < until:
                time.sleep(0.002)
            for pid in found:
                try:
                    os.kill(pid, signal.SIGKILL)
                    self.kills.append(what)
                except ProcessLookupError:
                    pass
            return
        self.kills.append(what)
        child = self.children.pop(what)
        child.kill()
        child.wait()
        if what == "server":
            self.start_server()
        else:
            self.start(what, "executor", what, environment=self.executor)

    def until_it_works(self, *args):
        """The data engineer's way: a command that failed is given again."""
        deadline = time.time() + 300
        while True:
            done = self.run(*args, code=None)
            if done.returncode == 0:
                return done
            assert time.time() < deadline, f"{args}: {done.stdout}{done.stderr}"
            time.sleep(0.3)

    def work(self):
        self.until_it_works("plan", "--auto-apply", "--no-prompts", "--execution-time", str(TODAY - 8 * DAY))
        self.until_it_works("run")
        self.until_it_works("plan", "--auto-apply", "--no-prompts", "--restate-model", "shop.daily")
        self.until_it_works("run")

    def under_fire(self, seed):
        chance = random.Random(seed)
        over = threading.Event()
        trouble = []

        def fire():
            try:
                while len(self.kills) < KILLS and not over.wait(chance.uniform(0.05, 0.8)):
                    self.kill_one(chance)
            except Exception as error:  # or the rest of the round would pass in peace
                trouble.append(error)

        thread = threading.Thread(target=fire)
        thread.start()
        try:
            self.work()
            while len(self.kills) < KILLS and thread.is_alive():
                self.until_it_works("plan", "--auto-apply", "--no-prompts", "--restate-model", "shop.events")
        finally:
            over.set()
            thread.join()
        assert not trouble, trouble
        assert len(self.kills) >= KILLS, f"only {self.kills} were killed"

    def tables(self):
        return {t: self.rows(f"SELECT * FROM shop.{t} ORDER BY ALL") for t in TABLES}


def filled(mill):
    """What the state says: (model, start, end) of each recorded range, tasks that were done twice, open tasks."""
    rows = mill.ask("SELECT name, start_ms, end_ms FROM filled ORDER BY name, start_ms")
    twice = mill.ask("SELECT a.task, COUNT(*) FROM attempt a JOIN task t ON t.id = a.task "
                     "WHERE a.status = 3 GROUP BY a.task HAVING COUNT(*) > 1")
    (left,), = mill.ask("SELECT COUNT(*) FROM task WHERE state IN ('ready', 'leased', 'blocked')")
    return rows, twice, left


def one_round(heddle, seed, clean, state="sqlite"):
    mill = Mill(heddle, state)
    try:
        mill.start_everything()
        if clean is None:
            mill.work()
        else:
            mill.under_fire(seed)
        tables, (ranges, twice, left) = mill.tables(), filled(mill)
        assert len(tables["events"]) == DAYS * 400, len(tables["events"])
        assert not twice, f"tasks recorded as done more than once: {twice}"
        assert left == 0, f"{left} tasks are left open"
        names = [name for name, _, _ in ranges]
        assert len(names) == len(set(names)), f"intervals are not merged into one range a table: {ranges}"
        if clean:
            assert tables == clean[0], "a table differs from a clean run's"
            assert ranges == clean[1], f"{ranges} is not {clean[1]}"
        return tables, ranges
    except Exception:
        print(f"seed {seed}: kept {mill.root}; killed in turn: {' '.join(mill.kills)}")
        mill.keep = True
        raise
    finally:
        mill.end()
        if not getattr(mill, "keep", False):
            if mill.kills:
                print(f"seed {seed}: {len(mill.kills)} killed: {' '.join(mill.kills)}")
            shutil.rmtree(mill.root)


def main():
    heddle = sys.argv[1] if len(sys.argv) > 1 else "build/heddle"
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 4
    seed = int(sys.argv[3]) if len(sys.argv) > 3 else int(time.time())
    passed = failed = 0
    clean = one_round(heddle, 0, None)
    for i in range(rounds):
        try:
            one_round(heddle, seed + i, clean, STATES[i % len(STATES)])
            passed += 1
        except Exception as error:
            failed += 1
            print(f"seed {seed + i}: {type(error).__name__}: {error}")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
