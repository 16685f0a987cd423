#!/usr/bin/env python3
"""Our own command line signs in as a person: by browser and by device; later commands use and refresh that, many at once.

    tests/clients/heddle_auth.py build/heddle
"""

import concurrent.futures
import http.client
import json
import os
import re
import subprocess
import urllib.parse

from rig import Site, main


def start(s, *words, **environment):
    folder = s.w.root / "person"
    folder.mkdir(exist_ok=True)
    return subprocess.Popen(
        [s.w.heddle, *words], cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "HOME": str(folder), "XDG_STATE_HOME": str(folder / "state"),
             "TCLOUD_URL": s.w.base + "/sqlmesh/acme/shop", **environment})


def run(s, *words, code=0, **environment):
    done = start(s, *words, **environment)
    out, err = done.communicate(timeout=60)
    assert done.returncode == code, (words, done.returncode, out, err)
    return out if code == 0 else out + err


def log_in(s, *words):
    program = start(s, "auth", "login", *words)
    text = ""
    while not (found := re.search(r"^(http://\S+)$", text, re.M)):
        line = program.stderr.readline()
        assert line, text
        text += line
    got = s.sign_in(found.group(1))
    if got.status == 303:
        back = urllib.parse.urlparse(got.headers["Location"])
        for query, status in (("code=stolen&state=another", 400), (back.query, 200)):
            there = http.client.HTTPConnection(back.hostname, back.port, timeout=60)
            there.request("GET", f"{back.path}?{query}")
            assert there.getresponse().status == status, query
    else:
        assert got.status == 200, got.text
    out, err = program.communicate(timeout=60)
    assert program.returncode == 0, (out, text + err)
    return out


def file_of(s):
    return s.w.root / "person/state/heddle/sign-ins.json"


def age(s, **change):
    """As if an hour had passed for the token."""
    kept = json.loads(file_of(s).read_text())
    kept[s.w.base].update({"expires_ms": 1, **change})
    file_of(s).write_text(json.dumps(kept))
    return kept[s.w.base]


def test_without_a_sign_in_commands_say_what_to_do(s):
    assert "heddle auth login" in run(s, "environments", code=1)
    assert "Nobody is signed in" in run(s, "auth", "status", code=1)
    assert "Nobody is signed in" in run(s, "auth", "token", code=1)
    assert "TCLOUD_URL" in run(s, "auth", "login", code=1, TCLOUD_URL="")
    assert "login, logout, status or token" in run(s, "auth", "enter", code=2)
    assert "login, logout, status or token" in run(s, "auth", code=2)
    for verb in ("logout", "status", "token"):
        assert "--device is for heddle auth login" in run(s, "auth", verb, "--device", code=2)
    assert json.loads(run(s, "auth", "logout", "--json")) == {"url": s.w.base, "signed_in": False}
    refused = run(s, "auth", "status", "--json", code=1)
    assert json.JSONDecoder().raw_decode(refused)[0] == {"url": s.w.base, "signed_in": False}, refused


def test_login_by_browser_serves_other_commands(s):
    assert "as admin" in log_in(s)
    assert file_of(s).stat().st_mode & 0o777 == 0o600
    told = json.loads(run(s, "auth", "status", "--json"))
    assert (told["name"], told["role"], told["signed_in"]) == ("admin", "admin", True), told
    assert "Number of environments: 0" in run(s, "environments")
    token = run(s, "auth", "token").strip()
    answer = s.ask("GET", "/sqlmesh/acme/shop/api/heddle/v1/environments", headers={"Authorization": "Bearer " + token})
    assert answer.status == 200, answer.text


def test_doctor_looks_as_the_person_who_is_signed_in(s):
    told = json.loads(run(s, "doctor", "--json"))
    steps = {x["step"]: (x["state"], x["what"]) for x in told["steps"]}
    assert told["exit_code"] == 0 and steps["login"] == ("ok", "the sign-in of heddle auth has a token."), steps
    assert steps["token"] == ("ok", "it may look, plan and run."), steps
    assert "signed in by heddle auth" in steps["settings"][1], steps
    age(s)
    assert "has a token" in run(s, "doctor"), "one that is refreshed"


