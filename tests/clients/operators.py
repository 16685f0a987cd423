#!/usr/bin/env python3
"""What operators type, option by option, on a state in SQLite and one in PostgreSQL: both answer the same.

    tests/clients/operators.py build/heddle
"""

import atexit
import json
import pathlib
import re
import subprocess
import sys

for folder in ("e2e", "documents"):
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / folder))
import rig as e2e  # noqa: E402
from running import main  # noqa: E402

SECRET = "a secret of enough bytes"
OF_CREATE = ["--org acme", "--project shop", "--all-projects", "--role viewer", "--name x", "--client-id x", "--secret-file secret"]
OF_ADD = ["--org acme", "--all-organisations", "--project shop", "--role viewer", "--email a@b"]

# The words, the exit code, what is said. A word in capitals is a file of that name.
REFUSED = [
    ("keys rotate", 1, "a minute old"),  # first: the key is young
    ("client", 2, "needs create|list"), ("client make", 2, "say create, list, rotate, retire or remove"),
    ("client create", 2, "--org says whose"), ("client create --project shop --role admin", 2, "--org says whose"),
    ("client create --org acme --role admin", 2, "either --project or --all-projects"),
    ("client create --org acme --project shop --all-projects --role admin", 2, "either --project or --all-projects"),
    ("client create --org acme --project shop", 2, "--role is one of executor, viewer"),
    ("client create --org acme --project shop --role king", 2, "--role is one of executor, viewer"),
    ("client create --org acme --project shop --role viewer word", 2, "takes no other word"),
    ("client create --org acme --project shop --role viewer --secret-file SECRET", 2, "needs --client-id"),
    ("client create --org * --project shop --role viewer", 1, "The organisation may hold letters"),
    ("client create --org acme --project ../x --role viewer", 1, "The project may hold letters"),
    ("client create --org acme --project shop --role viewer --client-id a:b", 1, "The client id may hold letters"),
    ("client create --org acme --project shop --role viewer --client-id operator", 1, "Heddle's own"),
    ("client create --org acme --project shop --role viewer --client-id x --secret-file SHORT", 1, "16 to 1024 bytes"),
    ("client create --org acme --project shop --role viewer --client-id x --secret-file EMPTY", 1, "16 to 1024 bytes"),
    ("client create --org acme --project shop --role viewer --client-id x --secret-file ZERO", 1, "a byte of zero"),
    ("client create --org acme --project shop --role viewer --client-id x --secret-file NONE", 1, "No such file"),
    ("client create --org acme --project shop --role viewer --name BELL", 1, "what can be printed only"),
    *[(f"client {verb} {option}", 2, "takes --state and --json only")
      for verb in ("list", "rotate ops", "retire ops", "remove ops") for option in OF_CREATE],
    *[(f"client {verb}", 2, "needs a client's id") for verb in ("rotate", "retire", "remove")],
    *[(f"client {verb} nobody", 1, "There is no client nobody.") for verb in ("rotate", "retire", "remove")],
    ("client list word", 2, "takes no other word"),

    ("user", 2, "needs add NAME"), ("user make x", 2, "say add, passwd, list or remove"),
    ("user add --org acme --role viewer", 2, "needs a name"), ("user add x --role viewer", 2, "either --org or --all-organisations"),
    ("user add x --org acme --all-organisations --role viewer", 2, "either --org or --all-organisations"),
    ("user add x --all-organisations --project shop --role viewer", 2, "--project needs --org"),
    ("user add x --org acme", 2, "--role is one of viewer"), ("user add x --org acme --role executor", 2, "--role is one of viewer"),
    ("user add x --org acme --role viewer --email nobody", 1, "NAME@HOST"),
    ("user add x --org acme --role viewer --password-file SHORT", 1, "this one has 5"),
    ("user add x --org acme --role viewer --password-file ZERO", 1, "a byte of zero"),
    ("user add x --org acme --role viewer --password-file NONE", 1, "No such file"),
    ("user add x/y --org acme --role viewer", 1, "The name may hold letters"),
    ("user add local --org acme --role viewer", 1, "Heddle's own"),
    *[(f"user {verb} {option}", 2, "changes nothing of what somebody may")
      for verb in ("list", "passwd ann", "remove ann") for option in OF_ADD],
    *[(f"user {verb} --password-file SECRET", 2, "takes no --password-file") for verb in ("list", "remove ann")],
    *[(f"user {verb}", 2, "needs a name") for verb in ("passwd", "remove")],
    *[(f"user {verb} nobody", 1, "There is no account nobody.") for verb in ("passwd", "remove")],
    ("user list word", 2, "takes no other word"),

    ("keys", 2, "needs list|rotate"), ("keys make", 2, "say list or rotate"), ("keys list word", 2, "one word too many"),
    ("log word", 2, "one word too many"), ("log --limit 0", 2, "--limit is 1 at least"), ("log --limit x", 2, "integer"),
    ("log --since never", 2, "--since"),
]


