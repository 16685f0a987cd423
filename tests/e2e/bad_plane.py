#!/usr/bin/env python3
"""A control plane that refuses, is down or answers rubbish; a clock that is set; settings that turn invalid while an
executor runs. Every text whole; executors wait and go on.

    tests/e2e/bad_plane.py build/heddle [WORD…]
"""

import http.server
import json
import signal
import socket
import sys
import threading
import time
import urllib.error
import urllib.request

import rig

PAGE = "<!DOCTYPE html>\n<html><head><title>Company Gateway: please log in</title></head><body>…</body></html>"
TOKEN = json.dumps({"access_token": "abc", "token_type": "Bearer", "expires_in": 3600})


class Rubbish(http.server.ThreadingHTTPServer):
    """Answers what it is told to, at one address."""

    def __init__(self, port=0):
        super().__init__(("127.0.0.1", port), Answer)
        self.token = (200, "application/json", TOKEN)
        self.other = (200, "application/json", "{}")
        self.calls = []
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def close(self):
        self.shutdown()
        self.server_close()


class Answer(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        login = self.path == "/auth/token"
        self.server.calls.append((time.time(), self.path))
        status, kind, text = self.server.token if login else self.server.other
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(text.encode())))
        self.send_header("Connection", "close")
        self.end_headers()
        self.wfile.write(text.encode())

    do_POST = do_GET

    def log_message(self, *args):
        pass


STRANGERS = {
    "JSON of somebody else, to a plan": ["plan", "--auto-apply", "--no-prompts"],
    "JSON of somebody else, to a run": ["run"],
    "JSON of somebody else, to a query": ["fetchdf", "SELECT 1"],
    "JSON of somebody else, to a pass of the janitor": ["janitor"],
}
UNREAD = "changed settings cannot be read"
RUBBISH = {
    "an HTML page of a proxy": (200, "text/html; charset=utf-8", PAGE),
    "half a JSON": (200, "application/json", '{"environments": [{"na'),
    "a wrong content type": (200, "text/plain", "It works!"),
    "502 with a page": (502, "text/html", "<html><head><title>502 Bad Gateway</title></head></html>"),
    "503 without a word": (503, "text/plain", ""),
    "404 with a page": (404, "text/html", "<html><head><title>Not here</title></head></html>"),
    "JSON of somebody else": (200, "application/json", '{"hello": "world"}'),
}


def set_up(b):
    if hasattr(b, "base"):
        return
    b.base = b.server()
    b.port = int(b.base.rsplit(":", 1)[1])
    b.developer, b.worker = b.client("developer"), b.client("executor")
    b.gateway = {"SQLMESH__DEFAULT_GATEWAY": "main", "SQLMESH__GATEWAYS__MAIN__CONNECTION__TYPE": "duckdb",
                 "SQLMESH__GATEWAYS__MAIN__CONNECTION__DATABASE": str(b.root / "house.duckdb")}
    b.folder = b.project("shop")


def cloud(b, who=None, port=None, **more):
    return {"TCLOUD_URL": f"http://127.0.0.1:{port or b.port}/sqlmesh/acme/shop", **(who or b.developer), **more}


def said(b, texts, title, env):
    done = b.run("environments", env=env, folder=b.folder)
    texts.compare(title, b.plain(done.stdout + done.stderr))
    assert done.returncode != 0, done
    return done


def test_a_login_that_is_refused(b, texts):
    set_up(b)
    done = said(b, texts, "a wrong client secret", cloud(b, TCLOUD_CLIENT_SECRET="wr0ng"))
    assert "wr0ng" not in done.stderr
    said(b, texts, "a client id that there is not", cloud(b, TCLOUD_CLIENT_ID="nobody"))
    said(b, texts, "no client secret", cloud(b, TCLOUD_CLIENT_SECRET=""))
    said(b, texts, "an address that is none", {**cloud(b), "TCLOUD_URL": "heddle.example.com"})
    b.run("environments", env=cloud(b), folder=b.folder, code=0)


def test_the_control_plane_is_down(b, texts):
    set_up(b)
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        said(b, texts, "a control plane that is down", cloud(b, port=s.getsockname()[1]))
    said(b, texts, "a control plane whose name is not known", {**cloud(b), "TCLOUD_URL": "http://plane.invalid/sqlmesh/acme/shop"})


def test_rubbish_is_told_as_such(b, texts):
    set_up(b)
    fake = Rubbish()
    for title, answer in RUBBISH.items():
        fake.other = answer
        said(b, texts, title, cloud(b, port=fake.server_address[1]))
    for title, command in STRANGERS.items():
        done = b.run(*command, env=cloud(b, port=fake.server_address[1]), folder=b.folder)
        texts.compare(title, b.plain(done.stdout + done.stderr))
        assert done.returncode == 4, done
    fake.token = (200, "text/html", PAGE)
    said(b, texts, "an HTML page instead of a token", cloud(b, port=fake.server_address[1]))
    fake.close()