def test_what_auth_prints_as_json(s):
    told = json.loads(run(s, "auth", "token", "--json"))
    assert told.keys() == {"access_token", "expires_ms"} and told["access_token"] == run(s, "auth", "token").strip(), told
    other = run(s, "auth", "status", code=1, TCLOUD_URL="http://127.0.0.1:9/sqlmesh/acme/shop")
    assert "Nobody is signed in at http://127.0.0.1:9" in other, other


def test_sign_ins_are_kept_where_the_variable_says(s):
    """A path that is not absolute does not count, as XDG has it; nor does an empty one."""
    home = s.w.root / "person/.local/state/heddle"
    home.mkdir(parents=True)
    (home / "sign-ins.json").write_text(file_of(s).read_text())
    (home / "sign-ins.json").chmod(0o600)
    for elsewhere in ("state", ""):
        assert "as admin" in run(s, "auth", "status", XDG_STATE_HOME=elsewhere)
    assert "Nobody is signed in" in run(s, "auth", "status", code=1, XDG_STATE_HOME=str(s.w.root / "person/other"))
    (home / "sign-ins.json").unlink()


def test_a_file_that_something_else_has_written_is_not_shown(s):
    before = file_of(s).read_text()
    token = json.loads(before)[s.w.base]["refresh_token"]
    file_of(s).write_text(before[:-10])
    for words in (("auth", "status"), ("auth", "token"), ("auth", "logout"), ("environments",), ("doctor",)):
        said = run(s, *words, code=10 if words == ("doctor",) else 1)
        assert "is no whole JSON object" in said and token not in said, said
    file_of(s).write_text(before)
    run(s, "environments")


def test_many_at_once_do_not_burn_the_refresh_token(s):
    before = age(s)
    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        tokens = set(pool.map(lambda _: run(s, "auth", "token").strip(), range(8)))
    assert len(tokens) == 1 and before["access_token"] not in tokens, len(tokens)
    age(s)
    run(s, "environments")
    assert "as admin" in run(s, "auth", "status")


def test_a_token_the_server_refuses_is_refreshed(s):
    age(s, access_token="void", expires_ms=4102444800000)
    run(s, "environments")
    assert run(s, "auth", "token").strip() != "void"


def test_logout_ends_the_sign_in_at_the_server(s):
    kept = json.loads(file_of(s).read_text())[s.w.base]
    assert "Signed out" in run(s, "auth", "logout")
    assert kept["refresh_token"] not in file_of(s).read_text()
    assert s.redeem(grant_type="refresh_token", refresh_token=kept["refresh_token"])[1]["error"] == "invalid_grant"
    answer = s.ask("GET", "/sqlmesh/acme/shop/api/heddle/v1/environments",
                   headers={"Authorization": "Bearer " + kept["access_token"]})
    assert answer.status == 401, answer.text
    assert "Nobody was signed in" in run(s, "auth", "logout")


def test_login_by_device(s):
    assert "as admin" in log_in(s, "--device")
    run(s, "environments")


def test_a_sign_in_the_server_has_ended_is_forgotten(s):
    age(s, refresh_token="spent")
    said = run(s, "environments", code=1)
    assert "The server has ended the sign-in" in said and "heddle auth login" in said, said
    assert "Nobody is signed in" in run(s, "auth", "status", code=1)


def test_doctor_says_when_the_sign_in_has_ended_or_there_is_none(s):
    assert "TCLOUD_CLIENT_ID is not set, and nobody is signed in" in run(s, "doctor", code=10)
    log_in(s)
    age(s, refresh_token="spent")
    said = run(s, "doctor", code=17)
    assert "failed     login: The server has ended the sign-in" in said and "heddle auth login" in said, said


if __name__ == "__main__":
    main(globals(), Site)
