#!/usr/bin/env python3
"""`heddle doctor`: each of its steps made to fail once by what really makes it fail, the whole text compared.

    tests/documents/doctor.py build/heddle
"""

import contextlib
import glob
import http.server
import json
import os
import pathlib
import pwd
import re
import shutil
import sqlite3
import ssl
import subprocess
import threading
import time

import jsonschema
from running import free_port, main

ROOT = pathlib.Path(__file__).resolve().parents[2]
STEPS = dict(re.findall(r"^\| (\d+) \| `(\w+)` ", (ROOT / "docs/cli/doctor.md").read_text(), re.M))
STEPS = {name: int(code) for code, name in STEPS.items()}
SCHEMA = json.loads((ROOT / "tests/cases/cli/json/doctor.json").read_text())
REMOTE = ("name", "connection", "tls", "server", "state", "clock", "login", "token")
seen_failing = set()


class Doctor:
    def __init__(self, world):
        self.w = w = world
        w.start_plane()
        self.version = w.run("--version").stdout.split()[1]
        self.port = w.base.rsplit(":", 1)[1]
        self.url = w.base + "/sqlmesh/acme/shop"
        self.empty = w.root / "empty"
        self.empty.mkdir()

    def text(self, text):
        """What differs from run to run gets a name."""
        for what, name in ((self.w.cloud.get("TCLOUD_CLIENT_ID"), "DEVELOPER"),
                           (self.w.executor.get("TCLOUD_CLIENT_ID"), "EXECUTOR"), (str(self.w.root), "ROOT"),
                           (f":{self.port}", ":PORT"), (f"port {self.port}", "port PORT"),
                           (f"version {self.version}", "version OWN")):
            text = text.replace(what, name)
        text = re.sub(r"version v\d+\.\d+\.\d+", "version V", re.sub(r" \(\d+ ms\)", "", text))
        text = re.sub(r"was: PRAGMA .*", "was: PRAGMAS", text)
        return re.sub(r"heddle_doctor_[0-9a-f]{8}", "SCRATCH", text)

    def run(self, *args, folder=None, **environment):
        base = {k: v for k, v in environment.items() if v is not None}
        return self.w.run("doctor", *args, folder=folder or self.empty, environment=base, code=None)

    def check(self, wanted, *args, code=None, folder=None, **environment):
        """The text is this one, the exit code that of the first step that failed, JSON says the same."""
        done = self.run(*args, folder=folder, **environment)
        got = self.text(done.stdout)
        wanted = wanted.strip("\n") + "\n"
        assert got == wanted and done.stderr == "", f"\n--- wanted\n{wanted}--- got\n{got}{done.stderr}"
        failing = re.findall(r"^failed +(\w+)", got, re.M)
        code = STEPS[failing[0]] if failing else 0
        assert done.returncode == code, (done.returncode, code)
        seen_failing.update(failing)
        for secret in [v for k, v in environment.items() if "SECRET" in k or "PASSWORD" in k]:
            assert secret not in done.stdout
        return done

    def same_in_json(self, *args, folder=None, **environment):
        text = self.run(*args, folder=folder, **environment)
        told = self.run(*args, "--json", folder=folder, **environment)
        answer = json.loads(told.stdout)
        jsonschema.Draft202012Validator(SCHEMA).validate(answer)
        lines = []
        for s in answer["steps"]:
            name = s["step"] + (f" {s['gateway']}" if s["gateway"] else "")
            lines.append(f"{s['state']:<9}  {name}" + (f": {s['what']}" if s["what"] else ""))
            lines += ["hint: " + s["hint"]] if s["hint"] else []
        plain = "\n".join(x.strip() for x in text.stdout.splitlines())
        same = [re.sub(r"\d{4,}|[0-9a-f]{8}", "N", self.text(x)) for x in (plain, "\n".join(
            y.strip() for x in lines for y in x.splitlines()))]
        assert same[0] == same[1], "\n".join(same)
        assert answer["exit_code"] == told.returncode == text.returncode


def not_tried(*steps):
    return "".join(f"not tried  {s}\n" for s in steps)


def after(step):
    """The lines for all steps of the way to the server behind this one."""
    return not_tried(*REMOTE[REMOTE.index(step) + 1:])