class Both:
    def __init__(self, world):
        self.w = world
        world.root.chmod(0o755)  # PostgreSQL runs as another user
        world.cleanups = []
        self.files = {"SECRET": SECRET, "SHORT": "short", "EMPTY": "", "ZERO": SECRET + "\0" + SECRET, "BELL": "\a"}
        for name, text in self.files.items():
            (world.root / name).write_text(text + "\n" if text else "")
        postgres = e2e.PostgreSQL(world)
        atexit.register(postgres.stop)
        self.states = [f"sqlite:{world.root}/state.db", f"postgresql://owner:s3cret%20of%20the%20owner@127.0.0.1:{postgres.port}/postgres"]

    def word(self, word):
        return "\a" if word == "BELL" else str(self.w.root / word) if word in (*self.files, "NONE") else word

    def heddle(self, *words, code=0, given=None):
        """What both say, on standard output when it works, else on standard error."""
        said = []
        for state in self.states:
            done = subprocess.run([self.w.heddle, *map(self.word, words)], text=True, capture_output=True, input=given,
                                  env={**self.w.environment, "HEDDLE_STATE": state, "LC_ALL": "C"})
            assert done.returncode == code and (done.stderr == "" if code == 0 else done.stdout == ""), (words, state, done)
            said.append(done.stdout if code == 0 else done.stderr)
        assert plain(said[0]) == plain(said[1]), (words, said)
        return said[0]

    def told(self, *words, **more):
        return json.loads(self.heddle(*words, "--json", **more))


def plain(text):
    """Without what is made anew each time."""
    return re.sub(r"[0-9a-f]{32,}|\b[0-9a-f]{16}\b|\d{4}-\d\d-\d\d \d\d:\d\d:\d\d|\b\d{13}\b|\b\d+ seconds?", "N", text)


def test_what_cannot_be_is_refused_and_changes_nothing(b):
    b.heddle("client", "create", "--org", "acme", "--all-projects", "--role", "admin", "--client-id", "ops", "--secret-file", "SECRET")
    b.heddle("user", "add", "ann", "--org", "acme", "--role", "viewer", "--password-file", "SECRET")
    before = [b.heddle(*words) for words in (("client", "list"), ("user", "list"), ("keys", "list"), ("log",))]
    for line, code, said in REFUSED:
        text = b.heddle(*line.split(), code=code)
        assert said in text and text.startswith("Error: ") and SECRET not in text, (line, text)
    assert before == [b.heddle(*words) for words in (("client", "list"), ("user", "list"), ("keys", "list"), ("log",))]


def test_clients_are_what_the_options_say(b):
    made = b.told("client", "create", "--org", "acme", "--project", "shop", "--role", "executor", "--name", "Webstühle <1>")
    assert made.keys() == {"client_id", "organisation", "project", "role", "client_secret"} and len(made["client_secret"]) == 64
    assert b.told("client", "create", "--org", "acme", "--all-projects", "--role", "admin", "--client-id", "ops", "--secret-file", "SECRET") == {
        "client_id": "ops", "organisation": "acme", "project": None, "role": "admin"}
    assert "There is a client ops already, of role admin in acme/*." in b.heddle(
        "client", "create", "--org", "acme", "--all-projects", "--role", "viewer", "--client-id", "ops", code=1)
    shown = {c["client_id"]: c for c in b.told("client", "list")}
    assert (shown["ops"]["name"], shown["ops"]["secrets"], shown["ops"]["project"]) == ("ops", 1, None)
    assert shown[made["client_id"]]["name"] == "Webstühle <1>" and shown[made["client_id"]]["role"] == "executor"
    lines = b.heddle("client", "list").splitlines()
    assert "  acme/*  1 secret  since 20" in lines[0] and lines[1].endswith("  Webstühle <1>"), lines


