#!/usr/bin/env python3
"""Two servers on one PostgreSQL, executors at each. One is killed (-9) in the middle of a plan; the plan ends right:
every row once, nothing lost, nothing recorded twice. What is due runs once, though the server whose duty it was is killed
just before.

    tests/e2e/two_servers.py build/heddle
"""

import datetime
import os
import pathlib
import shutil
import subprocess
import sys
import time
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
import postgres  # noqa: E402
from roundtrip import World  # noqa: E402

DAY = datetime.timedelta(days=1)
NOON = datetime.datetime(2026, 1, 31, 12, tzinfo=datetime.timezone.utc)  # by all clocks, when it begins
DAYS = 30
FIRST = NOON.date() - DAYS * DAY
PER_DAY = 50

PROJECT = {
    "config.yaml": f"""
gateways:
  main:
    connection:
      type: postgres
      host: 127.0.0.1
      port: {{{{ env_var('TEST_PORT') }}}}
      user: {postgres.USER}
      password: '{postgres.PASSWORD}'
      database: house
default_gateway: main
model_defaults:
  dialect: postgres
  start: {FIRST}
  cron: '@daily'
""",
    "models/events.sql": f"""
MODEL (name shop.events, kind INCREMENTAL_BY_TIME_RANGE (time_column day, batch_size 1));
SELECT CAST(d.day AS DATE) AS day, r.id AS id, (r.id * 7 + EXTRACT(DOY FROM d.day)::INT) % 101 AS amount
FROM GENERATE_SERIES(CAST(@start_ds AS TIMESTAMP), CAST(@end_ds AS TIMESTAMP), INTERVAL '1 day') AS d(day),
  GENERATE_SERIES(1, {PER_DAY}) AS r(id), PG_SLEEP(0.02)
""",
    "models/daily.sql": """
MODEL (name shop.daily, kind INCREMENTAL_BY_TIME_RANGE (time_column day, batch_size 3),
  audits (unique_values(columns := (day)), number_of_rows(threshold := 0)));
SELECT day, SUM(amount) AS total, COUNT(*) AS n FROM shop.events
WHERE day BETWEEN @start_ds AND @end_ds GROUP BY day
""",
    "models/days.sql": """
MODEL (name shop.days, kind FULL);
SELECT COUNT(*) AS days, SUM(n) AS n FROM shop.daily
""",
}


class Pair(World):
    """Servers a and b, an apply and a run executor at each."""

    def __init__(self, heddle):
        super().__init__(heddle)
        self.postgres = postgres.Server(*self.certificate())
        for name in ("state", "house"):
            self.postgres.ask(f"CREATE DATABASE {name}")
        password = urllib.parse.quote(postgres.PASSWORD, safe="")
        self.state = f"postgresql://{postgres.USER}:{password}@127.0.0.1:{self.postgres.port}/state" \
                     f"?sslmode=verify-full&sslrootcert={self.root}/server.crt"
        shutil.rmtree(self.project)
        for name, text in PROJECT.items():
            path = self.project / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text.lstrip())
        self.environment["TEST_PORT"] = str(self.postgres.port)
        self.ports = {}
        self.set_clock(NOON)

    def certificate(self):
        """PostgreSQL's settings for TLS with a certificate of its own."""
        crt, key = self.root / "server.crt", self.root / "server.key"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                        "-days", "3650", "-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1",
                        "-keyout", key, "-out", crt], check=True, capture_output=True)
        self.root.chmod(0o755)
        key.chmod(0o600)
        if user := postgres.as_nobody():
            os.chown(key, user["user"], user["group"])
        return "ssl=on", f"ssl_cert_file={crt}", f"ssl_key_file={key}"

    def set_clock(self, moment):
        now = datetime.datetime.now(datetime.timezone.utc)
        self.environment["HEDDLE_CLOCK_OFFSET_MS"] = str(round((moment - now).total_seconds() * 1000))

    def now(self):
        return datetime.datetime.now(datetime.timezone.utc) + \
            datetime.timedelta(milliseconds=int(self.environment["HEDDLE_CLOCK_OFFSET_MS"]))

    def start_server(self, name):
        server = self.start(name, "server", "--listen", f"127.0.0.1:{self.ports.get(name, 0)}",
                            "--state", self.state, "--lease-seconds", "3")
        base = server.stdout.readline().strip()
        assert base.startswith("http://127.0.0.1:"), self.log(name)
        self.ports[name] = base.rsplit(":", 1)[1]

    def url(self, name):
        return {"TCLOUD_URL": f"http://127.0.0.1:{self.ports[name]}/sqlmesh/acme/shop"}

    def start_executors(self, name):
        for kind in ("apply", "run"):
            self.start(f"{kind}-{name}", "executor", kind, environment={**self.url(name), **self.executor})

    def start_all(self):
        for name in ("a", "b"):
            self.start_server(name)
        connection = {"TYPE": "postgres", "HOST": "127.0.0.1", "PORT": str(self.postgres.port),
                      "USER": postgres.USER, "PASSWORD": postgres.PASSWORD, "DATABASE": "house",
                      "CONCURRENT_TASKS": "2"}
        self.executor = {**self.client("executor"), "SQLMESH__DEFAULT_GATEWAY": "main",
                         **{f"SQLMESH__GATEWAYS__MAIN__CONNECTION__{k}": v for k, v in connection.items()}}
        developer = self.client("developer")
        self.cloud = {**self.url("b"), **developer}
        self.cloud_a = {**self.url("a"), **developer}
        for name in ("a", "b"):
            self.start_executors(name)
        until("executors are welcome", lambda: all("welcomes this executor" in self.log(f"{kind}-{name}")
                                                   for kind in ("apply", "run") for name in ("a", "b")))

    def kill(self, name):
        child = self.children.pop(name)
        child.kill()
        child.wait()

    def end(self):
        super().end()
        self.postgres.stop()

    def ask(self, sql, database="state"):
        return self.postgres.ask(sql, database)

    def done(self):
        return self.ask("SELECT COUNT(*) FROM heddle.task WHERE state = 'done'")[0][0]


