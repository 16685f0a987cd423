#!/usr/bin/env python3
"""The one OpenAPI document, held against the live server by schemathesis: no request it can think of is answered 5xx, or with
something else than the document says.

    tests/clients/schemas.py build/heddle
"""

import json
import os
import re
import subprocess

from rig import CACHE, Site, main
from running import await_welcome

CHECKS = "not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance," \
    "negative_data_rejection,ignored_auth"
EXECUTORS = "/api/heddle/v1/(executors|tasks)/"


class Plane(Site):
    def __init__(self, world):
        super().__init__(world)
        for kind in ("apply", "run"):
            world.start(kind, "executor", kind, environment=world.executor)
            await_welcome(world, kind)
        world.plan()
        world.run("run")
        self.developer = self.token(world.cloud)
        at = "/sqlmesh/acme/shop/api/v1/"
        works = [*self.read(at + "runs"), *self.read(at + "plans"), *self.read(at + "evaluations?environment=prod")]
        known = {"id": [w.get("run_id") or w.get("plan_id") for w in works] + [w["evaluation_id"] for w in works[2:]],
                 "name": ["prod"], "environment": ["prod"], "model": [n["name"] for n in self.read(at + "dags/prod")["nodes"]]}
        self.document = world.root / "openapi.json"
        self.document.write_text(json.dumps(at_home(json.loads(self.ask("GET", "/openapi.json").text), known)))

    def token(self, client):
        got = self.ask("POST", "/auth/token", {
            "grant_type": "client_credentials", "client_id": client["TCLOUD_CLIENT_ID"],
            "client_secret": client["TCLOUD_CLIENT_SECRET"]})
        return json.loads(got.text)["id_token"]

    def read(self, path):
        got = self.ask("GET", path, headers={"Authorization": "Bearer " + self.developer})
        assert got.status == 200, got.text
        return json.loads(got.text)

    def hold(self, token, *options):
        done = subprocess.run(
            [CACHE / "schemathesis/bin/schemathesis", "run", self.document, "--url", self.w.base, "--checks", CHECKS,
             "--header", "Authorization: Bearer " + token, "--generation-deterministic", "--workers", "1",
             "--max-examples", "6", "--no-shrink", "--continue-on-failure", "--phases", "fuzzing", "--request-timeout", "40",
             "--warnings", "off", "--suppress-health-check", "all", *options],
            cwd=self.w.root, text=True, capture_output=True, env={**os.environ, "NO_COLOR": "1"}, timeout=300)
        assert done.returncode == 0, done.stdout[-6000:] + done.stderr[-2000:]
        return int(re.search(r"(\d+) generated", done.stdout).group(1))


def at_home(document, known):
    """The document of one project, with values that lead somewhere among those that are tried."""
    paths = {}
    for path, operations in document["paths"].items():
        for operation in operations.values():
            own = [p for p in operation.get("parameters", []) if p["name"] not in ("org", "project")]
            for p in own:
                if p["in"] == "path" and p["name"] in known:
                    p["schema"] = {"anyOf": [{"enum": sorted(set(known[p["name"]]))}, p["schema"]]}
            operation["parameters"] = own
        paths[path.replace("{org}", "acme").replace("{project}", "shop")] = operations
    return {**document, "paths": paths}


def test_what_developers_and_strangers_may_ask(s):
    made = s.hold(s.developer, "--exclude-path-regex", EXECUTORS + "|/queries$|/restate$")
    print(f"{made} requests")
    assert made > 200


def test_what_waits_for_executors_may_be_asked(s):
    """Queries and restatements are carried out: fewer of them."""
    assert s.hold(s.developer, "--include-path-regex", "/queries$|/restate$", "--max-examples", "3") >= 2


def test_what_executors_may_ask(s):
    assert s.hold(s.token(s.w.executor), "--include-path-regex", EXECUTORS) > 10


def test_the_server_is_as_it_was(s):
    assert s.ask("GET", "/readyz").status == 200
    assert "a request failed" not in s.w.log("server"), s.w.log("server")[-3000:]
    s.w.plan("after", "--include-unmodified")


if __name__ == "__main__":
    main(globals(), Plane)