REACHED = """ok         name: 127.0.0.1 is 127.0.0.1.
ok         connection: 127.0.0.1 takes connections at port PORT.
ok         tls: none, and none is needed: the server is on this machine.
ok         server: http://127.0.0.1:PORT answers; version OWN.
ok         state: the server's state database answers.
ok         clock: this clock and the server's agree.
"""
AS_EXECUTOR = "ok         settings: TCLOUD_URL is http://127.0.0.1:PORT/sqlmesh/acme/shop, TCLOUD_CLIENT_ID EXECUTOR; 1 gateway.\n"
AS_DEVELOPER = "ok         settings: TCLOUD_URL is http://127.0.0.1:PORT/sqlmesh/acme/shop, TCLOUD_CLIENT_ID DEVELOPER; 0 gateways.\n"
ALL_RIGHTS = "rights main: it may create schema, create table, insert, drop table, drop schema."


def test_an_executor_that_lacks_nothing(d):
    d.check(AS_EXECUTOR + REACHED + """ok         login: client EXECUTOR was given a token.
ok         token: it may take and report tasks.
ok         driver main: there is one for connections of type duckdb.
ok         gateway main: it is open; version V, catalog house.
ok         """ + ALL_RIGHTS, **d.w.executor)
    d.same_in_json(**d.w.executor)


def test_a_developer_that_lacks_nothing(d):
    d.check(AS_DEVELOPER + REACHED + """ok         login: client DEVELOPER was given a token.
ok         token: it may look, plan and run.""", **d.w.cloud)


def test_the_exec_probe_is_the_same_steps(d):
    done = d.w.run("executor", "apply", "--check", environment=d.w.executor)
    assert d.text(done.stdout) == REACHED + """ok         login: client EXECUTOR was given a token.
ok         token: it may take and report tasks.
ok         driver main: there is one for connections of type duckdb.
ok         gateway main: it is open; version V, catalog house.
""", done.stdout


def test_settings_that_are_not_there(d):
    d.check("""failed     settings: TCLOUD_CLIENT_ID is not set, and nobody is signed in at http://127.0.0.1:PORT/sqlmesh/acme/shop.
           hint: sign in with heddle auth login, or set TCLOUD_CLIENT_ID and TCLOUD_CLIENT_SECRET.
""" + not_tried(*REMOTE), TCLOUD_URL=d.url, XDG_STATE_HOME=str(d.empty))
    for some in ({"TCLOUD_CLIENT_ID": "x"}, {"TCLOUD_CLIENT_SECRET": "a secret of enough bytes"},
                 {"SQLMESH__GATEWAYS__MAIN__CONNECTION__TYPE": "duckdb", "SQLMESH__GATEWAYS__MAIN__CONNECTION__DATABASE": "x.db"}):
        d.check(f"""failed     settings: {"TCLOUD_CLIENT_SECRET" if "TCLOUD_CLIENT_ID" in some else "TCLOUD_CLIENT_ID"} is not set.
           hint: an executor is told by its environment, a file TCLOUD_ENV_FILE or a folder HEDDLE_SECRETS_DIR where the control plane is and who it is itself.
""" + not_tried(*REMOTE), TCLOUD_URL=d.url, XDG_STATE_HOME=str(d.empty), **some)


def test_an_unknown_gateway_is_a_wrong_setting(d):
    d.check("""failed     settings: There is no gateway "mian". These are configured: main.
           hint: did you mean main?
""" + not_tried(*REMOTE), "--gateway", "mian", **d.w.executor)


def test_a_broken_env_file(d):
    path = d.w.root / "broken.env"
    path.write_text("TCLOUD_URL=x\nTCLOUD CLIENT=y\n")
    done = d.run("--dotenv", str(path))
    assert done.returncode == STEPS["settings"]
    assert re.match(r"failed     settings: ROOT/broken\.env, line 2: a line must be NAME=value\.\n           hint: ", d.text(done.stdout)), done.stdout


def test_an_address_that_is_none(d):
    d.check(AS_DEVELOPER.replace("http://127.0.0.1:PORT/sqlmesh/acme/shop", "heddle.example.com") +
            """failed     name: "heddle.example.com" is no address of a control plane.
           hint: set TCLOUD_URL to https://HOST/sqlmesh/ORGANISATION/PROJECT.
""" + after("name"), **{**d.w.cloud, "TCLOUD_URL": "heddle.example.com"})