def until(what, is_so, seconds=60):
    deadline = time.monotonic() + seconds
    while not (found := is_so()):
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)
    return found


def check_rows(w, days):
    assert w.ask("SELECT COUNT(*), COUNT(DISTINCT (day, id)), COUNT(DISTINCT day) FROM shop.events", "house") == \
        [(days * PER_DAY, days * PER_DAY, days)]
    assert w.ask("SELECT COUNT(*), SUM(n) FROM shop.daily", "house") == [(days, days * PER_DAY)]
    assert w.ask("SELECT days, n FROM shop.days", "house") == [(days, days * PER_DAY)]


def check_state(w, until_day):
    twice = w.ask("SELECT task, COUNT(*) FROM heddle.attempt WHERE status = 3 GROUP BY task HAVING COUNT(*) > 1")
    assert not twice, f"tasks recorded as done more than once: {twice}"
    assert w.ask("SELECT COUNT(*) FROM heddle.task WHERE state NOT IN ('done', 'cancelled')") == [(0,)]
    ranges = w.ask("SELECT name, start_ms, end_ms FROM heddle.filled ORDER BY name")
    midnight = datetime.datetime.combine(until_day, datetime.time(), datetime.timezone.utc)
    begin = datetime.datetime.combine(FIRST, datetime.time(), datetime.timezone.utc)
    assert [(s, e) for _, s, e in ranges] == [(begin.timestamp() * 1000, midnight.timestamp() * 1000)] * 3, ranges


def test_no_password_is_in_the_process_list(w):
    for name in ("a", "b"):
        words = pathlib.Path(f"/proc/{w.children[name].pid}/cmdline").read_text()
        assert "postgresql://admin:xxx" in words, words
        assert urllib.parse.quote(postgres.PASSWORD, safe="") not in words


def test_the_connection_is_tls_as_the_url_says(w):
    assert w.ask("SELECT COUNT(*) FROM pg_stat_ssl s JOIN pg_stat_activity a USING (pid) "
                 "WHERE a.application_name = 'heddle' AND s.ssl")[0][0] >= 4  # two servers, two connections each
    other = w.state.replace("server.crt", "other.crt")
    subprocess.run(["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
                    "-subj", "/CN=other", "-keyout", w.root / "other.key", "-out", w.root / "other.crt"],
                   check=True, capture_output=True)
    done = w.run("server", "--listen", "127.0.0.1:0", "--state", other, code=None)
    refused = done.stderr
    assert "certificate verify failed" in refused and "hint:" in refused, refused
    assert done.returncode != 0 and postgres.PASSWORD not in refused


