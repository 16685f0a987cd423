#!/usr/bin/env python3
"""docs/protocol.md, followed by a client that knows nothing else: Python's standard library."""

import base64
import json
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.parse
import urllib.request

DAY = 86_400_000
TODAY = int(time.time() * 1000) // DAY * DAY
START = TODAY - 5 * DAY
EXECUTOR, DEVELOPER, VIEWER = "executor-1", "developer-1", "viewer-1"
SECRET = "a secret of enough bytes: +/= and more"


class Server:
    def __init__(self, program):
        self.dir = tempfile.TemporaryDirectory()
        self.process = subprocess.Popen(
            [program, f"sqlite:{self.dir.name}/state.db"]
            + [f"{name.split('-')[0]}:{name}:{SECRET}" for name in (EXECUTOR, DEVELOPER, VIEWER)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.base = "http://127.0.0.1:" + self.process.stdout.readline().split()[1]
        self.tokens = {}

    def stop(self):
        self.process.stdin.close()
        code = self.process.wait(20)
        self.dir.cleanup()
        return code

    def send(self, method, url, body=None, headers=None):
        request = urllib.request.Request(url, data=body, method=method, headers=headers or {})
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as answer:
            return answer.code, dict(answer.headers), answer.read()

    def token(self, client):
        if client not in self.tokens:
            basic = ":".join(urllib.parse.quote(x, safe="") for x in (client, SECRET))
            status, headers, body = self.send(
                "POST", self.base + "/auth/token",
                b"grant_type=client_credentials&scope=tbk%3Ascope%3Aprojects",
                {"Authorization": "Basic " + base64.b64encode(basic.encode()).decode(),
                 "Content-Type": "application/x-www-form-urlencoded"})
            assert status == 200, (status, body)
            assert headers.get("Cache-Control") == "no-store", headers
            self.tokens[client] = json.loads(body)["access_token"]
        return self.tokens[client]

    def call(self, client, method, path, body=None):
        status, _, text = self.send(
            method, f"{self.base}/sqlmesh/acme/shop/api/heddle/v1/{path}",
            None if body is None else json.dumps(body).encode(),
            {"Authorization": "Bearer " + self.token(client), "Content-Type": "application/json"})
        return status, json.loads(text)

    def ok(self, client, method, path, body=None):
        status, answer = self.call(client, method, path, body)
        assert status == 200, (status, answer)
        return answer


def snapshot(name, identifier, parents=()):
    return {
        "name": f'"db"."shop"."{name}"', "identifier": identifier, "version": identifier + "0",
        "dev_version": identifier + "1", "category": "breaking",
        "kind": "INCREMENTAL_BY_TIME_RANGE", "cron": "@daily", "interval_unit": "day",
        "start": time.strftime("%Y-%m-%d", time.gmtime(START / 1000)),
        "view": {"catalog": "db", "schema": "shop", "name": name},
        "physical_schema": "sqlmesh__shop", "definition": {"query": f"SELECT '{name}'"},
        "parents": [{"name": f'"db"."shop"."{n}"', "identifier": i} for n, i in parents],
    }


def plan(environment, snapshots, expected=None, until=TODAY - DAY):
    return {
        "environment": {"name": environment, "members": [
            {"name": s["name"], "identifier": s["identifier"], "promoted": True}
            for s in snapshots]},
        "snapshots": snapshots, "execution_ms": until,
        **({"expected_plan_id": expected} if expected else {}),
    }


def hello(server, kind):
    return server.ok(EXECUTOR, "POST", "executors/hello", {
        "executor_id": kind, "name": kind, "kind": kind,
        "gateways": [{"name": "main", "type": "duckdb", "is_default": True, "slots": 4}]})


def work_off(server, kind, wait_ms=0):
    done = []
    while True:
        tasks = server.ok(EXECUTOR, "POST", "tasks/claim", {
            "executor_id": kind, "slots": [{"gateway": "main", "free": 4}],
            "wait_ms": wait_ms})["tasks"]
        if not tasks:
            return done
        done += tasks
        finished = server.ok(EXECUTOR, "POST", "tasks/finish", {
            "executor_id": kind, "results": [
                {"task_id": t["id"], "fence": t["fence"], "status": "success", "rows": 1}
                for t in tasks]})
        assert finished["stale"] == [], finished


def test_health_needs_no_token(server):
    for path in ("/healthz", "/readyz", "/metrics"):
        assert server.send("GET", server.base + path)[0] == 200, path


def test_nothing_else_is_open(server):
    url = server.base + "/sqlmesh/acme/shop/api/heddle/v1/environments"
    assert server.send("GET", url)[0] == 401
    assert server.send("GET", url, headers={"Authorization": "Bearer nonsense"})[0] == 401
    other = server.base + "/sqlmesh/acme/bank/api/heddle/v1/environments"
    token = {"Authorization": "Bearer " + server.token(DEVELOPER)}
    assert server.send("GET", other, headers=token)[0] == 403


def test_the_token_endpoint_speaks_rfc_6749(server):
    def ask(form):
        status, _, body = server.send("POST", server.base + "/auth/token",
                                      urllib.parse.urlencode(form).encode())
        return status, json.loads(body).get("error")

    good = {"grant_type": "client_credentials", "client_id": EXECUTOR, "client_secret": SECRET}
    assert ask(good) == (200, None)
    assert ask({**good, "client_secret": "a wrong one, as long"}) == (401, "invalid_client")
    assert ask({**good, "grant_type": "password"}) == (400, "unsupported_grant_type")
    assert ask({"client_id": EXECUTOR}) == (400, "invalid_request")


def test_roles_are_kept_apart(server):
    assert server.call(EXECUTOR, "GET", "environments")[0] == 403
    assert server.call(DEVELOPER, "POST", "tasks/claim", {"executor_id": "x"})[0] == 403
    assert server.call(VIEWER, "GET", "environments")[0] == 404, "who only looks makes no project"
    assert server.call(DEVELOPER, "GET", "environments")[0] == 200
    assert server.call(VIEWER, "GET", "environments")[0] == 200
    assert server.call(VIEWER, "POST", "runs", {"environment": "prod"})[0] == 403


def test_a_plan_is_applied_and_the_scheduler_goes_on(server):
    a, b = snapshot("a", "1"), snapshot("b", "2", [("a", "1")])
    assert server.call(DEVELOPER, "POST", "plans", plan("prod", [a, b]))[0] == 409
    assert hello(server, "apply")["lease_ttl_ms"] == 1000
    hello(server, "run")
    posted = server.ok(DEVELOPER, "POST", "plans", plan("prod", [a, b]))
    kinds = [t["kind"] for t in work_off(server, "apply")]
    assert sorted(kinds) == ["create"] * 2 + ["evaluate"] * 2 + ["promote"] * 2, kinds
    ended = server.ok(DEVELOPER, "GET", f"plans/{posted['id']}?after={posted['version']}"
                                        "&wait_ms=20000")
    assert ended["status"] == "success", ended
    runs = work_off(server, "run", wait_ms=5000)
    assert [t["snapshot_name"] for t in runs] == [a["name"], b["name"]], runs
    assert {(t["start_ms"], t["end_ms"]) for t in runs} == {(TODAY - DAY, TODAY)}, runs
    prod = server.ok(VIEWER, "GET", "environments/prod")
    assert prod["plan_id"] == posted["id"]
    assert [s["intervals"] for s in prod["snapshots"]] == [[[START, TODAY]]] * 2, prod
    assert "definition" not in prod["snapshots"][0]
    run = server.ok(VIEWER, "GET", "runs?environment=prod")["runs"][0]
    assert (run["trigger"], run["status"]) == ("cadence", "success"), run


def test_what_was_planned_elsewhere_is_a_conflict(server):
    status, problem = server.call(DEVELOPER, "POST", "plans", plan("prod", [snapshot("a", "1")]))
    assert status == 409 and problem["error"] == "conflict", problem
    assert "hint:" in problem["message"], problem


def test_bodies_that_are_wrong_are_refused(server):
    for body in ({}, {"environment": 5}, {"environment": {"name": "x", "members": "no"}}, []):
        status, problem = server.call(DEVELOPER, "POST", "plans", body)
        assert status in (400, 422), (body, status, problem)
    assert server.call(DEVELOPER, "GET", "nowhere")[0] == 404
    assert server.call(DEVELOPER, "PUT", "plans", {})[0] == 405
    assert server.call(EXECUTOR, "POST", "executors/hello", {"x": "y" * 100_000})[0] == 413


def main():
    server = Server(sys.argv[1])
    passed = failed = 0
    for name, test in list(globals().items()):
        if not name.startswith("test_"):
            continue
        try:
            test(server)
            passed += 1
        except Exception as error:  # a test that dies has failed; the others go on
            failed += 1
            print(f"{name}: {type(error).__name__}: {error}")
    if server.stop() != 0:
        failed += 1
        print("the server did not stop cleanly")
    print(f"{passed} passed, {failed} failed")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
