#!/usr/bin/env python3
"""The main job of roundtrip.py with PostgreSQL as warehouse, and what a server can tell of it: whose statement
runs there, that one that was cancelled is gone, that a worker killed in the middle of one leaves nothing behind.

    tests/e2e/warehouse_postgres.py build/heddle
"""

import os
import pathlib
import signal
import subprocess
import sys
import time

import roundtrip

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import postgres  # noqa: E402

SLOW = "pg_sleep(600)"  # what no test waits for


class PostgreSQL:
    """The project by itself has a database of its own, as it has a DuckDB file of its own."""

    dialect = "postgres"
    slow = "SELECT COUNT(*) AS n FROM GENERATE_SERIES(1, 2000000) AS t(a) WHERE HASHINT8(a) % 10 = 3"

    def __init__(self, server):
        self.server = server
        for database in ("house", "alone"):
            server.ask(f"CREATE DATABASE {database}")
        self.connection = f"""
      type: postgres
      host: 127.0.0.1
      port: {server.port}
      user: {postgres.USER}
      password: '{postgres.PASSWORD}'
      database: alone
      sslmode: verify-full
"""

    def gateway(self, _):
        return {"TYPE": "postgres", "HOST": "127.0.0.1", "PORT": str(self.server.port), "USER": postgres.USER,
                "PASSWORD": postgres.PASSWORD, "DATABASE": "house", "CONCURRENT_TASKS": "3",
                "SSLMODE": "verify-full"}


class World(roundtrip.World):
    def __init__(self, heddle):
        self.postgres = postgres.Server(tls=True)
        self.engine = PostgreSQL(self.postgres)
        super().__init__(heddle)
        self.environment["PGSSLROOTCERT"] = str(self.postgres.authority)  # libpq's: SQLMesh has no parameter for it

    def end(self):
        super().end()
        self.postgres.stop()

    def ask(self, sql):
        return self.postgres.ask(sql)

    def begin_plan(self, **models):
        for name, sql in models.items():
            (self.project / f"models/{name}.sql").write_text(
                f"MODEL (name shop.{name}, kind FULL, columns (n INT));\n{sql}\n")
        return subprocess.Popen([self.heddle, "plan", "--auto-apply", "--no-prompts"], cwd=self.project, text=True,
                                env={**self.environment, **self.cloud}, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT)

    def running(self, words):
        """pid and text of the statements with these words that run now."""
        return self.ask("SELECT pid, query FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid()"
                        f" AND query LIKE '%{words}%'")


def until(what, condition, seconds=60):
    deadline = time.time() + seconds
    while not (value := condition()):
        assert time.time() < deadline, what
        time.sleep(0.05)
    return value


def children_of(pid):
    return [int(child) for task in pathlib.Path(f"/proc/{pid}/task").iterdir()
            for child in (task / "children").read_text().split()]


def test_a_statement_says_whose_it_is(w):
    w.slow_plan = w.begin_plan(sleeper=f"SELECT 1 AS n FROM {SLOW}")
    w.slow_backend, query = until("the slow statement runs", lambda: w.running(SLOW))[0]
    assert query.startswith("/* SQLMESH_PLAN: ") and len(query.split()[2]) == 32, query


def test_a_worker_killed_in_the_middle_of_a_statement_leaves_none_behind(w):
    """The server notices that its client is gone; the next attempt runs in another backend."""
    for worker in children_of(w.children["apply"].pid):
        os.kill(worker, signal.SIGKILL)
    until("the statement of the dead worker is gone",
          lambda: w.slow_backend not in [pid for pid, _ in w.running(SLOW)])
    again = until("the next attempt", lambda: w.running(SLOW), 120)
    assert len(again) == 1 and again[0][0] != w.slow_backend, again


def test_a_cancelled_plan_leaves_no_statement_running(w):
    w.slow_plan.send_signal(signal.SIGINT)
    w.slow_plan.communicate(timeout=60)
    until("the statement is gone", lambda: not w.running(SLOW))
    (w.project / "models/sleeper.sql").unlink()
    w.plan()
    roundtrip.check_totals(w.rows("SELECT kind, total FROM shop.kinds"), roundtrip.TODAY)


def test_as_many_tasks_run_side_by_side_as_the_gateway_admits(w):
    plan = w.begin_plan(**{f"nap{i}": f"SELECT {i} AS n FROM pg_sleep(3)" for i in range(5)})
    most = 0
    while plan.poll() is None:
        most = max(most, len(w.running("pg_sleep(3)")))
        time.sleep(0.05)
    assert plan.returncode == 0, plan.stdout.read()
    assert most == 3, most


def test_executors_come_over_tls(w):
    """The server lets in nothing else; they also look at its certificate."""
    assert w.rows("SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")[0]["ssl"] is True
    gateway = {**w.executor, "SQLMESH__GATEWAYS__MAIN__CONNECTION__SSLMODE": "disable"}
    refused = w.run("executor", "apply", "--once", environment=gateway, code=None)
    assert "no encryption" in refused.stdout + refused.stderr, refused


def test_no_password_is_in_a_log(w):
    for name in ("apply", "run", "server"):
        assert postgres.PASSWORD not in w.log(name), name


def tests():
    """roundtrip.py's, and those above before the processes are stopped."""
    ours = {name: test for name, test in globals().items() if name.startswith("test_")}
    out = {}
    for name, test in vars(roundtrip).items():
        if name == "test_all_stop_as_told_and_leave_nothing":
            out.update(ours)
        if name.startswith("test_"):
            out[name] = test
    return out


if __name__ == "__main__":
    sys.exit(roundtrip.main(World, tests()))
