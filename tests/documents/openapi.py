#!/usr/bin/env python3
"""docs/openapi.json, held against the running server: its routes, who may use them, and every request and answer that
passes between server, executors and commands in a project's life, recorded on the way.

    tests/documents/openapi.py build/heddle            # --write: write docs/openapi.json anew
"""

import collections
import copy
import http.client
import http.server
import json
import pathlib
import re
import shutil
import sys
import threading
import urllib.parse

import jsonschema
import openapi_spec_validator
import referencing
from running import await_welcome, main

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/openapi.json"
PROJECT = "/sqlmesh/{org}/{project}/"
PREFIX = PROJECT + "api/heddle/v1/"
PREFIXES = {"": "", "AT ": PREFIX, "V1 ": PROJECT + "api/v1/", "SYNC ": PROJECT + "api/state-sync/",
            "SEEN": PROJECT + "environments/{environment}"}
Exchange = collections.namedtuple("Exchange", "method path query request status kind answer")


class Recorder:
    """Between the clients and the server: passes on, and keeps what passed."""

    def __init__(self, target):
        self.seen, recorder = [], self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def pass_on(self):
                try:
                    self.exchange()
                except (http.client.HTTPException, OSError):  # a side is gone: so is the other's connection
                    self.close_connection = True

            def exchange(self):
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                there = http.client.HTTPConnection("127.0.0.1", target, timeout=120)
                headers = {k: v for k, v in self.headers.items() if k.lower() not in ("host", "accept-encoding")}
                there.request(self.command, self.path, body, headers)
                answer = there.getresponse()
                text = answer.read()
                path, _, query = self.path.partition("?")
                recorder.seen.append(Exchange(self.command, path, query, body, answer.status,
                                              answer.headers["Content-Type"], text))
                self.send_response(answer.status)
                for name in ("Content-Type", "Retry-After", "WWW-Authenticate", "Allow"):
                    if answer.headers[name]:
                        self.send_header(name, answer.headers[name])
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)
                there.close()

            do_GET = do_POST = do_DELETE = pass_on

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.base = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


def close(schema):
    """What is not described is a mistake here, though clients are told to pass over it."""
    if isinstance(schema, dict):
        if schema.get("type") == "object" and "properties" in schema:
            schema["additionalProperties"] = False
        for part in schema.values():
            close(part)
    elif isinstance(schema, list):
        for part in schema:
            close(part)
    return schema


class Api:
    def __init__(self, world):
        self.w = w = world
        shutil.copy(__file__, w.root / "executor.pex")  # any file: what is in it is tests/clients/artifact.py's
        w.server_options = [*w.server_options, "--executor-file", str(w.root / "executor.pex")]
        w.start_plane()
        self.recorder = Recorder(int(w.base.rsplit(":", 1)[1]))
        for environment in (w.executor, w.cloud):
            environment["TCLOUD_URL"] = environment["TCLOUD_URL"].replace(w.base, self.recorder.base)
        self.document = json.loads(self.ask("GET", "/openapi.json").answer)
        closed = close(copy.deepcopy(self.document))
        resource = referencing.Resource(contents=closed, specification=referencing.jsonschema.DRAFT202012)
        self.registry = referencing.Registry().with_resource("api", resource)
        self.closed = closed
        self.tokens = {}

    def ask(self, method, path, token=None, body=None, form=None, cookie=None):
        there = http.client.HTTPConnection("127.0.0.1", int(self.w.base.rsplit(":", 1)[1]), timeout=60)
        headers = {"Authorization": "Bearer " + token} if token else {}
        data = None if body is None else body if isinstance(body, bytes) else json.dumps(body).encode()
        if form is not None:
            data = urllib.parse.urlencode(form).encode()
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if cookie:
            headers["Cookie"] = "heddle_form=" + cookie
        there.request(method, path, data, headers)
        answer = there.getresponse()
        seen = Exchange(method, *path.partition("?")[::2], data or b"", answer.status,
                        answer.headers["Content-Type"], answer.read())
        there.close()
        if hasattr(self, "recorder"):
            self.recorder.seen.append(seen)
        return seen

    def token(self, role):
        if role not in self.tokens:
            c = self.w.client(role)
            got = self.ask("POST", "/auth/token", form={
                "grant_type": "client_credentials", "client_id": c["TCLOUD_CLIENT_ID"],
                "client_secret": c["TCLOUD_CLIENT_SECRET"]})
            assert got.status == 200, got
            self.tokens[role] = json.loads(got.answer)["access_token"]
        return self.tokens[role]

    def call(self, role, method, path, body=None, under="api/heddle/v1/"):
        return self.ask(method, "/sqlmesh/acme/shop/" + under + path, self.token(role), body)

    def operations(self):
        for path, methods in self.document["paths"].items():
            for method, operation in methods.items():
                yield method.upper(), path, operation

    def find(self, exchange):
        """The path of the document, and its operation; an exact one wins."""
        for path, methods in sorted(self.closed["paths"].items(), key=lambda p: p[0].count("{")):
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", path), exchange.path):
                if exchange.method.lower() in methods:
                    return path, methods[exchange.method.lower()]
        return None, None

    def validate(self, schema, value):
        schema = json.loads(json.dumps(schema).replace('"#/', '"api#/'))
        jsonschema.Draft202012Validator(schema, registry=self.registry).validate(value)

    def check(self, x):
        """An exchange is as the document says; its path there, or None for what is not served."""
        path, operation = self.find(x)
        if not operation:
            assert x.status in (400, 401, 403, 404, 405), x
            self.validate({"$ref": "#/components/schemas/wire_problem"}, json.loads(x.answer))
            return None
        answers = operation["responses"]
        answer = answers.get(str(x.status)) or answers[f"{x.status // 100}XX"]
        kind = x.kind.split(";")[0]
        assert kind in answer["content"], (x.method, path, x.status, x.kind)
        if kind == "application/json":
            self.validate(answer["content"][kind]["schema"], json.loads(x.answer))
        if x.status == 200 and "requestBody" in operation and "application/json" in operation["requestBody"]["content"]:
            self.validate(operation["requestBody"]["content"]["application/json"]["schema"], json.loads(x.request))
        known = {p["name"] for p in operation.get("parameters", []) if p["in"] == "query"}
        for name, value in urllib.parse.parse_qsl(x.query, keep_blank_values=True) if x.status < 400 else ():
            if name not in known and "text/html" in answer["content"]:
                continue  # links say more than their pages ask for
            assert name in known, (path, name)
            schema = next(p["schema"] for p in operation["parameters"] if p["name"] == name)
            self.validate(schema, typed(schema, value))
        return x.method, path


