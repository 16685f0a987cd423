#!/usr/bin/env python3
"""The public command line, unchanged, installs our executor from the control plane and works with it, in a root file
system that holds python3 and the client alone.

    tests/clients/artifact.py build/heddle
"""

import json
import shutil
import subprocess
import time
import zipfile

from installed import BARE, HERE, WRONG, Shop, digest, make_artifact
from rig import check_record, main

from roundtrip import DAY, TODAY, check_totals

SYNC = "/sqlmesh/acme/shop/api/state-sync/enterprise-version"
LATER = "99.9.9"


class Upgraded(Shop):
    def upgrade(self):
        got = self.ask("GET", SYNC + "/upgrade?current_version=", headers=self.with_token(self.w.executor))
        assert got.status == 200, got.text
        return json.loads(got.text)

    def later_build(self):
        """The same source as another version: what knows its number is compiled anew."""
        build = self.w.root / "later"
        build.mkdir()
        for part in ("obj", "lib"):
            shutil.copytree(self.build / part, build / part)
        return make_artifact(build, f"VERSION={LATER}", f"ARCHITECTURES={HERE}")


def test_check_fails_before_anything_is_installed(s):
    code, text = s.executor("apply", "--check")
    assert code == 1, text


def test_apply_once_carries_out_a_plan(s):
    code, text = s.executor("apply", "--once")
    assert code == 0 and "welcomes this executor" in text, text
    s.turns("apply", s.plans("--execution-time", str(TODAY - DAY)))
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
    done = subprocess.run([s.installed(), "run", "--check"], env=s.settings(), capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    done = subprocess.run([s.installed(), "run", "--check"], env=s.settings(TCLOUD_CLIENT_SECRET=WRONG),
                          capture_output=True, text=True)
    assert done.returncode == 1 and WRONG not in done.stdout + done.stderr, done.stdout + done.stderr


def test_it_is_unpacked_once_for_its_owner_alone(s):
    version, = (s.home / "artifacts").iterdir()
    assert version.name == digest(s.served)
    unpacked, = version.glob(".heddle-*")
    assert unpacked.stat().st_mode & 0o777 == 0o700
    with zipfile.ZipFile(s.served) as archive:
        held = {name.split("/")[0] for name in archive.namelist()}
    assert {p.name for p in unpacked.iterdir()} == held - {"__main__.py", *({"x86_64", "aarch64"} - {HERE})}


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


def until(what, condition, seconds=60):
    deadline = time.time() + seconds
    while not condition():
        assert time.time() < deadline, what
        time.sleep(0.1)


def test_another_build_upgrades_them_on_their_next_turn_and_no_task_is_lost(s):
    """Put in its place while `tcloud executor apply`, which goes on by itself, is at work on a plan."""
    later = s.later_build()
    assert digest(later) != digest(s.built)
    old, = (s.home / "artifacts").iterdir()
    before = s.attempts()
    (s.w.project / "models/more.sql").write_text(
        f"MODEL (name shop.more, kind FULL);\nSELECT kind, ({s.w.engine.slow}) AS n FROM shop.kinds\n")
    client = s.begin("apply")
    again = "--restate-model", "shop.daily"
    try:
        plan = s.plans()
        until("a task of the first plan is at work", lambda: any(state == "leased" for state, _, _ in s.attempts()[len(before):]))
        s.serve(later)
        s.succeeds(plan)
        s.succeeds(s.plans(*again))  # as the old one ends and the new one comes
        until("it is installed", (s.home / "artifacts" / digest(s.served) / "executors").exists)
        assert not old.exists()
        s.succeeds(s.plans(*again))
    finally:
        client.terminate()
        client.wait(60)
    made = s.attempts()[len(before):]
    assert all(state == "done" and attempts == 1 for state, attempts, _ in made), made
    versions = [by for _, _, by in made]
    assert versions[-1] == LATER and versions[0] == before[0][2] != LATER, made
    assert "lease was lost" not in s.w.log("tcloud")
    code, text = s.executor("apply", "--check")
    assert code == 0, text


def test_their_files_are_as_they_were_installed(_):
    assert check_record("tcloud", venv=BARE / "usr/local") > 5


main(globals(), Upgraded)