def test_executors_outlive_rubbish_and_silence(b, texts):
    """The server goes, rubbish of every kind stands in its place, then it is back: the same executor does the plan."""
    set_up(b)
    b.start("worker", "executor", "apply", env={**cloud(b, b.worker), **b.gateway})
    b.await_log("worker", "welcomes this executor")
    b.stop("server")
    b.await_log("worker", "did not take a call")
    fake = Rubbish(b.port)
    for title in ("an HTML page of a proxy", "half a JSON", "502 with a page", "JSON of somebody else"):
        fake.other = fake.token = RUBBISH[title]
        began = len(fake.calls)
        while len(fake.calls) < began + 1:
            time.sleep(0.02)
    fake.close()
    assert len(fake.calls) < 200, "it does not wait between its tries"
    b.server(port=b.port)
    b.await_log("worker", "answers again")
    b.plan(b.folder, env=cloud(b), code=0)
    assert [int(r["total"]) for r in b.rows(b.folder, "SELECT total FROM shop.top", env=cloud(b))] == [7]
    assert b.children["worker"].poll() is None
    b.stop("worker")


def test_settings_that_turn_invalid_while_an_executor_runs(b, texts):
    set_up(b)
    secrets = b.root / "secrets"
    secrets.mkdir()
    env_file = b.root / "executor.env"
    good = "".join(f"{k}='{v}'\n" for k, v in {**cloud(b, b.worker), **b.gateway}.items())
    env_file.write_text(good)
    b.start("told", "executor", "apply", env={"TCLOUD_ENV_FILE": str(env_file), "HEDDLE_SECRETS_DIR": str(secrets)})
    b.await_log("told", "welcomes this executor")

    def turns(title, break_it, repair):
        times = b.log("told").count(UNREAD)
        again = b.log("told").count("were read again")
        break_it()
        b.await_log("told", UNREAD, times + 1)
        time.sleep(2.5)
        lines = [line for line in b.log("told").splitlines() if UNREAD in line]
        assert len(lines) == times + 1, lines
        texts.compare(title, b.plain(lines[-1]))
        b.plan(b.folder, "--restate-model", "shop.daily", env=cloud(b), code=0)  # by the values of before
        repair()
        b.await_log("told", "were read again", again + 1)
        b.plan(b.folder, "--restate-model", "shop.daily", env=cloud(b), code=0)

    b.plan(b.folder, env=cloud(b), code=0)
    turns("a .env file that turns invalid", lambda: env_file.write_text(good + "THIS IS NO SETTING\n"),
          lambda: env_file.write_text(good + "# repaired\n"))
    turns("a .env file that goes away", env_file.unlink, lambda: env_file.write_text(good))
    wrong = secrets / "HEDDLE_DRAIN_SECONDS"
    turns("a secret that turns invalid", lambda: wrong.write_text("soon\n"), lambda: wrong.write_text("20\n"))
    b.stop("told")


def test_a_clock_that_is_set_between_two_lives_of_a_server(b, texts):
    """Two hours back and two hours ahead: the executor keeps working, tokens and leases are good."""
    set_up(b)
    b.start("steady", "executor", "apply", env={**cloud(b, b.worker), **b.gateway})
    b.await_log("steady", "welcomes this executor")
    b.plan(b.folder, env=cloud(b), code=0)
    for offset in (-7200000, 7200000, 0):
        b.stop("server")
        b.server(port=b.port, env={"HEDDLE_CLOCK_OFFSET_MS": str(offset)})
        b.plan(b.folder, "--restate-model", "shop.daily", env=cloud(b), code=0)
        assert [int(r["total"]) for r in b.rows(b.folder, "SELECT total FROM shop.top", env=cloud(b))] == [7]
    b.stop("steady")


def becomes(what, is_so):
    deadline = time.time() + rig.PATIENCE
    while not is_so():
        assert time.time() < deadline, f"never: {what}"
        time.sleep(0.05)


def status_of(url):
    try:
        with urllib.request.urlopen(url, timeout=20) as answer:
            return answer.status, ""
    except urllib.error.HTTPError as refused:
        return refused.code, refused.read().decode()


def test_a_server_that_lingers_serves_on_and_is_not_ready(b, texts):
    """Load balancers learn that it goes; a second signal, and it is gone."""
    base = b.server("--linger-seconds", "600", name="lingers", state=f"sqlite:{b.root}/lingers.db")
    client = b.client("developer", f"sqlite:{b.root}/lingers.db")
    assert status_of(base + "/readyz")[0] == status_of(base + "/healthz")[0] == 200
    b.children["lingers"].send_signal(signal.SIGTERM)
    b.await_log("lingers", "the control plane stops")
    becomes("it is not ready", lambda: status_of(base + "/readyz")[0] == 503)
    assert "about to stop" in status_of(base + "/readyz")[1] and status_of(base + "/healthz")[0] == 200
    b.run("environments", env={"TCLOUD_URL": f"{base}/sqlmesh/acme/shop", **client}, code=0)
    b.stop("lingers")


def test_a_state_that_is_away_is_no_reason_to_restart_the_server(b, texts):
    """What watches over processes asks /healthz, who sends requests there /readyz."""
    postgres = rig.PostgreSQL(b)
    url = f"postgresql://owner:s3cret%20of%20the%20owner@127.0.0.1:{postgres.port}/postgres"
    base = b.server(name="stateless", state=url)
    assert status_of(base + "/readyz")[0] == 200
    postgres.stop()
    becomes("it is not ready", lambda: status_of(base + "/readyz")[0] == 503)
    assert status_of(base + "/healthz")[0] == 200
    b.stop("stateless")


if __name__ == "__main__":
    sys.exit(rig.main(globals(), "control_plane"))