def typed(schema, value):
    """A parameter's text as what its schema says; a schema of several has the one without text first."""
    kind = (schema["anyOf"][0] if "anyOf" in schema and value else schema).get("type")
    return int(value) if kind == "integer" else value == "true" if kind == "boolean" else value


def fill(path):
    for name, value in (("org", "acme"), ("project", "shop"), ("name", "nowhere"), ("id", "nothing"),
                        ("environment", "nowhere"), ("model", "none")):
        path = path.replace("{" + name + "}", value)
    return path


def test_the_document_is_openapi(a):
    openapi_spec_validator.OpenAPIV31SpecValidator(a.document).validate()
    ids = [o["operationId"] for _, _, o in a.operations()]
    assert len(ids) == len(set(ids)), ids
    for method, path, operation in a.operations():
        named = re.findall(r"\{(\w+)\}", path)
        assert named == [p["name"] for p in operation.get("parameters", []) if p["in"] == "path"], path


def test_the_file_is_what_is_served(a):
    text = json.dumps(a.document, indent=1, sort_keys=True) + "\n"
    if "--write" in sys.argv:
        PAGE.write_text(text)
    assert PAGE.read_text() == text, "docs/openapi.json is another: write it with --write"


def test_its_routes_are_those_of_the_table_and_of_the_protocol(a):
    there = {(m, p) for m, p, _ in a.operations()}
    source = (ROOT / "src/control/routes.c").read_text()
    table = {(m, PREFIXES[at] + p)
             for m, at, p in re.findall(r'"(GET|POST|DELETE|PUT|PATCH)",\s+(AT |V1 |SYNC |)"([^"]+)"', source)} | \
            {("GET", PREFIXES["SEEN"] + p) for p in re.findall(r'VIEW\(SEEN(?: "([^"]+)")?,', source)}
    assert there == table, there ^ table
    protocol = (ROOT / "docs/protocol.md").read_text()
    written = {(m, PREFIX + p) for m, p in re.findall(r"^\| `(\w+) ([^`?]+)`", protocol, re.M)}
    assert {x for x in there if x[1].startswith(PREFIX)} == written
    page = (ROOT / "docs/api.md").read_text()
    written |= {(m, PROJECT + p) for m, p in re.findall(r"^\| `(\w+) ([^`?]+)`", page, re.M)}
    assert {x for x in there if x[1].startswith(PROJECT)} == written


def test_its_query_parameters_are_those_the_code_reads(a):
    read = {"state"}  # the sign-in page carries it on by a table
    for file in (ROOT / "src/control").glob("*.c"):
        read |= set(re.findall(r'(?:http_query\(op->call|control__(?:query_int|v1_\w+)\((?:s->)?op), "(\w+)"', file.read_text()))
    said = {p["name"] for _, _, o in a.operations() for p in o.get("parameters", []) if p["in"] == "query"}
    assert read == said, read ^ said


