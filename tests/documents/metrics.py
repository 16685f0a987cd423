#!/usr/bin/env python3
"""/metrics of a running server and running executors: in Prometheus' format, as docs/metrics.md says, and with
numbers that move as they should.

    tests/documents/metrics.py build/heddle
"""

import pathlib
import re
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

from prometheus_client.parser import text_string_to_metric_families
from running import free_port, main

HERE = pathlib.Path(__file__).resolve().parent
PAGE = HERE.parents[1] / "docs/metrics.md"
SLOW = "MODEL (name shop.slow, kind FULL);\nSELECT COUNT(*) AS n FROM RANGE(1000000000) AS t(a), RANGE(1000) AS u(b)\n"


def get(url, token=None):
    request = urllib.request.Request(url, headers={"Authorization": f"Bearer {token}"} if token else {})
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return answer.status, answer.headers["Content-Type"], answer.read().decode()
    except urllib.error.HTTPError as answer:
        return answer.code, answer.headers["Content-Type"], answer.read().decode()


def scrape(url):
    status, kind, text = get(url)
    assert status == 200 and kind == "text/plain; version=0.0.4; charset=utf-8", (status, kind, text)
    return text


def value(text, name, **labels):
    """The sum of the samples of this name that have these labels; None when there are none."""
    found = [s.value for family in text_string_to_metric_families(text) for s in family.samples
             if s.name == name and all(s.labels.get(k) == v for k, v in labels.items())]
    return sum(found) if found else None


def short(text):
    return "\n".join(x for x in text.splitlines() if not x.startswith("#") and "_bucket" not in x and x[-2:] != " 0")


def await_value(url, wanted, name, **labels):
    deadline = time.time() + 60
    while not (value(text := scrape(url), name, **labels) or 0) >= wanted:
        assert time.time() < deadline, f"{name}{labels} does not reach {wanted}\n{short(text)}"
        time.sleep(0.1)
    return text


def described():
    """Section of the page -> {name: (kind, labels)}."""
    sections, section = {}, None
    for line in PAGE.read_text().splitlines():
        if line.startswith("## "):
            section = sections.setdefault(line[3:], {})
        elif row := re.match(r"\| `(\w+)` \| (counter|gauge|histogram) \| ([^|]*) \| \S", line):
            section[row[1]] = (row[2], tuple(re.findall(r"`(\w+)`", row[3])))
    return sections


def served(text):
    """name -> kind, by the TYPE lines; each has its HELP."""
    kinds = dict(re.findall(r"^# TYPE (\w+) (\w+)$", text, re.M))
    helps = dict(re.findall(r"^# HELP (\w+) (\S.*)$", text, re.M))
    assert kinds.keys() == helps.keys(), kinds.keys() ^ helps.keys()
    return kinds


def check_page(text, section):
    page = {**described()[section], **described()["Both"]}
    kinds = served(text)
    assert kinds.keys() == page.keys(), f"described or served only: {sorted(kinds.keys() ^ page.keys())}"
    for name, (kind, labels) in page.items():
        assert kinds[name] == kind, (name, kinds[name], kind)
        for sample in re.findall(rf"^{name}(?:_bucket|_sum|_count)?(?:{{(.*)}})? ", text, re.M):
            seen = tuple(x for x in re.findall(r'(\w+)="', sample) if x != "le")
            assert seen == labels, (name, seen, labels)


def check_conventions(text):
    for name, kind in served(text).items():
        assert name.startswith(("heddle_", "process_")), name
        assert (kind == "counter") == name.endswith("_total"), (name, kind)
        assert not re.search(r"_(ms|millis|minutes|kb|mb)(_|$)", name), name
    for family in text_string_to_metric_families(text):
        for s in family.samples:
            assert s.value >= 0, s
    seen = re.findall(r"^(\w+(?:{.*})?) ", text, re.M)
    assert len(seen) == len(set(seen)), "a series stands there twice"


