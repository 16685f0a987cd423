#!/usr/bin/env python3
"""--json of every command: standard output is one JSON document as tests/cases/cli/json/COMMAND.json says, or nothing;
an error is the last line of standard error, with the place it is about; exit codes are those without --json.

    tests/documents/commands.py build/heddle
"""

import json
import pathlib
import re

import jsonschema
import referencing
from running import await_welcome, free_port, main

ROOT = pathlib.Path(__file__).resolve().parents[2]
SCHEMAS = ROOT / "tests/cases/cli/json"
SERVING = {"dev", "server", "executor", "worker"}  # those that stay, and print no answer
BY_OTHERS = {"auth": "../clients/heddle_auth.py", "doctor": "doctor.py", "sql": "sql.py"}


class Commands:
    def __init__(self, world):
        self.w, self.seen = world, set()
        document = json.loads((ROOT / "docs/openapi.json").read_text())
        self.registry = referencing.Registry().with_resource("openapi", referencing.Resource(
            contents=document, specification=referencing.jsonschema.DRAFT202012))
        world.start_all()
        for kind in ("apply", "run"):
            await_welcome(world, kind)

    def validate(self, name, value):
        schema = json.loads((SCHEMAS / f"{name}.json").read_text().replace('"#/', '"openapi#/'))
        jsonschema.Draft202012Validator(schema, registry=self.registry).validate(value)

    def ok(self, command, *args, code=0, **more):
        done = self.w.run(command, *args, "--json", code=code, **more)
        answer = json.loads(done.stdout)
        self.validate(command, answer)
        self.seen.add(command)
        return answer

    def refused(self, command, *args, code=1, answers=False, **more):
        """The error as JSON: the same as without, and the same exit code."""
        plain = self.w.run(command, *args, code=code, **more)
        told = self.w.run(command, *args, "--json", code=code, **more)
        if answers:
            self.validate(command, json.loads(told.stdout))
        else:
            assert told.stdout == "", told.stdout
        error = json.loads(told.stderr.strip().splitlines()[-1])
        self.validate("error", error)
        unstable = r"[0-9a-f]{32}|\d+"
        said = re.sub(unstable, "N", error["error"]["message"])
        assert f"Error: {said}\n" in re.sub(unstable, "N", plain.stderr), (said, plain.stderr)
        return error["error"]


def test_what_shows_and_applies_plans(c):
    assert c.ok("plan", "--dry-run")["applied"] is False
    done = c.ok("plan", "--auto-apply", "--no-prompts")
    assert done["applied"] and done["result"]["status"] == "success" and done["run"] is None
    again = c.ok("plan", "--auto-apply", "--no-prompts", "--run")
    assert again["plan"]["is_empty"] and again["result"] is None and again["run"]["status"] == "skipped"
    assert c.ok("plan", "--exit-code", code=5)["plan"]["is_empty"]
    assert c.ok("run")["status"] == "skipped"
    c.ok("run", "--exit-code", code=5)
    model = c.w.project / "models/kinds.sql"
    before = model.read_text()
    model.write_text(before.replace("place FROM ranked", "place, 1 AS one FROM ranked"))
    changed = c.ok("diff", "prod", code=1)["changes"]
    assert {x["display_name"]: x["change"] for x in changed} == {
        "shop.kinds": "directly_modified", "shop.best": "indirectly_modified"}, changed
    assert c.ok("plan", "dev", "--auto-apply", "--no-prompts")["plan"]["is_new"]
    model.write_text(before)
    assert {e["name"] for e in c.ok("environments")} == {"prod", "dev"}


def test_what_looks_at_models_and_data(c):
    assert all(r["count"] == 0 for r in c.ok("audit"))
    assert "SELECT" in c.ok("render", "shop.daily")["sql"]
    assert c.ok("evaluate", "shop.kinds", "--limit", "2")[0].keys() == {"kind", "total", "place"}
    assert c.ok("fetchdf", "SELECT 0.1::DOUBLE AS x, NULL AS n, [1, 2] AS l") == [{"x": 0.1, "n": None, "l": [1, 2]}]
    shown = c.ok("dag")
    assert {"from": '"house"."shop"."daily"', "to": '"house"."shop"."kinds"'} in shown["edges"]
    info = c.ok("info")
    assert info["models"] == 4 and info["connection"] is True and info["gateways"] == [
        {"name": "main", "type": "duckdb", "default": True}]
    assert c.ok("info", "--skip-connection")["connection"] is None


def test_what_cleans_up(c):
    assert c.ok("invalidate", "dev", "--sync")["janitor"]["kind"] == "janitor"
    c.ok("plan", "dev", "--include-unmodified", "--auto-apply", "--no-prompts")
    assert c.ok("invalidate", "dev") == {"invalidated": "dev", "janitor": None}
    assert c.ok("janitor", "--ignore-ttl")["status"] in ("success", "skipped")


def test_what_begins(c):
    folder = c.w.root / "begun"
    folder.mkdir()
    assert c.ok("init", "duckdb", folder=folder) == {"engine": "duckdb", "template": "default"}
    error = c.refused("init", "duckdb", folder=folder)
    assert error["code"] == "conflict" and error["hint"], error
    made = c.ok("client", "create", "--state", c.w.state, "--org", "acme", "--all-projects", "--role", "viewer",
                environment={})
    assert made["project"] is None and made["client_secret"]
    assert [k["signs"] for k in c.ok("keys", "list", "--state", c.w.state, environment={})] == [True]
    made = c.ok("user", "add", "ann", "--state", c.w.state, "--all-organisations", "--role", "viewer", environment={})
    assert made["name"] == "ann" and len(made["password"]) == 32
    assert c.refused("user", "remove", "admin", "--state", c.w.state, environment={})["code"] == "conflict"