def test_a_name_without_an_address(d):
    d.check(AS_DEVELOPER.replace("127.0.0.1:PORT", "no..such.host") +
            """failed     name: no..such.host has no address: Name or service not known.
           hint: see the host's name in TCLOUD_URL, and the DNS here.
""" + after("name"), **{**d.w.cloud, "TCLOUD_URL": "http://no..such.host/sqlmesh/acme/shop"})


def test_a_proxy_without_an_address(d):
    d.check(AS_DEVELOPER.replace("http://127.0.0.1:PORT", "https://heddle.example.com") +
            """failed     name: no..such.proxy has no address: Name or service not known.
           hint: see HTTPS_PROXY and NO_PROXY.
""" + after("name"), HTTPS_PROXY="http://no..such.proxy:3128",
            **{**d.w.cloud, "TCLOUD_URL": "https://heddle.example.com/sqlmesh/acme/shop"})


def test_a_port_where_nobody_listens(d):
    port = free_port()
    d.check(AS_DEVELOPER.replace(":PORT", f":{port}") + f"""ok         name: 127.0.0.1 is 127.0.0.1.
failed     connection: 127.0.0.1 takes no connection at port {port}: Connection refused.
           hint: see that the server runs, that host and port are right, and what firewalls are between.
""" + after("connection"), **{**d.w.cloud, "TCLOUD_URL": d.url.replace(d.port, str(port))})


@contextlib.contextmanager
def serving(answers, certificate=None):
    """An HTTP server that is none of ours: path -> (status, body)."""
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            status, body = answers.get(self.path, (404, "nothing here"))
            self.send_response(status)
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_):
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    if certificate:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(*certificate)
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.server_address[1]
    finally:
        server.shutdown()
        server.server_close()


def make_certificate(d):
    key, certificate = d.w.root / "key.pem", d.w.root / "certificate.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", certificate,
                    "-days", "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"],
                   check=True, capture_output=True)
    return certificate, key


def test_a_certificate_nobody_vouches_for(d):
    with serving({}, make_certificate(d)) as port:
        done = d.run(**{**d.w.cloud, "TCLOUD_URL": f"https://localhost:{port}/sqlmesh/acme/shop"})
        lines = done.stdout.splitlines()
        assert done.returncode == STEPS["tls"], done.stdout
        assert lines[3].startswith(f"failed     tls: GET https://localhost:{port}/healthz: the certificate of localhost is not signed by an authority "
                                   "that is trusted here"), lines[3]
        assert any(x.startswith("           hint: SSL_CERT_FILE ") or "SSL_CERT_FILE" in x for x in lines[4:6]), lines
        assert "\n".join(lines).endswith(after("tls").rstrip())
        seen_failing.add("tls")
        trusted = d.run(SSL_CERT_FILE=str(d.w.root / "certificate.pem"),
                        **{**d.w.cloud, "TCLOUD_URL": f"https://localhost:{port}/sqlmesh/acme/shop"})
        assert "ok         tls: the certificate is trusted." in trusted.stdout
        assert trusted.returncode == STEPS["server"]


def test_something_else_answers_there(d):
    with serving({"/healthz": (200, "I am a web shop")}) as port:
        d.check(AS_DEVELOPER.replace(":PORT", f":{port}") + f"""ok         name: 127.0.0.1 is 127.0.0.1.
ok         connection: 127.0.0.1 takes connections at port {port}.
ok         tls: none, and none is needed: the server is on this machine.
failed     server: http://127.0.0.1:{port}/healthz answers 200 and is no control plane's.
           hint: see TCLOUD_URL: https://HOST/sqlmesh/ORGANISATION/PROJECT.
""" + after("server"), **{**d.w.cloud, "TCLOUD_URL": d.url.replace(d.port, str(port))})


def test_another_version_is_a_warning(d):
    with serving({"/healthz": (200, '{"status": "ok", "version": "99.0.0"}')}) as port:
        done = d.run(**{**d.w.cloud, "TCLOUD_URL": d.url.replace(d.port, str(port))})
        assert f"""warning    server: http://127.0.0.1:{port} answers; version 99.0.0.
           hint: this program is version OWN; update the older one.
failed     state: http://127.0.0.1:{port}/readyz answers 404.
           hint: see the server's log.
""" in re.sub(r" \(\d+ ms\)", "", done.stdout.replace(d.version, "OWN")), done.stdout
        assert done.returncode == STEPS["state"]
        seen_failing.add("state")