def test_only_who_it_says_may_use_a_route(a):
    for method, path, operation in a.operations():
        if path == "/metrics":
            continue
        bare = a.ask(method, fill(path))
        asks = 303 if "303" in operation["responses"] and operation["security"] else 401
        assert (bare.status == asks) == bool(operation["security"]) or path == "/auth/token", (path, bare)
        for role in ("executor", "viewer", "developer", "admin"):
            got = a.ask(method, fill(path), a.token(role), b"{" if "requestBody" in operation else None)
            if "x-roles" in operation:
                assert (got.status == 403) == (role not in operation["x-roles"]), (method, path, role, got)


def test_a_projects_life(a):
    w = a.w
    for kind in ("apply", "run"):
        w.start(kind, "executor", kind, environment=w.executor)
        await_welcome(w, kind)
    w.plan()
    w.run("run")
    w.run("audit")
    model = w.project / "models/kinds.sql"
    model.write_text(model.read_text().replace("place FROM ranked", "place, 1 AS one FROM ranked"))
    w.plan("dev")
    w.run("environments")
    w.run("diff", "prod", code=None)
    w.run("fetchdf", "SELECT * FROM shop.kinds")
    w.run("evaluate", "shop.daily")
    w.run("fetchdf", "SELECT * FROM no_such_table", code=1)
    w.run("render", "shop.daily")
    bad = w.project / "models/bad.sql"
    bad.write_text("MODEL (name shop.bad, kind FULL);\nSELECT CAST(kind AS INT) AS n FROM shop.daily\n")
    w.plan("dev", code=1)
    bad.unlink()
    w.run("invalidate", "dev")
    w.run("janitor")


def test_what_no_command_asks_for(a):
    runs = json.loads(a.call("viewer", "GET", "runs?limit=5&environment=prod").answer)["runs"]
    assert runs
    run_id = runs[0]["id"]
    for path in ("runs/" + run_id, "evaluations?log=1&limit=3&environment=prod", f"evaluations?run_id={run_id}",
                 "environments/prod", "evaluations?name=no"):
        got = a.call("viewer", "GET", path)
        assert got.status == 200, got
    for path in ("environments/prod/pause", "environments/prod/resume", f"runs/{run_id}/cancel"):
        got = a.call("developer", "POST", path, {})
        assert got.status == 200, got
    environment = json.loads(a.call("viewer", "GET", "environments/prod").answer)
    a.call("developer", "POST", f"plans/{environment['plan_id']}/cancel", {})
    lookup = {"ids": [{"name": s["name"]} for s in environment["snapshots"]], "definitions": True}
    assert a.call("developer", "POST", "snapshots/lookup", lookup).status == 200
    # No task here is so long that an executor is sure to renew its lease.
    assert a.call("executor", "POST", "tasks/renew", {"executor_id": "nobody", "leases": []}).status == 200
    for path in ("/healthz", "/readyz", "/metrics", "/.well-known/openid-configuration", "/.well-known/jwks.json"):
        assert a.ask("GET", path).status == 200, path
    told = json.loads(a.call("executor", "GET", "enterprise-version/upgrade", under="api/state-sync/").answer)
    got = a.call("executor", "GET", "artifacts/" + told["target_version"])
    assert got.status == 200, got


def test_the_public_api(a):
    runs = json.loads(a.call("viewer", "GET", "runs?limit=5&sort=asc&environment=prod", under="api/v1/").answer)
    plans = json.loads(a.call("viewer", "GET", "plans?limit=&last=true&environment=prod", under="api/v1/").answer)
    run_id, plan_id = runs[0]["run_id"], plans[0]["plan_id"]
    evaluations = json.loads(a.call("viewer", "GET", f"evaluations?plan_id={plan_id}", under="api/v1/").answer)
    for path in ("dags/prod", "runs/" + run_id, f"runs/{run_id}/evaluations", "plans/" + plan_id,
                 "runs?last=true&since_run_id=", f"plans?since_plan_id={plan_id}&sort=",
                 "evaluations/" + evaluations[0]["evaluation_id"], "evaluations?environment=prod&latest=true&limit=",
                 f"evaluations?run_id={run_id}&plan_id=&node_name=&sort=desc&limit=7"):
        got = a.call("viewer", "GET", path, under="api/v1/")
        assert got.status == 200, got
    for path, body in (("runs", {"environment": "prod"}), (f"runs/{run_id}/cancel", {}), (f"plans/{plan_id}/cancel", {}),
                       ("environments/prod/pause", {}), ("environments/prod/resume", {}),
                       ("environments/prod/models/shop.daily/pause", {}),
                       ("environments/prod/models/shop.daily/resume", {}),
                       ("environments/prod/restate", {"models": ["shop.best"], "start_at": None})):
        got = a.call("developer", "POST", path, body, under="api/v1/")
        assert got.status == 200, got
    for body in ({}, {"models": []}, {"models": ["shop.best"], "start_at": "soon"}, {"models": ["shop.none"]}):
        assert a.call("developer", "POST", "environments/prod/restate", body, under="api/v1/").status in (400, 404), body
    dag = json.loads(a.call("viewer", "GET", "dags/prod", under="api/v1/").answer)
    for link in (dag["link"], dag["nodes"][0]["link"], runs[0]["link"], plans[0]["link"], evaluations[0]["log_link"]):
        got = a.ask("GET", link.removeprefix(a.w.base), a.token("viewer"))
        assert got.status == 200 and got.kind.startswith("text/html"), got
    for path, status in (("dags/none", 404), ("runs?limit=-1", 400), ("runs?sort=1", 400), ("evaluations/0", 404)):
        assert a.call("viewer", "GET", path, under="api/v1/").status == status, path