def test_what_looks_something_up_makes_no_state(c):
    nowhere = c.w.root / "nowhere.db"
    for words in (["keys", "list"], ["keys", "rotate"], ["client", "list"], ["client", "rotate", "x"], ["user", "list"],
                  ["user", "remove", "x"], ["log"]):
        assert c.refused(*words, "--state", f"sqlite:{nowhere}", environment={})["code"] == "not_found", words
        assert not nowhere.exists(), words


def test_options_that_a_verb_has_no_use_for_are_refused(c):
    secret = c.w.root / "a secret"
    secret.write_text("of thirty-two bytes, or even more")
    for words in (["rotate", "x", "--secret-file", secret], ["list", "--org", "acme"], ["remove", "x", "--role", "admin"]):
        assert c.refused("client", *words, "--state", c.w.state, code=2, environment={})["code"] == "usage", words
    assert c.refused("user", "list", "--org", "acme", "--state", c.w.state, code=2, environment={})["code"] == "usage"


def test_the_audit_log_is_shown_to_operators(c):
    deeds = c.ok("log", "--state", c.w.state, environment={})
    assert {("operator", "created a client"), ("operator", "created an account")} <= {(d["who"], d["what"]) for d in deeds}
    assert any(d["what"] == "POST heddle/v1/plans" and d["peer"] == "127.0.0.1" and d["project"] == "shop" for d in deeds), deeds
    assert c.ok("log", "--state", c.w.state, "--limit", "2", environment={}) == deeds[:2]
    assert c.ok("log", "--state", c.w.state, "--since", "1 hour ago", environment={}) == deeds
    assert c.ok("log", "--state", c.w.state, "--since", "tomorrow", environment={}) == []
    plain = c.w.run("log", "--state", c.w.state, environment={}, code=0).stdout.splitlines()
    assert len(plain) == len(deeds) and "  operator  created an account  admin  in */*" in plain[-1], plain
    assert c.refused("log", "--state", c.w.state, "--since", "the flood", code=2, environment={})["code"] == "usage"
    assert c.refused("log", "--state", c.w.state, "--limit", "0", code=2, environment={})["code"] == "usage"


def test_an_error_in_a_model_says_where(c):
    bad = c.w.project / "models/bad.sql"
    bad.write_text("MODEL (name shop.bad, kind FULL);\nSELECT (1 + 2 AS n\n")
    error = c.refused("plan", "dev", "--no-prompts")
    bad.unlink()
    assert error["file"].endswith("models/bad.sql") and error["line"] == 2 and error["column"] > 1, error
    assert "SELECT (1 + 2" in error["source"] and error["source"].endswith("^"), error
    assert error["code"] == "invalid" and error["what"], error


def test_a_plan_that_fails_tells_its_state_and_why(c):
    bad = c.w.project / "models/bad.sql"
    bad.write_text("MODEL (name shop.bad, kind FULL);\nSELECT CAST(kind AS INT) AS n FROM shop.daily\n")
    error = c.refused("plan", "dev", "--auto-apply", "--no-prompts", answers=True)
    bad.unlink()
    assert error["code"] == "failed", error


def test_what_is_refused_has_its_exit_code_and_word(c):
    assert c.refused("plan", "--no-such-option", code=2)["code"] == "usage"
    assert c.refused("render", code=2)["code"] == "usage"
    c.refused("plan", "other", "--include-unmodified", "--no-prompts", code=3, answers=True)
    assert c.refused("fetchdf", "SELECT * FROM no_such_table")["what"]
    assert c.refused("render", "shop.nothing")["code"] == "not_found"
    assert c.refused("invalidate", "nowhere")["code"] == "not_found"
    gone = {**c.w.cloud, "TCLOUD_URL": f"http://127.0.0.1:{free_port()}/sqlmesh/acme/shop"}
    assert c.refused("environments", code=4, environment=gone)["code"] == "unavailable"
    wrong = {**c.w.cloud, "TCLOUD_CLIENT_SECRET": "a wrong secret"}
    assert c.refused("environments", environment=wrong)["code"] == "denied"


def members(name):
    """Those of the object, or of a list's objects; what is the protocol's is described there."""
    path = SCHEMAS / f"{name}.json"
    schema = json.loads(path.read_text()) if path.exists() else {}
    return list((schema.get("items") or schema).get("properties", {}))


def test_every_command_has_its_schema_its_page_and_was_tried(c):
    listed = set(re.findall(r"^  (\w+) {2,}", c.w.run("--help").stdout, re.M)) - SERVING
    for name in sorted(listed):
        page = (ROOT / f"docs/cli/{name}.md").read_text()
        if "--json" not in c.w.run(name, "--help").stdout:
            continue
        assert "\n## JSON\n" in page, f"docs/cli/{name}.md does not say what --json prints"
        for member in members(name):
            assert f"`{member}`" in page.split("\n## JSON\n")[1], f"docs/cli/{name}.md does not describe {member}"
        assert name in c.seen or name in BY_OTHERS, f"{name} --json was not tried"
    for file in SCHEMAS.glob("*.json"):
        jsonschema.Draft202012Validator.check_schema(json.loads(file.read_text()))
        assert file.stem in listed | {"error"}, file


if __name__ == "__main__":
    main(globals(), Commands)
