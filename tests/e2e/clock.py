#!/usr/bin/env python3
"""An executor whose wall clock jumps hours ahead and back, in the middle of a task and while it is idle: the lease is
kept, nothing is lost or done twice, and it says what it saw. The clock is libfaketime's; a table that is locked on a real
PostgreSQL holds the task up for as long as the test wants.

    tests/e2e/clock.py build/heddle [WORD…]
"""

import contextlib
import glob
import sqlite3
import subprocess
import sys
import time

import psycopg2

import rig

LEASE_SECONDS = 5
JUMP = "the clock was set"


class Clock:
    """The wall clock of the programs that are started with its environment. Their monotonic one is left alone."""

    def __init__(self, b):
        self.offset = b.root / "clock"
        self.set(0)
        self.environment = {
            "LD_PRELOAD": glob.glob("/usr/lib/*/faketime/libfaketimeMT.so.1")[0], "FAKETIME_NO_CACHE": "1",
            "FAKETIME_TIMESTAMP_FILE": str(self.offset), "FAKETIME_DONT_FAKE_MONOTONIC": "1",
            "FAKETIME_FORCE_MONOTONIC_FIX": "0"}

    def set(self, hours):
        """One write: no reader finds half of it."""
        with open(self.offset, "r+" if self.offset.exists() else "w") as f:
            f.write(f"{hours * 3600:+09d}\n")


def set_up(b):
    if hasattr(b, "clock"):
        return
    b.clock = Clock(b)
    b.postgres = rig.PostgreSQL(b)
    b.postgres.sql("CREATE DATABASE shop")
    b.postgres.sql("CREATE TABLE public.stock AS SELECT DATE '2026-01-01' AS day, 7 AS amount", "shop")
    base = b.server("--lease-seconds", LEASE_SECONDS)
    b.cloud = {"TCLOUD_URL": f"{base}/sqlmesh/acme/shop", **b.client("developer")}
    gateway = {"TYPE": "postgres", "HOST": "127.0.0.1", "PORT": str(b.postgres.port), "USER": "owner",
               "PASSWORD": "s3cret of the owner", "DATABASE": "shop"}
    b.start("worker", "executor", "apply", env={
        **b.cloud, **b.client("executor"), **b.clock.environment, "SQLMESH__DEFAULT_GATEWAY": "main",
        **{f"SQLMESH__GATEWAYS__MAIN__CONNECTION__{k}": v for k, v in gateway.items()}})
    b.await_log("worker", "welcomes this executor")
    b.folder = b.project("shop", **{
        "config.yaml": "gateways:\n  main:\n    connection:\n      type: postgres\n      host: 127.0.0.1\n"
                       f"      port: {b.postgres.port}\n      user: owner\n      password: x\n      database: shop\n"
                       "default_gateway: main\nmodel_defaults:\n  dialect: postgres\n  start: '2026-01-01'\n",
        "models/daily.sql": "MODEL (name shop.daily, kind FULL);\nSELECT day, SUM(amount) AS total\nFROM public.stock\n"
                            "GROUP BY day\n"})
    b.plan(b.folder, env=b.cloud, code=0)


@contextlib.contextmanager
def locked(b, table):
    held = psycopg2.connect(host="127.0.0.1", port=b.postgres.port, user="owner", password="s3cret of the owner",
                            dbname="shop")
    held.cursor().execute(f"LOCK TABLE {table} IN ACCESS EXCLUSIVE MODE")
    try:
        yield
    finally:
        held.close()


def jump(b, hours):
    """Set the clock, and see that the executor says so."""
    times = b.log("worker").count(JUMP)
    b.clock.set(hours)
    b.await_log("worker", JUMP, times + 1)


def attempts(b):
    """How often each task was handed out; those that ended before they began."""
    with contextlib.closing(sqlite3.connect(b.root / "state.db")) as state:
        fences = state.execute("SELECT max(fence), count(*) FROM attempt GROUP BY task").fetchall()
        back = state.execute("SELECT count(*) FROM attempt WHERE ended_ms < started_ms OR status <> 3").fetchone()[0]
    return fences, back


def restate(b):
    return ["plan", "--auto-apply", "--no-prompts", "--restate-model", "shop.daily"]


def test_the_clock_jumps_in_the_middle_of_a_task(b, texts):
    set_up(b)
    with locked(b, "public.stock"):
        plan = subprocess.Popen([b.heddle, *restate(b)], cwd=b.folder, env={**b.environment, **b.cloud},
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        deadline = time.time() + rig.PATIENCE
        while b.postgres.sql("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'").strip() != "1":
            assert time.time() < deadline, b.log("worker")
            time.sleep(0.05)
        for hours in (2, -3):
            jump(b, hours)
            time.sleep(LEASE_SECONDS + 1)  # a lease that is not renewed would be over
        assert plan.poll() is None, plan.communicate()
    said, _ = plan.communicate(timeout=rig.PATIENCE)
    assert plan.returncode == 0, said
    see(b, texts, "a clock that jumps in the middle of a task")


def test_the_clock_jumps_while_it_is_idle(b, texts):
    set_up(b)
    for hours in (26, -26, 0):
        jump(b, hours)
        b.run(*restate(b), folder=b.folder, env=b.cloud, code=0)
    see(b, texts, "a clock that jumps while the executor is idle")


def see(b, texts, title):
    said = [line for line in b.log("worker").splitlines() if "WARNING" in line or "ERROR" in line]
    began = getattr(b, "told", 0)
    b.told = len(said)
    texts.compare(title, b.plain("\n".join(said[began:])))
    fences, wrong = attempts(b)
    assert set(fences) == {(1, 1)} and wrong == 0, (fences, wrong)
    assert [int(r["total"]) for r in b.rows(b.folder, "SELECT total FROM shop.daily", env=b.cloud)] == [7]


if __name__ == "__main__":
    sys.exit(rig.main(globals(), "clock"))
