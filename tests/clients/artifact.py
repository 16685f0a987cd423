#!/usr/bin/env python3
"""The public command line, unchanged, installs our executor from the control plane and works with it, in a root file
system that holds python3 and the client alone.

    tests/clients/artifact.py build/heddle
"""

import hashlib
import json
import os
import pathlib
import shutil
import subprocess
import time
import zipfile

from rig import CACHE, Site, check_record, main

from roundtrip import DAY, TODAY, check_totals

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
BARE = CACHE / "bare"  # Debian's smallest, with python3 and the client: tools/bootstrap
PACKAGES = "usr/local/lib/python3.11/site-packages"
SYNC = "/sqlmesh/acme/shop/api/state-sync/enterprise-version"
INTO = """set -e
mount --make-rprivate /
cd "$1"
mount -t tmpfs tmpfs tmp
mkdir -p ".$2"
mount --bind "$2" ".$2"
mount -t proc proc proc
mount --bind /dev dev
shift 2
exec chroot . "$@"
"""
WRONG = "a-secret-of-nobody-0123456789"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_artifact(build):
    """`make artifact`: of today's Debian packages, where a pinned one is no longer to be had."""
    command = ["make", "--no-print-directory", "-C", ROOT, f"BUILD={build}", "artifact"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode and "no longer has the versions" in done.stderr:
        print("note: built with PACKAGES=current; deploy/artifact/sysroot --lock writes the list anew", flush=True)
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PACKAGES": "current"})
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return build / "artifact/executors_bin.pex"


def again(path, target):
    """The same program in a file of another content."""
    shutil.copy(path, target)
    with zipfile.ZipFile(target, "a") as archive:
        archive.comment = b"the next one"


class Shop(Site):
    def __init__(self, world):
        heddle = world.heddle
        self.built = make_artifact(pathlib.Path(heddle).parent)
        self.served = world.root / "served.pex"
        shutil.copy(self.built, self.served)
        world.server_options = ["--no-scheduler", "--executor-file", str(self.served)]
        super().__init__(world)
        self.home = world.root / "tcloud-home"
        self.next = world.root / "next.pex"

    def serve(self, path):
        os.replace(path, self.served)

    def begin(self, *words, **change):
        """`tcloud executor ...` in the bare root."""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.w.root), "PYTHONPATH": "/" + PACKAGES, "TCLOUD_HOME": str(self.home),
                       "TCLOUD_TOKEN_URL": self.w.base + "/auth/token", **self.w.executor, **change}
        log = open(self.w.root / "tcloud.log", "a")
        return subprocess.Popen(
            ["unshare", "--mount", "/bin/sh", "-c", INTO, "sh", BARE, self.w.root,
             "/usr/bin/env", "-i", *(f"{k}={v}" for k, v in environment.items()),
             "python3", f"/{PACKAGES}/bin/tcloud", "executor", *words], stdout=log, stderr=log, cwd=self.w.root)

    def executor(self, *words, **change):
        code = self.begin(*words, **change).wait(120)
        return code, self.w.log("tcloud")

    def turns(self, kind, command):
        """`tcloud executor KIND --once` until a command of a developer has ended."""
        turns = 0
        while command.poll() is None:
            code, text = self.executor(kind, "--once")
            assert code == 0, text
            turns += 1
            assert turns < 20, text
        out = command.communicate(timeout=60)[0]
        assert command.returncode == 0, out + self.w.log("tcloud")
        return turns

    def develops(self, *words):
        return subprocess.Popen([self.w.heddle, *words], cwd=self.w.project, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, env={**self.w.environment, **self.w.cloud})

    def rows(self):
        return json.loads(subprocess.run(
            [CACHE / "oracle/bin/python", "-c",
             "import duckdb, json, sys; print(json.dumps([dict(kind=k, total=str(t)) for k, t in "
             "duckdb.connect(sys.argv[1], read_only=True).sql('select kind, total from shop.kinds').fetchall()]))",
             self.w.database], check=True, capture_output=True, text=True).stdout)

    def with_token(self, client):
        got = self.ask("POST", "/auth/token", {"grant_type": "client_credentials", "client_id": client["TCLOUD_CLIENT_ID"],
                                               "client_secret": client["TCLOUD_CLIENT_SECRET"]})
        return {"Authorization": "Bearer " + json.loads(got.text)["id_token"]}

    def upgrade(self):
        got = self.ask("GET", SYNC + "/upgrade?current_version=", headers=self.with_token(self.w.executor))
        assert got.status == 200, got.text
        return json.loads(got.text)


def test_two_builds_are_one_file(s):
    before = digest(s.built)
    s.built.unlink()
    assert digest(make_artifact(s.built.parent.parent)) == before


def test_check_fails_before_anything_is_installed(s):
    code, text = s.executor("apply", "--check")
    assert code == 1, text