def test_a_clock_that_is_wrong(d):
    for offset, line in ((1200_000, "failed     clock: this clock is 1200 s ahead of the server's."),
                         (-1200_000, "failed     clock: this clock is 1200 s behind the server's."),
                         (60_000, "warning    clock: this clock is 60 s ahead of the server's.")):
        done = d.run(HEDDLE_CLOCK_OFFSET_MS=str(offset), **d.w.cloud)
        got = re.sub(r" (1199|1200|1201) s", " 1200 s", re.sub(r" (59|60|61) s", " 60 s", d.text(done.stdout)))
        before = REACHED.rsplit("\n", 2)[0]
        assert got == AS_DEVELOPER + before + f"\n{line}\n" + \
            "           hint: let both follow the same time server (timedatectl set-ntp true).\n" \
            "ok         login: client DEVELOPER was given a token.\nok         token: it may look, plan and run.\n", got
        assert done.returncode == (STEPS["clock"] if line.startswith("failed") else 0)
    seen_failing.add("clock")


def test_a_wrong_secret(d):
    d.check(AS_DEVELOPER + REACHED + """failed     login: http://127.0.0.1:PORT/auth/token refused to log in client DEVELOPER (status 401): There is no client of this id with this secret.
           hint: make one with `heddle client create`, or give an existing one a new secret with --client-id and --secret-file.
not tried  token""", **{**d.w.cloud, "TCLOUD_CLIENT_SECRET": "not the secret"})


def test_a_token_url_that_leads_nowhere(d):
    d.check(AS_DEVELOPER + REACHED + """failed     login: http://127.0.0.1:PORT/oauth refused to log in client DEVELOPER (status 404): There is nothing at /oauth.
           hint: see TCLOUD_TOKEN_URL and TCLOUD_URL.
not tried  token""", TCLOUD_TOKEN_URL=d.w.base + "/oauth", **d.w.cloud)


def test_a_token_that_may_not_take_tasks(d):
    d.check(AS_EXECUTOR.replace("EXECUTOR", "DEVELOPER") + REACHED + """ok         login: client DEVELOPER was given a token.
failed     token: A client of role developer of acme/shop may not do this in acme/shop.
           hint: an executor needs a client of role executor, of this project: heddle client create.
ok         driver main: there is one for connections of type duckdb.
ok         gateway main: it is open; version V, catalog house.
ok         """ + ALL_RIGHTS, **{**d.w.executor, **d.w.cloud})


def test_an_executors_token_at_a_persons_desk(d):
    cloud = {k: v for k, v in d.w.executor.items() if k.startswith("TCLOUD_")}
    d.check(AS_EXECUTOR.replace("1 gateway", "0 gateways") + REACHED +
            """ok         login: client EXECUTOR was given a token.
warning    token: it may take and report tasks, and nothing else; no gateway is configured here.
           hint: to plan and run use a client of role developer; an executor needs SQLMESH__GATEWAYS__… variables.
""", **cloud)


def test_a_token_of_another_project(d):
    d.check(AS_DEVELOPER.replace("shop,", "other,") + REACHED + """ok         login: client DEVELOPER was given a token.
failed     token: A client of role developer of acme/shop may not do this in acme/other.
""", **{**d.w.cloud, "TCLOUD_URL": d.w.base + "/sqlmesh/acme/other"})


# -- gateways --

LOCAL = "ok         settings: the project in ROOT/local has 1 gateway; the default one is main (duckdb).\n"
NO_STATE = "ok         state: there is none yet; the first command makes it.\n"


def project(d, connection="type: duckdb\n      database: local.duckdb"):
    folder = d.w.root / "local"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    (folder / "config.yaml").write_text(f"gateways:\n  main:\n    connection:\n      {connection}\n"
                                        "model_defaults:\n  dialect: duckdb\n")
    return folder


