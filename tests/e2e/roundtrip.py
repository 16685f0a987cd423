#!/usr/bin/env python3
"""The main job from outside: a server, two executors and the command line, each a process of its own, on a
small project with DuckDB; then the same project by itself, without a server.

    tests/e2e/roundtrip.py build/heddle
"""

import csv
import datetime
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import tempfile
import time

DAY = datetime.timedelta(days=1)
TODAY = datetime.datetime.now(datetime.timezone.utc).date()
FIRST = TODAY - 5 * DAY
PER_DAY = 40

PROJECT = {
    "config.yaml": """
gateways:
  main:
    connection:%s
default_gateway: main
model_defaults:
  dialect: %s
  start: '%s'
  cron: '@daily'
""",
    "models/events.sql": """
MODEL (name raw.events, kind SEED (path '../seeds/events.csv'),
  columns (id INT, day DATE, kind TEXT, amount INT), grain id);
""",
    "models/daily.sql": """
MODEL (name shop.daily, kind INCREMENTAL_BY_TIME_RANGE (time_column day), audits (not_null(columns := (total))));
SELECT day, kind, SUM(amount) AS total, COUNT(*) AS n
FROM raw.events WHERE day BETWEEN @start_ds AND @end_ds GROUP BY day, kind
""",
    "models/kinds.sql": """
MODEL (name shop.kinds, kind FULL);
WITH ranked AS (
  SELECT kind, SUM(total) AS total, RANK() OVER (ORDER BY SUM(total) DESC) AS place FROM shop.daily GROUP BY kind
) SELECT kind, total, place FROM ranked
""",
    "models/best.sql": """
MODEL (name shop.best, kind VIEW);
SELECT kind, total FROM shop.kinds WHERE place = 1
""",
}


def events():
    kinds = ("visit", "basket", "sale")
    for i in range(6 * PER_DAY):
        yield i, FIRST + (i // PER_DAY) * DAY, kinds[i % 3], i % 7 + i % 3


def write_project(folder, engine):
    for name, text in PROJECT.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name == "config.yaml":
            text = text % (engine.connection.rstrip(), engine.dialect, FIRST)
        path.write_text(text.lstrip())
    (folder / "seeds").mkdir(exist_ok=True)
    with open(folder / "seeds/events.csv", "w", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["id", "day", "kind", "amount"])
        rows.writerows(events())


def totals(until):
    """kind -> sum of the amounts of the days before `until`."""
    sums = {}
    for _, day, kind, amount in events():
        if day < until:
            sums[kind] = sums.get(kind, 0) + amount
    return sums


class DuckDB:
    dialect = "duckdb"
    connection = """
      type: duckdb
      database: {{ env_var('TEST_DATABASE', 'house.duckdb') }}
"""
    slow = "SELECT COUNT(*) AS n FROM RANGE(150000000) AS t(a) WHERE HASH(a) % 10 = 3 AND a % 2 = 0"

    def file(self, root):
        return root / "house.duckdb"

    def gateway(self, root):
        """What an executor's environment says of it, without SQLMESH__GATEWAYS__MAIN__CONNECTION__."""
        return {"TYPE": "duckdb", "DATABASE": str(self.file(root))}


class World:
    engine = DuckDB()
    server_options = ["--no-scheduler"]

    def __init__(self, heddle):
        self.heddle = str(pathlib.Path(heddle).resolve())
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="heddle-e2e-"))
        self.project = self.root / "project"
        self.project.mkdir()
        write_project(self.project, self.engine)
        self.state = f"sqlite:{self.root}/state.db"
        self.environment = {k: v for k, v in os.environ.items()
                            if not k.startswith(("TCLOUD_", "SQLMESH__", "HEDDLE_"))}
        if "HEDDLE_DRIVERS" in os.environ:
            self.environment["HEDDLE_DRIVERS"] = os.environ["HEDDLE_DRIVERS"]
        self.children = {}
        self.cloud = {}

    # -- processes --

    def run(self, *args, environment=None, code=0, folder=None, stdin=""):
        done = subprocess.run([self.heddle, *args], cwd=folder or self.project, text=True, input=stdin,
                              capture_output=True, timeout=120,
                              env={**self.environment, **(self.cloud if environment is None else environment)})
        assert code is None or done.returncode == code, \
            f"heddle {' '.join(args)}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def start(self, name, *args, environment=None):
        log = open(self.root / f"{name}.log", "a")
        self.children[name] = subprocess.Popen(
            [self.heddle, *args], cwd=self.root, env={**self.environment, **(environment or {})},
            stdout=subprocess.PIPE, stderr=log, text=True)
        return self.children[name]

    def log(self, name):
        return (self.root / f"{name}.log").read_text()

    def stop(self, name, how=signal.SIGTERM):
        child = self.children.pop(name)
        child.send_signal(how)
        code = child.wait(60)
        assert code == 0, f"{name} ended with {code}\n{self.log(name)}"

    def processes(self):
        """Processes that run in this test's folders, by their command lines."""
        found = []
        for entry in pathlib.Path("/proc").glob("[0-9]*"):
            try:
                if entry.joinpath("cwd").resolve(strict=True).is_relative_to(self.root):
                    found.append(entry.joinpath("cmdline").read_text().replace("\0", " "))
            except OSError:
                pass
        return found

    def client(self, role):
        made = json.loads(self.run("client", "create", "--state", self.state, "--org", "acme", "--project",
                                   "shop", "--name", role, "--role", role, "--json", environment={}).stdout)
        return {"TCLOUD_CLIENT_ID": made["client_id"], "TCLOUD_CLIENT_SECRET": made["client_secret"]}

    def start_server(self, port=0):
        server = self.start("server", "server", "--listen", f"127.0.0.1:{port}", "--state", self.state,
                            *self.server_options)
        base = server.stdout.readline().strip()
        assert base.startswith("http://127.0.0.1:"), self.log("server")
        return base

    def start_plane(self):
        """A server, and what its clients are told."""
        base = self.base = self.start_server()
        url = {"TCLOUD_URL": base + "/sqlmesh/acme/shop"}
        self.gateway = {"SQLMESH__DEFAULT_GATEWAY": "main",
                        **{f"SQLMESH__GATEWAYS__MAIN__CONNECTION__{name}": value
                           for name, value in self.engine.gateway(self.root).items()}}
        self.executor = {**url, **self.client("executor"), **self.gateway}
        self.cloud = {**url, **self.client("developer")}

    @property
    def database(self):
        """The DuckDB file."""
        return self.engine.file(self.root)

    def start_all(self):
        self.start_plane()
        for kind in ("apply", "run"):
            self.start(kind, "executor", kind, environment=self.executor)

    def end(self):
        for child in self.children.values():
            child.kill()
            child.wait()

    # -- what a data engineer does --

    def plan(self, *args, **more):
        return self.run("plan", *args, "--auto-apply", "--no-prompts", **more)

    def rows(self, sql, **more):
        return json.loads(self.run("fetchdf", sql, "--json", **more).stdout)