class Metrics:
    def __init__(self, world):
        self.w = w = world
        w.base = w.start("server", "server", "--listen", "127.0.0.1:0", "--state", w.state, "--no-scheduler",
                         "--lease-seconds", "2").stdout.readline().strip()
        url = {"TCLOUD_URL": w.base + "/sqlmesh/acme/shop"}
        self.executor = {**url, **w.client("executor"), "SQLMESH__DEFAULT_GATEWAY": "main",
                         "SQLMESH__GATEWAYS__MAIN__CONNECTION__TYPE": "duckdb",
                         "SQLMESH__GATEWAYS__MAIN__CONNECTION__DATABASE": str(w.database)}
        w.cloud = {**url, **w.client("developer")}
        self.server = w.base + "/metrics"
        self.urls = {}
        for kind in ("apply", "run"):
            self.start_executor(kind)

    def start_executor(self, kind):
        listen = f"127.0.0.1:{free_port()}"
        self.w.start(kind, "executor", kind, environment={**self.executor, "HEDDLE_HEALTH_LISTEN": listen})
        self.urls[kind] = f"http://{listen}/metrics"
        deadline = time.time() + 30
        while True:
            try:
                if value(scrape(self.urls[kind]), "heddle_executor_ready") == 1:
                    return
            except OSError:
                pass
            assert time.time() < deadline, self.w.log(kind)
            time.sleep(0.05)


def test_before_anything_happens_the_figures_are_there(m):
    text = scrape(m.server)
    check_conventions(text)
    for queue in ("apply", "run"):
        for name in ("heddle_queue_depth", "heddle_queue_running", "heddle_queue_oldest_age_seconds"):
            assert value(text, name, queue=queue, kind="evaluate") == 0, name
    for kind, count in {"apply": 1, "run": 1, "both": 0}.items():
        assert value(text, "heddle_executors_connected", kind=kind) == count, short(text)
    assert value(text, "heddle_scheduler_tick_age_seconds") < 30


def test_a_plan_moves_them(m):
    m.w.plan()
    text = scrape(m.server)
    evaluated = value(text, "heddle_tasks_ended_total", queue="apply", kind="evaluate", result="success")
    assert evaluated >= 4, short(text)
    claimed = value(text, "heddle_tasks_claimed_total", queue="apply", kind="evaluate")
    assert claimed == evaluated
    assert value(text, "heddle_queue_wait_seconds_count", queue="apply", kind="evaluate") == claimed
    assert value(text, "heddle_task_duration_seconds_count", queue="apply", kind="evaluate") == evaluated
    assert value(text, "heddle_task_duration_seconds_sum", queue="apply", kind="evaluate") > 0
    assert value(text, "heddle_works_ended_total", kind="plan", status="success") == 1
    assert value(text, "heddle_queue_depth") == value(text, "heddle_queue_running") == 0
    assert value(text, "heddle_queue_blocked") == 0
    assert value(text, "heddle_tasks_claimed_total", queue="run") is None
    route = "/sqlmesh/{org}/{project}/api/heddle/v1/plans"
    assert value(text, "heddle_http_requests_total", method="POST", route=route, status="200") == 1
    assert value(text, "heddle_http_request_duration_seconds_count", method="POST", route=route) == 1
    commits = value(text, "heddle_db_commit_duration_seconds_count")
    assert value(text, "heddle_db_transaction_duration_seconds_count") == commits > 5
    assert value(text, "heddle_db_transactions_failed_total") == 0
    await_value(m.server, 1, "heddle_log_received_bytes_total")
    check_conventions(text)


def test_an_executor_counts_the_same_plan(m):
    text = await_value(m.urls["apply"], 1, "heddle_executor_claims_total", result="tasks")
    there = scrape(m.server)
    for kind in ("create", "evaluate", "promote"):
        ended = value(text, "heddle_executor_tasks_ended_total", kind=kind, result="success")
        assert ended == value(there, "heddle_tasks_ended_total", kind=kind, result="success"), (kind, text)
        assert value(text, "heddle_executor_tasks_claimed_total", kind=kind) == ended
        assert value(text, "heddle_executor_queue_wait_seconds_count", kind=kind) == ended
        assert value(text, "heddle_executor_task_duration_seconds_count", kind=kind) == ended
    assert value(text, "heddle_executor_gateway", gateway="main") == 1
    assert value(text, "heddle_executor_slots", gateway="main") == 1
    assert value(text, "heddle_executor_log_waiting_bytes") is not None
    assert value(scrape(m.urls["run"]), "heddle_executor_tasks_claimed_total") is None
    check_conventions(text)


def test_a_refused_login_and_an_unknown_address_are_counted(m):
    before = scrape(m.server)
    m.w.run("environments", environment={**m.w.cloud, "TCLOUD_CLIENT_SECRET": "a wrong secret"}, code=None)
    assert get(m.w.base + "/nowhere")[0] == 404
    after = scrape(m.server)
    for name, labels in (("heddle_logins_total", {"result": "refused"}),
                         ("heddle_http_requests_total", {"route": "none", "status": "404", "method": "any"}),
                         ("heddle_http_requests_total", {"route": "/auth/token", "status": "401"})):
        assert (value(after, name, **labels) or 0) == (value(before, name, **labels) or 0) + 1, (name, labels)