def test_a_plan_ends_right_though_a_server_is_killed(w):
    at_a = subprocess.Popen([w.heddle, "plan", "--auto-apply", "--no-prompts"], cwd=w.project, text=True,
                            env={**w.environment, **w.cloud_a}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    until("some tasks are done", lambda: w.done() >= 8 or at_a.poll() is not None)
    before = w.done()
    w.kill("a")
    assert before < DAYS, "the plan was too fast to be killed in its middle"
    until("the other server goes on", lambda: w.done() > before + 4)
    w.plan()  # at b: waits for the first one, and finds nothing left to do
    check_rows(w, DAYS)
    assert "task ended" in w.log("apply-a") and "task ended" in w.log("apply-b")
    w.start_server("a")
    out, _ = at_a.communicate(timeout=90)
    assert at_a.returncode == 0, out
    w.plan(environment=w.cloud_a)
    check_rows(w, DAYS)
    check_state(w, NOON.date())


def test_what_waits_at_one_server_hears_the_other(w):
    """Executors at a only; the plan at b. Were it not told, a's claims would wait for their 25 seconds."""
    for name in ("apply-a", "run-a", "apply-b", "run-b"):
        w.kill(name)
    w.start_executors("a")
    until("the executor is welcome", lambda: w.log("apply-a").count("welcomes this executor") == 2)
    time.sleep(0.5)
    began = time.monotonic()
    w.plan("--restate-model", "shop.days")
    print(f"a plan at one server, carried out at the other: {time.monotonic() - began:.1f} s")
    rows = w.rows("SELECT days, n FROM shop.days")
    assert [(int(r["days"]), int(r["n"])) for r in rows] == [(DAYS, DAYS * PER_DAY)], rows
    w.start_executors("b")
    check_rows(w, DAYS)


def test_what_is_due_runs_once_though_the_scheduler_is_killed(w):
    """The clock is set to a moment before midnight."""
    for name in ("apply-a", "apply-b", "run-a", "run-b", "a", "b"):
        w.stop(name)
    assert w.ask("SELECT COUNT(*) FROM heddle.duty") == [(0,)], "servers that stopped keep duties"
    midnight = datetime.datetime.combine(NOON.date() + DAY, datetime.time(), datetime.timezone.utc)
    w.set_clock(midnight - datetime.timedelta(seconds=6))
    for name in ("a", "b"):
        w.start_server(name)
        until("the first one has the duties", lambda: w.ask("SELECT COUNT(*) FROM heddle.duty")[0][0] == 3)
        w.start_executors(name)
    runs = "SELECT COUNT(*) FROM heddle.work WHERE kind = 1"
    assert w.ask(runs) == [(0,)] and w.now() < midnight, "it began too late"
    w.kill("a")
    until("the day that is over is filled", lambda: w.ask(
        "SELECT COUNT(*) FROM heddle.work WHERE kind = 1 AND ended_ms IS NOT NULL")[0][0] > 0)
    w.start_server("a")
    time.sleep(4)  # of ticks of both
    assert w.ask(runs) == [(1,)]
    check_rows(w, DAYS + 1)
    check_state(w, NOON.date() + DAY)


def test_servers_go_on_after_postgresql_was_away(w):
    """All connections end at once, as in a fail-over."""
    w.ask("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'state' AND pid <> pg_backend_pid()")
    w.plan("--restate-model", "shop.days")
    w.plan("--restate-model", "shop.days", environment=w.cloud_a)
    check_rows(w, DAYS + 1)
    assert postgres.PASSWORD not in w.log("a") + w.log("b")


def main():
    pair = Pair(sys.argv[1] if len(sys.argv) > 1 else "build/heddle")
    passed = failed = 0
    try:
        pair.start_all()
        for name, test in list(globals().items()):
            if not name.startswith("test_"):
                continue
            began = time.monotonic()
            try:
                test(pair)
                passed += 1
            except Exception as error:  # the others go on
                failed += 1
                print(f"{name}: {type(error).__name__}: {error}")
            if os.environ.get("KEEP"):
                print(f"{name}: {time.monotonic() - began:.1f} s")
    finally:
        pair.end()
    if failed or os.environ.get("KEEP"):
        print(f"kept: {pair.root}")
    else:
        shutil.rmtree(pair.root)
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