def test_signing_in(a):
    client = "f695a000-bc5b-43c2-bcb7-8e0179ddff0c"
    password = re.search(r'"admin", its password (\w+);', a.w.log("server")).group(1)
    query = {"response_type": "code", "client_id": client, "redirect_uri": "http://127.0.0.1:29525/auth/handler",
             "state": "s", "code_challenge": "c" * 43, "code_challenge_method": "S256"}
    device = json.loads(a.ask("POST", "/auth/device", form={"client_id": client}).answer)
    for page, action, status in (("/auth?" + urllib.parse.urlencode(query), "/auth", 303),
                                 (device["verification_uri_complete"].removeprefix(a.w.base), "/auth/device/approve", 200),
                                 ("/auth/session?to=/sqlmesh/acme/shop/environments/prod", "/auth/session", 303),
                                 ("/account/password", "/account/password", 200)):
        text = a.ask("GET", page).answer.decode()
        fields = dict(re.findall(r'name="(\w+)" value="([^"]*)"', text))
        fresh = {"fresh": "another password", "again": "another password"} if action == "/account/password" else {}
        got = a.ask("POST", action, form={**fields, **fresh, "name": "admin", "password": password}, cookie=fields["form"])
        assert got.status == status, got


def test_what_is_refused(a):
    for role, method, path, body, status in (
            ("developer", "POST", "plans", b"{", 400), ("developer", "POST", "plans", {"environment": 1}, 400),
            ("developer", "GET", "plans/none", None, 404), ("developer", "DELETE", "environments/prod", None, 400),
            ("executor", "POST", "tasks/claim", {"executor_id": "nobody", "slots": []}, 404),
            ("viewer", "POST", "plans", {}, 403), ("developer", "PUT", "plans", {}, 405),
            ("developer", "GET", "nowhere", None, 404),
            ("developer", "POST", "environments/prod/pause", b" " * 100_000, 413)):
        got = a.call(role, method, path, body)
        assert got.status == status, got
    exchange = {"grant_type": "urn:ietf:params:oauth:grant-type:token-exchange", "subject_token": a.token("developer")}
    narrow = "tbk:scope:project:acme:shop:"
    for form, status in (({**exchange, "scope": narrow + "viewer"}, 200), ({**exchange, "scope": narrow + "admin"}, 400),
                         ({**exchange, "subject_token": "a.b.c", "scope": narrow + "viewer"}, 400), (exchange, 400)):
        assert a.ask("POST", "/auth/token", form=form).status == status, form
    for form, status in (({}, 400), ({"grant_type": "password"}, 400), ({"grant_type": "client_credentials"}, 401)):
        assert a.ask("POST", "/auth/token", form=form).status == status


def test_a_token_is_revoked(a):
    for form, status in (({"token": "what no server ever made"}, 200), ({}, 400)):
        assert a.ask("POST", "/auth/revoke", form=form).status == status, form


def test_all_that_passed_is_as_the_document_says(a):
    done, refused, wrong = set(), 0, {}
    for x in list(a.recorder.seen):
        try:
            found = a.check(x)
        except (AssertionError, jsonschema.ValidationError) as error:
            wrong[f"{x.method} {x.path} {x.status}"] = str(error)[:600]
            continue
        refused += x.status >= 400
        if found and x.status in (200, 303):
            done.add(found)
    assert not wrong, f"{len(wrong)} exchanges\n" + "\n".join(map(str, wrong.items()))
    missing = {(m, p) for m, p, _ in a.operations()} - done
    assert not missing, f"never answered with 200: {sorted(missing)}"
    print(f"{len(a.recorder.seen)} exchanges, {refused} of them refusals")
    assert refused > 50


if __name__ == "__main__":
    main(globals(), Api)