def check_totals(rows, until):
    assert {r["kind"]: int(r["total"]) for r in rows} == totals(until), rows


def test_the_table_of_commands(w):
    assert w.run("--version").stdout.startswith("heddle ")
    listed = w.run("--help").stdout
    for name in ("plan", "run", "fetchdf", "server", "executor", "dev", "client"):
        assert f"\n  {name} " in listed, name
        assert name in w.run(name, "--help").stdout
    assert "heddle plan is near" in w.run("plam", code=2).stderr
    assert "hint:" in w.run("server", "--lisen", "x", code=2).stderr


def test_everything_answers(w):
    for kind in ("apply", "run"):
        deadline = time.time() + 30
        while (done := w.run("executor", kind, "--check", environment=w.executor, code=None)).returncode:
            assert time.time() < deadline, done.stdout + done.stderr
            time.sleep(0.2)
        while "welcomes this executor" not in w.log(kind):
            assert time.time() < deadline, w.log(kind)
            time.sleep(0.05)


def test_a_plan_makes_prod(w):
    out = w.plan("--execution-time", str(TODAY - DAY))
    assert "shop.daily" in out.stdout + out.stderr, out
    check_totals(w.rows("SELECT kind, total FROM shop.kinds"), TODAY - DAY)
    best = max(totals(TODAY - DAY).items(), key=lambda kv: kv[1])
    assert [(r["kind"], int(r["total"])) for r in w.rows("SELECT * FROM shop.best")] == [best]


def test_a_second_plan_finds_nothing_to_do(w):
    before = w.log("apply").count("task ended")
    w.plan("--execution-time", str(TODAY - DAY))
    assert w.log("apply").count("task ended") == before


def test_a_run_brings_it_up_to_date(w):
    w.run("run")
    check_totals(w.rows("SELECT kind, total FROM shop.kinds"), TODAY)
    assert "task ended" in w.log("run")
    w.run("run")


def test_a_dev_environment_reuses_what_did_not_change(w):
    model = w.project / "models/kinds.sql"
    model.write_text(model.read_text().replace("SELECT kind, total, place FROM ranked",
                                               "SELECT kind, total, place, total * 2 AS twice FROM ranked"))
    w.plan("dev")
    rows = w.rows("SELECT kind, total, twice FROM shop__dev.kinds")
    check_totals(rows, TODAY)
    assert all(int(r["twice"]) == 2 * int(r["total"]) for r in rows)
    assert "twice" not in w.rows("SELECT * FROM shop.kinds")[0]
    tables = w.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'sqlmesh__shop'")
    assert sum(r["table_name"].startswith("shop__daily__") for r in tables) == 1, tables


def test_promotion_is_a_virtual_update(w):
    before = w.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'sqlmesh__shop'")
    w.plan()
    assert "twice" in w.rows("SELECT * FROM shop.kinds")[0]
    after = w.rows("SELECT table_name FROM information_schema.tables WHERE table_schema = 'sqlmesh__shop'")
    assert sorted(r["table_name"] for r in before) == sorted(r["table_name"] for r in after)


def test_an_executor_killed_in_between_loses_nothing(w):
    victim = w.children.pop("apply")
    victim.kill()
    victim.wait()
    w.start("apply", "executor", "apply", environment=w.executor)
    w.plan("--restate-model", "shop.daily")
    check_totals(w.rows("SELECT kind, total FROM shop.kinds"), TODAY)


