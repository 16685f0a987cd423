"""What the tests of bad input and of TLS stand on: a small project, processes, a PostgreSQL server, and texts that
are compared whole.

A case file in tests/cases/bad_input/ holds the texts: `== TITLE`, then the text as it must be. What differs from run
to run stands in it as a word: ROOT, PORT, ID, TIME, N. `UPDATE=1` writes what was said, to be read before it is kept.
"""

import contextlib
import glob
import json
import os
import pathlib
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time

CASES = pathlib.Path(__file__).resolve().parents[1] / "cases/bad_input"
PATIENCE = 60

PROJECT = {
    "config.yaml": """
gateways:
  main:
    connection:
      type: duckdb
      database: house.duckdb
default_gateway: main
model_defaults:
  dialect: duckdb
  start: '2026-01-01'
""",
    "models/events.sql": """
MODEL (name shop.events, kind SEED (path '../seeds/events.csv'), columns (id INT, day DATE, amount INT));
""",
    "seeds/events.csv": """
id,day,amount
1,2026-01-01,5
2,2026-01-02,7
""",
    "models/daily.sql": """
MODEL (name shop.daily, kind FULL);
SELECT day, SUM(amount) AS total
FROM shop.events
GROUP BY day
""",
    "models/top.sql": """
MODEL (name shop.top, kind VIEW);
SELECT day, total FROM shop.daily WHERE total > 5
""",
}


def write_project(folder, **changes):
    for name, text in {**PROJECT, **changes}.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text.lstrip())


class Texts:
    """The texts of one case file."""

    def __init__(self, name):
        self.path = CASES / f"{name}.txt"
        self.preface, self.known = "", {}
        if self.path.exists():
            first, *rest = re.split(r"^== (.*)\n", self.path.read_text(), flags=re.M)
            self.preface = first
            self.known = dict(zip(rest[::2], (t.rstrip("\n") + "\n" for t in rest[1::2])))
        self.asked = {}

    def compare(self, title, text):
        text = "\n".join(line.rstrip() for line in text.strip().splitlines()) + "\n"
        self.asked[title] = text
        if os.environ.get("UPDATE"):
            return
        wanted = self.known.get(title)
        assert wanted is not None, f"no text \"{title}\" in {self.path.name}; it said:\n{text}"
        assert text == wanted, f"\"{title}\" in {self.path.name} is\n{wanted}\nbut it said\n{text}"

    def finish(self, whole):
        if os.environ.get("UPDATE"):
            kept = {**({} if whole else self.known), **self.asked}
            self.path.write_text(self.preface + "\n".join(f"== {k}\n{v}" for k, v in kept.items()))
        elif whole:
            assert not (left := self.known.keys() - self.asked.keys()), f"{self.path.name}: nothing says {left}"