def test_secrets_come_and_go(b):
    def valid():
        return next(c["secrets"] for c in b.told("client", "list") if c["client_id"] == "ops")

    assert b.told("client", "rotate", "ops")["client_id"] == "ops" and valid() == 2
    assert "The one before stays valid until heddle client retire ops." in b.heddle("client", "rotate", "ops") and valid() == 2
    assert b.told("client", "retire", "ops") == {"client_id": "ops"} and valid() == 1
    b.heddle("client", "create", "--org", "acme", "--all-projects", "--role", "admin", "--client-id", "ops", "--secret-file", "SECRET")
    assert valid() == 2
    assert b.heddle("client", "retire", "ops") == "" and valid() == 1
    assert b.told("client", "remove", "ops") == {"client_id": "ops"}
    assert "ops" not in b.heddle("client", "list")


def test_accounts_are_what_the_options_say(b):
    assert b.told("user", "add", "bob", "--org", "acme", "--project", "shop", "--role", "viewer", "--email", "bob@example.com",
                  "--password-file", "-", given=SECRET + "\n") == {"name": "bob"}
    made = b.told("user", "add", "cy", "--all-organisations", "--role", "admin")
    assert made["name"] == "cy" and len(made["password"]) == 32
    assert re.search(r"^name      dan\npassword  [0-9a-f]{32}\n", b.heddle("user", "add", "dan", "--org", "acme", "--role", "developer"))
    assert b.heddle("user", "passwd", "bob", "--password-file", "SECRET") == "name      bob\n"
    assert len(b.told("user", "passwd", "bob")["password"]) == 32
    shown = [[u[k] for k in ("name", "email", "organisation", "project", "role")] for u in b.told("user", "list")]
    assert shown == [["ann", None, "acme", None, "viewer"], ["bob", "bob@example.com", "acme", "shop", "viewer"],
                     ["cy", None, "*", None, "admin"], ["dan", None, "acme", None, "developer"]], shown
    assert b.told("user", "remove", "bob") == {"name": "bob"} and b.heddle("user", "remove", "dan") == ""
    assert "the last admin of every organisation" in b.heddle("user", "remove", "cy", code=1)
    assert [u["name"] for u in b.told("user", "list")] == ["ann", "cy"]


def test_a_client_and_a_person_of_one_name_are_refused(b):
    assert "There is an account ann already." in b.heddle(
        "client", "create", "--org", "acme", "--all-projects", "--role", "viewer", "--client-id", "ann", code=1)
    for state in b.states:
        b.w.run("client", "create", "--state", state, "--org", "acme", "--all-projects", "--role", "viewer", "--client-id", "eve", environment={})
    assert "There is a client eve already." in b.heddle("user", "add", "eve", "--org", "acme", "--role", "viewer", code=1)


def test_all_of_it_is_in_the_log_and_no_secret(b):
    done = [(d["who"], d["what"]) for d in b.told("log", "--limit", "1000")]
    assert {who for who, _ in done} == {"operator"}
    for what, times in (("created a client", 3), ("rotated a client's secret", 2), ("added a client's secret", 1), ("retired a client's secret", 2),
                        ("removed a client", 1), ("created an account", 4), ("changed an account's password", 2), ("removed an account", 2)):
        assert done.count(("operator", what)) == times, (what, done)
    assert len(b.told("log", "--limit", "5")) == 5 and b.told("log", "--since", "1 hour ago") == b.told("log")
    assert b.told("log", "--since", "in 1 hour") == [] and SECRET not in b.heddle("log")


if __name__ == "__main__":
    main(globals(), Both)