def test_a_failed_model_is_counted(m):
    bad = m.w.project / "models/bad.sql"
    bad.write_text("MODEL (name shop.bad, kind FULL);\nSELECT CAST(kind AS INT) AS n FROM shop.daily\n")
    m.w.plan("dev", code=1)
    bad.unlink()
    text = scrape(m.server)
    assert value(text, "heddle_tasks_ended_total", queue="apply", kind="evaluate", result="failed") == 1
    assert value(text, "heddle_works_ended_total", kind="plan", status="failed") == 1


def start_slow_plan(m):
    slow = m.w.project / "models/slow.sql"
    slow.write_text(SLOW)
    plan = subprocess.Popen([m.w.heddle, "plan", "slow", "--auto-apply", "--no-prompts"], cwd=m.w.project,
                            env={**m.w.environment, **m.w.cloud}, stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
    await_value(m.urls["apply"], 1, "heddle_executor_tasks_running")
    return plan, slow


def test_a_killed_executor_loses_its_lease(m):
    plan, slow = start_slow_plan(m)
    await_value(m.server, 1, "heddle_queue_running", queue="apply", kind="evaluate")
    victim = m.w.children.pop("apply")
    victim.kill()
    victim.wait()
    text = await_value(m.server, 1, "heddle_leases_lost_total")
    assert value(text, "heddle_queue_depth", queue="apply", kind="evaluate") == 1, short(text)
    await_value(m.server, 0.2, "heddle_queue_oldest_age_seconds", queue="apply", kind="evaluate")
    plan.send_signal(signal.SIGINT)
    plan.wait(60)
    slow.unlink()
    assert value(scrape(m.server), "heddle_works_ended_total", kind="plan", status="aborted") == 1
    m.start_executor("apply")


def test_a_silent_server_makes_heartbeats_fail_and_the_lease_lost(m):
    plan, slow = start_slow_plan(m)
    url = m.urls["apply"]
    await_value(url, 1, "heddle_executor_heartbeats_total")
    assert value(scrape(url), "heddle_executor_heartbeats_failed_total") == 0
    plan.kill()
    plan.wait()
    m.w.stop("server")
    await_value(url, 1, "heddle_executor_heartbeats_failed_total")
    await_value(url, 1, "heddle_executor_leases_lost_total")
    await_value(url, 1, "heddle_executor_tasks_ended_total", kind="evaluate", result="lost")
    text = await_value(url, 1, "heddle_executor_claims_total", result="failed")
    assert value(text, "heddle_executor_ready") == 0
    slow.unlink()


def test_the_page_and_the_programs_name_the_same_figures(m):
    m.w.start("server", "server", "--listen", m.w.base.split("//")[1], "--state", m.w.state,
              "--no-scheduler").stdout.readline()
    check_page(scrape(m.server), "The server")
    check_page(scrape(m.urls["apply"]), "Executors")
    m.w.stop("server")


def start_other(m, *args, listen="127.0.0.1", **environment):
    out = m.w.start("server", "server", "--listen", f"{listen}:0", "--state", m.w.state, "--no-scheduler",
                    *args, environment=environment).stdout.readline().strip()
    return out.replace("0.0.0.0", "127.0.0.1") + "/metrics"


def test_with_a_token_only_who_shows_it_may_read(m):
    url = start_other(m, HEDDLE_METRICS_TOKEN="a-token-for-metrics")
    assert get(url)[0] == get(url, "another")[0] == 401
    assert get(url, "a-token-for-metrics")[0] == 200
    m.w.stop("server")


def test_beyond_loopback_nobody_may_without_a_token(m):
    url = start_other(m, "--plain-http", listen="0.0.0.0")
    status, _, text = get(url)
    assert status == 403 and "HEDDLE_METRICS_TOKEN" in text, text
    m.w.stop("server")


def test_an_address_of_its_own_is_open_and_the_other_closed(m):
    port = free_port()
    url = start_other(m, "--metrics-listen", f"127.0.0.1:{port}")
    assert get(url)[0] == 403
    base = f"http://127.0.0.1:{port}"
    check_page(scrape(base + "/metrics"), "The server")
    assert get(base + "/healthz")[0] == 200
    assert get(base + "/auth/token")[0] == 404
    m.w.stop("server")


if __name__ == "__main__":
    main(globals(), Metrics)