class Rig:
    def __init__(self, heddle):
        self.heddle = str(pathlib.Path(heddle).resolve())
        self.root = pathlib.Path(tempfile.mkdtemp(prefix="heddle-bad-"))
        self.root.chmod(0o755)
        self.environment = {k: v for k, v in os.environ.items()
                            if not k.startswith(("TCLOUD_", "SQLMESH__", "HEDDLE_", "SSL_CERT_"))
                            and not k.lower().endswith("_proxy")}
        for name in ("HEDDLE_DRIVERS", "HEDDLE_CACHE"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        self.children, self.cleanups = {}, []

    # -- processes --

    def run(self, *args, env=None, folder=None, code=None, stdin=""):
        done = subprocess.run([self.heddle, *map(str, args)], cwd=folder or self.root, text=True, input=stdin,
                              capture_output=True, timeout=120, env={**self.environment, **(env or {})})
        assert code is None or done.returncode == code, \
            f"heddle {' '.join(map(str, args))}: exit {done.returncode}\n{done.stdout}{done.stderr}"
        return done

    def start(self, name, *args, env=None, folder=None):
        with open(self.root / f"{name}.log", "a") as log:
            self.children[name] = subprocess.Popen(
                [self.heddle, *map(str, args)], cwd=folder or self.root, env={**self.environment, **(env or {})},
                stdout=subprocess.PIPE, stderr=log, text=True)
        return self.children[name]

    def log(self, name):
        return (self.root / f"{name}.log").read_text()

    def await_log(self, name, words, times=1):
        deadline = time.time() + PATIENCE
        while self.log(name).count(words) < times:
            assert time.time() < deadline, f"{name} never said {words!r}:\n{self.log(name)}"
            time.sleep(0.05)

    def stop(self, name, how=signal.SIGTERM):
        child = self.children.pop(name)
        child.send_signal(how)
        code = child.wait(PATIENCE)
        assert code == (0 if how != signal.SIGKILL else -9), f"{name} ended with {code}\n{self.log(name)}"

    def kill(self, name):
        self.stop(name, signal.SIGKILL)

    def server(self, *more, state=None, port=0, name="server", host="127.0.0.1", env=None):
        state = state or f"sqlite:{self.root}/state.db"
        child = self.start(name, "server", "--listen", f"{host}:{port}", "--state", state, "--no-scheduler", *more,
                           env=env)
        base = child.stdout.readline().strip()
        assert base, self.log(name)
        return base

    def client(self, role, state=None):
        state = state or f"sqlite:{self.root}/state.db"
        made = json.loads(self.run("client", "create", "--state", state, "--org", "acme", "--project", "shop",
                                   "--name", role, "--role", role, "--json", code=0).stdout)
        return {"TCLOUD_CLIENT_ID": made["client_id"], "TCLOUD_CLIENT_SECRET": made["client_secret"]}

    def end(self):
        for child in self.children.values():
            child.kill()
            child.wait()
        for cleanup in reversed(self.cleanups):
            cleanup()
        shutil.rmtree(self.root, ignore_errors=True)

    # -- what a data engineer does --

    def project(self, name, **changes):
        folder = self.root / name
        write_project(folder, **changes)
        return folder

    def plan(self, folder, *more, **rest):
        return self.run("plan", "--auto-apply", "--no-prompts", *more, folder=folder, **rest)

    def rows(self, folder, sql, **more):
        return json.loads(self.run("fetchdf", sql, "--json", folder=folder, code=0, **more).stdout)

    # -- texts --

    def plain(self, text):
        """Without what differs from run to run: how far a plan is, too."""
        text = re.sub(r"^(\[\d+/\d+\] |Updating .*: \d|Executing .*: \d).*\n", "", text, flags=re.M)
        text = text.replace(str(self.root), "ROOT").replace(socket.gethostname(), "HOST")
        for pattern, word in ((r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z", "TIME"),
                              (r"\d{4}-\d\d-\d\d \d\d:\d\d UTC", "TIME"),
                              (r"\b(Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) [ \d]\d \d\d:\d\d:\d\d \d{4}( GMT)?",
                               "TIME"),
                              (r"\b[0-9a-f]{32}\b", "ID"), (r"(127\.0\.0\.1|localhost|heddle\.test):\d{2,5}", r"\1:PORT"),
                              (r"port \d{4,5}", "port PORT"), (r"after \d+ ms", "after N ms"),
                              (r"\bseconds=\d+", "seconds=N"), (r"__\d{5,10}\b", "__VERSION"),
                              (r"\d+\.\d\ds\b", "N s"), (r"_heddle_[0-9a-f]+", "_heddle_N")):
            text = re.sub(pattern, word, text)
        return text


class PostgreSQL:
    """A real server of its own on a port of loopback that wants passwords."""

    def __init__(self, rig):
        self.bin = sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1]
        self.data = rig.root / "postgres"
        self.data.mkdir()
        self.user = pwd.getpwnam("postgres") if os.getuid() == 0 else None
        if self.user:
            os.chown(self.data, self.user.pw_uid, self.user.pw_gid)
        secret = rig.root / "postgres.secret"
        secret.write_text("s3cret of the owner\n")
        secret.chmod(0o644)
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.call("initdb", "-D", self.data, "-U", "owner", "-A", "scram-sha-256", "--pwfile", secret, "-E", "UTF8",
                  "--no-sync", "--locale=C")
        self.process = subprocess.Popen(
            [f"{self.bin}/postgres", "-D", str(self.data), "-p", str(self.port), "-c", "listen_addresses=127.0.0.1",
             "-c", f"unix_socket_directories={self.data}", "-c", "fsync=off"],
            cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, **self.who())
        rig.cleanups.append(self.stop)
        deadline = time.time() + PATIENCE
        while subprocess.run([f"{self.bin}/pg_isready", "-h", "127.0.0.1", "-p", str(self.port)],
                             stdout=subprocess.DEVNULL).returncode:
            assert time.time() < deadline, "PostgreSQL does not start"
            time.sleep(0.1)

    def who(self):
        return {"user": self.user.pw_uid, "group": self.user.pw_gid, "extra_groups": []} if self.user else {}

    def call(self, program, *args):
        done = subprocess.run([f"{self.bin}/{program}", *map(str, args)], cwd="/", capture_output=True, text=True,
                              **self.who())
        assert done.returncode == 0, done.stdout + done.stderr

    def sql(self, text, database="postgres"):
        done = subprocess.run([f"{self.bin}/psql", "-h", "127.0.0.1", "-p", str(self.port), "-U", "owner", "-d",
                               database, "-v", "ON_ERROR_STOP=1", "-qAt", "-c", text], capture_output=True, text=True,
                              env={**os.environ, "PGPASSWORD": "s3cret of the owner"}, cwd="/")
        assert done.returncode == 0, done.stderr
        return done.stdout

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.wait()


class Skipped(Exception):
    """What the test needs is not to be had here."""


@contextlib.contextmanager
def tmpfs(rig, name, size):
    """A file system that is soon full."""
    if os.getuid() != 0:
        raise Skipped("only root can mount a small disk")
    folder = rig.root / name
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


def main(tests, cases):
    """Run every test_… of a module; `N passed, N failed` last. A skipped one is counted; with HEDDLE_CI it has failed."""
    rig = Rig(sys.argv[1] if len(sys.argv) > 1 else "build/heddle")
    texts, wanted = Texts(cases), sys.argv[2:]
    passed = failed = skipped = 0
    names = [n for n in tests if n.startswith("test_") and (not wanted or any(w in n for w in wanted))]
    try:
        for name in names:
            try:
                tests[name](rig, texts)
                passed += 1
            except Skipped as why:
                skipped += not os.environ.get("HEDDLE_CI")
                failed += bool(os.environ.get("HEDDLE_CI"))
                print(f"skipped: {name}: {why}", flush=True)
            except Exception as error:  # the others go on
                failed += 1
                print(f"{name}: {type(error).__name__}: {error}", flush=True)
        try:
            texts.finish(not wanted and not failed and not skipped)
        except AssertionError as error:
            failed += 1
            print(error)
    finally:
        rig.end()
    if skipped:
        print(f"{skipped} skipped")
    print(f"{passed} passed, {failed} failed")
    return failed > 0