def test_a_project_that_lacks_nothing(d):
    folder = project(d)
    d.check(LOCAL + NO_STATE + """ok         driver main: there is one for connections of type duckdb.
ok         gateway main: it is open; version V, catalog local.
ok         """ + ALL_RIGHTS, folder=folder)
    assert not (folder / ".heddle").exists()
    left = d.w.run("plan", "--auto-apply", "--no-prompts", folder=folder, environment={}, code=None)
    schemas = json.loads(d.w.run("fetchdf", "SELECT schema_name AS s FROM information_schema.schemata", "--json",
                                 folder=folder, environment={}).stdout)
    assert not [s for s in schemas if s["s"].startswith("heddle_doctor")], (left, schemas)


def test_read_only_writes_nothing(d):
    d.check(LOCAL + NO_STATE + """ok         driver main: there is one for connections of type duckdb.
ok         gateway main: it is open; version V, catalog local.
ok         rights main: a query works; nothing else was tried.""", "--read-only", folder=project(d))


def test_a_folder_that_is_no_project(d):
    done = d.run()
    assert done.returncode == STEPS["settings"]
    assert re.fullmatch(r"failed     settings: [^\n]+\n(           [^\n]+\n)*not tried  state\n", d.text(done.stdout)), done.stdout
    seen_failing.add("settings")


def test_a_gateway_without_a_driver(d):
    nowhere = d.w.root / "no-drivers"
    nowhere.mkdir(exist_ok=True)
    done = d.run(folder=project(d), HEDDLE_DRIVERS=str(nowhere), HEDDLE_CACHE=str(nowhere))
    got = re.sub(r"looked for in .*;", "looked for in FOLDERS;", d.text(done.stdout))
    assert got == LOCAL + NO_STATE + """failed     driver main: There is no driver here for connections of type duckdb: no libduckdb.so. Types that can be opened: none.
           hint: it was looked for in FOLDERS; HEDDLE_DRIVERS names other folders.
not tried  gateway
not tried  rights
""".replace("gateway\n", "gateway main\n").replace("rights\n", "rights main\n"), got
    assert done.returncode == STEPS["driver"]
    seen_failing.add("driver")


def test_a_file_that_is_no_database(d):
    folder = project(d)
    (folder / "local.duckdb").write_text("no database at all\n" * 1000)
    done = d.run(folder=folder)
    got = d.text(done.stdout)
    assert got.startswith(LOCAL + NO_STATE + "ok         driver main: there is one for connections of type duckdb.\n"
                          "failed     gateway main: "), got
    assert "not a valid DuckDB database file" in got and got.endswith("\nnot tried  rights main\n"), got
    assert done.returncode == STEPS["gateway"]