def test_apply_once_carries_out_a_plan(s):
    code, text = s.executor("apply", "--once")
    assert code == 0 and "welcomes this executor" in text, text
    s.turns("apply", s.develops("plan", "--auto-apply", "--no-prompts", "--execution-time", str(TODAY - DAY)))
    check_totals(s.rows(), TODAY - DAY)


def test_run_once_carries_out_a_run(s):
    s.turns("run", s.develops("run"))
    check_totals(s.rows(), TODAY)


def test_check_is_0_when_healthy_and_not_with_a_wrong_secret(s):
    code, text = s.executor("run", "--check")
    assert code == 0, text
    (s.home / "auth.yaml").unlink()  # where the client keeps its token, good without any secret
    code, text = s.executor("run", "--check", TCLOUD_CLIENT_SECRET=WRONG)
    assert code != 0 and WRONG not in text, text


def test_the_file_itself_checks_too(s):
    installed, = s.home.glob("artifacts/*/executors_bin.pex")
    environment = {**s.w.executor, "TCLOUD_TOKEN_URL": s.w.base + "/auth/token"}
    done = subprocess.run([installed, "run", "--check"], env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    done = subprocess.run([installed, "run", "--check"], env={**environment, "TCLOUD_CLIENT_SECRET": WRONG},
                          capture_output=True, text=True)
    assert done.returncode == 1 and WRONG not in done.stdout + done.stderr, done.stdout + done.stderr


def test_it_is_unpacked_once_for_its_owner_alone(s):
    version, = (s.home / "artifacts").iterdir()
    assert version.name == digest(s.served)
    unpacked, = version.glob(".heddle-*")
    assert unpacked.stat().st_mode & 0o777 == 0o700


def test_a_token_for_the_download_is_good_for_nothing_else(s):
    told = s.upgrade()
    token = {"Authorization": "Bearer " + told["token"]}
    path = told["executors_pex_url"].removeprefix(s.w.base)
    got = s.ask("HEAD", path, headers=token)
    assert got.status == 200 and int(got.headers["Content-Length"]) == s.served.stat().st_size
    assert s.ask("GET", path).status == 401
    assert s.ask("GET", path.replace(told["target_version"], "0" * 64), headers=token).status == 404
    assert s.ask("GET", path.replace("/shop/", "/bank/"), headers=token).status == 403
    for method, other in (("GET", SYNC), ("GET", SYNC + "/upgrade"),
                          ("POST", "/sqlmesh/acme/shop/api/heddle/v1/tasks/claim"),
                          ("GET", "/sqlmesh/acme/shop/api/heddle/v1/environments")):
        assert s.ask(method, other, {} if method == "POST" else None, token).status == 403, other
    developer = s.with_token(s.w.cloud)
    assert s.ask("GET", path, headers=developer).status == 403
    assert s.ask("GET", SYNC + "/upgrade", headers=developer).status == 403
    assert json.loads(s.ask("GET", SYNC, headers=developer).text)["target_version"] == told["target_version"]


def test_it_is_fetched_from_where_the_executor_asked(s):
    """Inside a cluster or Compose the public address may lead nowhere; behind a proxy the inner one leads nowhere."""
    def told(**headers):
        token = s.with_token(s.w.executor)
        got = s.ask("GET", SYNC + "/upgrade", headers={**token, **{k.replace("_", "-"): v for k, v in headers.items()}})
        return json.loads(got.text)["executors_pex_url"].split("/sqlmesh/")[0]

    assert told(Host="heddle.data.svc:8080") == "http://heddle.data.svc:8080"
    assert told(Host="[::1]:8080") == "http://[::1]:8080"
    for mark in ("X_Forwarded_For", "X_Forwarded_Host", "Forwarded", "Via"):
        assert told(Host="inner:8080", **{mark: "for=10.0.0.1"}) == s.w.base, mark
    assert told(Host='a"b/c') == s.w.base


def test_another_file_upgrades_them_on_their_next_turn_and_no_task_is_lost(s):
    """While `tcloud executor apply`, which goes on by itself, is at work on a plan."""
    old, = (s.home / "artifacts").iterdir()
    (s.w.project / "models/more.sql").write_text(
        f"MODEL (name shop.more, kind FULL);\nSELECT kind, ({s.w.engine.slow}) AS n FROM shop.kinds\n")
    client = s.begin("apply")
    try:
        plan = s.develops("plan", "--auto-apply", "--no-prompts")
        again(s.built, s.next)
        s.serve(s.next)
        out = plan.communicate(timeout=120)[0]
        assert plan.returncode == 0, out + s.w.log("tcloud")
        deadline = time.time() + 60
        while not (s.home / "artifacts" / digest(s.served) / "executors").exists():
            assert time.time() < deadline, s.w.log("tcloud")
            time.sleep(0.2)
        assert not old.exists() and "lease was lost" not in s.w.log("tcloud")
    finally:
        client.terminate()
        client.wait(60)
    code, text = s.executor("apply", "--check")
    assert code == 0, text


def test_their_files_are_as_they_were_installed(_):
    assert check_record("tcloud", venv=BARE / "usr/local") > 5


main(globals(), Shop)