def test_a_server_killed_in_between_loses_nothing(w):
    slow = w.project / "models/slow.sql"
    slow.write_text(f"MODEL (name shop.slow, kind FULL);\n{w.engine.slow}\n")
    before = w.log("apply").count("task ended")
    plan = subprocess.Popen([w.heddle, "plan", "--auto-apply", "--no-prompts"], cwd=w.project, text=True,
                            env={**w.environment, **w.cloud}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    deadline = time.time() + 60
    while w.log("apply").count("task ended") == before:
        assert time.time() < deadline and plan.poll() is None
        time.sleep(0.01)
    server = w.children.pop("server")
    server.kill()
    server.wait()
    time.sleep(0.3)
    w.start_server(w.base.rsplit(":", 1)[1])
    out, _ = plan.communicate(timeout=90)
    assert plan.returncode == 0, out + w.log("apply")
    assert int(w.rows("SELECT n FROM shop.slow")[0]["n"]) > 0


def test_a_wrong_secret_is_told(w):
    wrong = {**w.cloud, "TCLOUD_CLIENT_SECRET": "not the secret at all"}
    done = w.run("environments", environment=wrong, code=None)
    assert done.returncode != 0 and "no client of this id" in done.stderr, done
    assert "not the secret at all" not in done.stderr


def test_a_client_made_twice_is_one(w):
    secret = w.root / "secret"
    secret.write_text("a secret brought by the user\n")
    for _ in range(2):
        made = json.loads(w.run("client", "create", "--state", w.state, "--org", "acme", "--project", "shop",
                                "--role", "viewer", "--client-id", "eyes", "--secret-file", str(secret), "--json",
                                environment={}).stdout)
        assert made["client_id"] == "eyes" and "client_secret" not in made
    eyes = {**w.cloud, "TCLOUD_CLIENT_ID": "eyes", "TCLOUD_CLIENT_SECRET": "a secret brought by the user"}
    w.run("environments", environment=eyes)


def test_all_stop_as_told_and_leave_nothing(w):
    for name in ("apply", "run", "server"):
        w.stop(name)
    assert not (left := w.processes()), left


# -- the same without a server --

def test_a_command_alone_does_it_all(w):
    w.alone = w.root / "alone"
    w.alone.mkdir()
    write_project(w.alone, w.engine)
    alone = {"environment": {}, "folder": w.alone}
    w.plan("--execution-time", str(TODAY - DAY), **alone)
    w.run("run", **alone)
    check_totals(w.rows("SELECT kind, total FROM shop.kinds", **alone), TODAY)
    assert oct((w.alone / ".heddle").stat().st_mode & 0o777) == "0o700"


def test_a_dev_serves_other_commands_and_may_crash(w):
    alone = {"environment": {}, "folder": w.alone}
    dev = w.start("dev", "dev", "-p", str(w.alone))
    assert dev.stdout.readline().startswith("http://127.0.0.1:"), w.log("dev")
    check_totals(w.rows("SELECT kind, total FROM shop.kinds", **alone), TODAY)
    dev.kill()
    dev.wait()
    del w.children["dev"]
    started = time.time()
    check_totals(w.rows("SELECT kind, total FROM shop.kinds", **alone), TODAY)
    print(f"after a crash a command alone takes {time.time() - started:.1f} s")
    w.start("dev", "dev", "-p", str(w.alone)).stdout.readline()
    w.stop("dev", signal.SIGINT)


def test_a_plan_without_changes_alone_starts_no_worker(w):
    """A worker finds no driver here, and so cannot open the warehouse: what needs one fails."""
    empty = w.root / "no-drivers"
    empty.mkdir()
    alone = {"environment": {"HEDDLE_DRIVERS": str(empty), "HEDDLE_CACHE": str(empty)}, "folder": w.alone}
    started = time.time()
    w.plan(**alone)
    print(f"a plan without changes: {(time.time() - started) * 1000:.0f} ms")
    failed = w.run("plan", "--restate-model", "shop.kinds", "--auto-apply", "--no-prompts", code=1, **alone)
    assert "There is no driver here" in failed.stderr


def test_options_may_stand_before_the_command(w):
    elsewhere = {"environment": {}, "folder": w.root}
    for words in (["-p", str(w.alone)], [f"--paths={w.alone}", "--gateway", "main"]):
        assert "shop.kinds" in w.run(*words, "dag", **elsewhere).stdout


def main(make=World, tests=None):
    world = make(sys.argv[1] if len(sys.argv) > 1 else "build/heddle")
    passed = failed = 0
    try:
        world.start_all()
        for name, test in (tests or {n: t for n, t in globals().items() if n.startswith("test_")}).items():
            try:
                test(world)
                passed += 1
            except Exception as error:  # the others go on
                failed += 1
                print(f"{name}: {type(error).__name__}: {error}")
    finally:
        world.end()
    if failed or os.environ.get("KEEP"):
        print(f"kept: {world.root}")
    else:
        shutil.rmtree(world.root)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