def test_a_file_that_another_executor_has(d):
    slow = "SELECT COUNT(*) AS n FROM RANGE(1000000000) AS t(a), RANGE(1000) AS u(b)"
    d.w.start("apply", "executor", "apply", environment=d.w.executor)
    query = subprocess.Popen([d.w.heddle, "fetchdf", slow], cwd=d.w.project, env={**d.w.environment, **d.w.cloud},
                             stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    lock = pathlib.Path(str(d.w.database) + ".heddle-lock")
    deadline = time.time() + 30
    while not (lock.exists() and "apply executor" in lock.read_text()):
        assert time.time() < deadline, d.w.log("apply")
        time.sleep(0.05)
    done = d.run(**d.w.executor)
    query.kill()
    query.wait()
    d.w.children["apply"].kill()
    d.w.children.pop("apply").wait()
    assert done.returncode == 0, done.stdout
    got = re.sub(r"\(apply executor .*\)\.", "(WHO).", d.text(done.stdout))
    assert got.endswith("ok         gateway main: in use by another executor (WHO).\nnot tried  rights main\n"), got


# -- state --

def test_a_state_that_is_whole_or_not(d):
    folder = project(d)
    (folder / "models").mkdir()
    (folder / "models/one.sql").write_text("MODEL (name a.one, kind FULL);\nSELECT 1 AS n\n")
    d.w.run("plan", "--auto-apply", "--no-prompts", folder=folder, environment={})
    rest = """ok         driver main: there is one for connections of type duckdb.
ok         gateway main: it is open; version V, catalog local.
ok         rights main: a query works; nothing else was tried."""
    d.check(LOCAL + "ok         state: it is whole and of this version.\n" + rest, "--read-only", folder=folder)
    path = folder / ".heddle/state.db"
    before = path.read_bytes()
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("UPDATE heddle_schema SET version = 99 WHERE module = 'queue'")
        db.commit()
        known = db.execute("SELECT version FROM heddle_schema WHERE module = 'queue'").fetchone()
    assert known == (99,)
    got = d.text(d.run("--read-only", folder=folder).stdout)
    assert re.sub(r"knows version \d+", "knows version N", got) == LOCAL + \
        """failed     state: ROOT/local/.heddle/state.db: The state database is ahead of this program: its tables of module queue have version 99, this program knows version N.
           hint: use the newer heddle that wrote it, or restore a backup from before.
""" + rest + "\n", got
    for name in ("state.db-wal", "state.db-shm"):
        (folder / ".heddle" / name).unlink(missing_ok=True)
    path.write_bytes(b"no database at all\n" * 1000)
    d.check(LOCAL + """failed     state: ROOT/local/.heddle/state.db: The state database says: file is not a database. The statement was: PRAGMAS
           hint: put a backup in its place, or move it away and plan again.
""" + rest, "--read-only", folder=folder)
    path.write_bytes(before)


# -- a real PostgreSQL --

class Postgres:
    def __init__(self, root):
        self.bin = pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin/initdb"))[-1]).parent
        self.folder, self.port = root / "postgres", free_port()
        self.folder.mkdir()
        root.chmod(0o755)
        user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        word = self.folder / "word"
        word.write_text("the root's word\n")
        if user:
            os.chown(self.folder, user.pw_uid, user.pw_gid)
        self.as_user = {"user": user.pw_name, "group": user.pw_gid, "extra_groups": []} if user else {}
        self.call("initdb", "-D", self.folder / "data", "-A", "scram-sha-256", "-U", "root", f"--pwfile={word}")
        self.server = subprocess.Popen(
            [self.bin / "postgres", "-D", self.folder / "data", "-p", str(self.port), "-k", self.folder,
             "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off"],
            cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.as_user)
        deadline = time.time() + 30
        while self.call("pg_isready", "-h", "127.0.0.1", "-p", str(self.port), check=False).returncode:
            assert time.time() < deadline
            time.sleep(0.1)
        self.sql("CREATE ROLE weaver LOGIN PASSWORD 'the weaver''s word'")
        self.sql("CREATE DATABASE loom")

    def call(self, program, *args, check=True, **more):
        return subprocess.run([self.bin / program, *args], cwd="/", check=check, capture_output=True, text=True,
                              **self.as_user, **more)

    def sql(self, text):
        self.call("psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "root", "-d", "postgres", "-c", text,
                  env={"PGPASSWORD": "the root's word", "PATH": os.environ["PATH"]})

    def connection(self, password="the weaver's word"):
        return (f"type: postgres\n      host: 127.0.0.1\n      port: {self.port}\n      user: weaver\n"
                f"      password: \"{password}\"\n      database: loom")

    def stop(self):
        self.server.send_signal(2)
        self.server.wait(30)


def test_a_login_without_password_and_one_without_rights(d):
    p = Postgres(d.w.root)
    try:
        done = d.run(folder=project(d, p.connection("a wrong word")))
        got = d.text(done.stdout)
        assert 'failed     gateway main: ' in got and 'password authentication failed for user "weaver"' in got, got
        assert "a wrong word" not in got and got.endswith("\nnot tried  rights main\n"), got
        assert done.returncode == STEPS["gateway"]
        seen_failing.add("gateway")
        folder = project(d, p.connection())
        done = d.run(folder=folder)
        got = d.text(done.stdout)
        assert "failed     rights main: it may not create schema. " in got, got
        assert "permission denied for database loom" in got and "\n           hint: " in got, got
        assert done.returncode == STEPS["rights"]
        seen_failing.add("rights")
        assert d.run("--read-only", folder=folder).returncode == 0
        p.sql("GRANT CREATE ON DATABASE loom TO weaver")
        done = d.run(folder=folder)
        assert done.returncode == 0 and "ok         " + ALL_RIGHTS in d.text(done.stdout), done.stdout
        d.same_in_json(folder=folder)
    finally:
        p.stop()


def test_every_step_of_the_page_was_made_to_fail_and_no_other(d):
    assert seen_failing == STEPS.keys(), seen_failing ^ STEPS.keys()
    assert sorted(STEPS.values()) == list(range(10, 10 + len(STEPS)))


if __name__ == "__main__":
    main(globals(), Doctor)
