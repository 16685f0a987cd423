#!/usr/bin/env python3
"""The public API client, unchanged: each of its methods answers typed objects that agree with the state.

    tests/clients/api_client.py build/heddle
"""

import html
import json
import os
import time
import urllib.parse

from rig import Site, check_record, go_into, main

go_into("clients")
from roundtrip import DAY, FIRST, TODAY  # noqa: E402
from running import await_welcome  # noqa: E402

FRAGILE = f"""
MODEL (name shop.fragile, kind FULL, audits (not_null(columns := (kind)), not_null_non_blocking(columns := (gap))));
SELECT kind, NULL AS gap, CAST(CASE WHEN @execution_ds >= '{TODAY}' THEN 'no number' ELSE '1' END AS INT) AS n
FROM shop.kinds
"""
BELOW = "MODEL (name shop.below, kind FULL, tags [late], description 'What is read of it.');\n" \
    "SELECT n FROM shop.fragile\n"


class Plane(Site):
    def __init__(self, world):
        super().__init__(world)
        for kind in ("apply", "run"):
            world.start(kind, "executor", kind, environment=world.executor)
            await_welcome(world, kind)
        (world.project / "models/fragile.sql").write_text(FRAGILE.lstrip())
        (world.project / "models/below.sql").write_text(BELOW)
        world.plan("--execution-time", str(TODAY - DAY))
        world.run("run", code=None)
        self.api = self.connect(world.client("viewer"))
        self.state = {name: self.heddle(name)[name] for name in ("runs", "evaluations", "environments")}
        self.members = {s["name"]: s for s in self.heddle("environments/prod")["snapshots"]}

    def connect(self, client, **more):
        os.environ["TCLOUD_HOME"] = str(self.w.root / "api-home")
        os.environ["TCLOUD_TOKEN_URL"] = self.w.base + "/auth/token"
        from tobikodata.http_client import V1ApiClient
        return V1ApiClient.create(base_url=self.w.cloud["TCLOUD_URL"], oauth_client_id=client["TCLOUD_CLIENT_ID"],
                                  oauth_client_secret=client["TCLOUD_CLIENT_SECRET"], **more)

    def token(self):
        if not hasattr(self, "bearer"):
            c = self.w.cloud
            got = self.ask("POST", "/auth/token", {
                "grant_type": "client_credentials", "client_id": c["TCLOUD_CLIENT_ID"],
                "client_secret": c["TCLOUD_CLIENT_SECRET"]})
            self.bearer = {"Authorization": "Bearer " + json.loads(got.text)["id_token"]}
        return self.bearer

    def heddle(self, path):
        """What our own API says of the same."""
        got = self.ask("GET", "/sqlmesh/acme/shop/api/heddle/v1/" + path, headers=self.token())
        assert got.status == 200, got.text
        return json.loads(got.text)

    @property
    def run(self):
        return self.api.runs.get_last_run_for_environment("prod")

    @property
    def plan_id(self):
        return next(e["plan_id"] for e in self.state["environments"] if e["name"] == "prod")


def name_of(model):
    return f'"house"."shop"."{model}"'


def milliseconds(moment):
    return moment and round(moment.timestamp() * 1000)


def test_a_dag_is_the_environment(s):
    dag = s.api.dags.get_dag_for_environment("prod")
    nodes = {n.name: n for n in dag.nodes}
    assert set(nodes) == set(s.members), nodes
    assert (dag.environment, dag.schedule_cron, dag.schedule_seconds) == ("prod", "@daily", 86400)
    assert dag.start_at.date() == FIRST and dag.start_at.tzinfo
    below, seed = nodes[name_of("below")], nodes['"house"."raw"."events"']
    assert (below.model_name, below.description, below.tags, below.type.value) == \
        ("shop.below", "What is read of it.", ["late"], "model"), below
    assert below.parent_names == [name_of("fragile")] and below.source_type.value == "sql"
    assert seed.source_type.value == "seed" and seed.parent_names == []
    assert nodes[name_of("fragile")].audit_names == ["not_null", "not_null_non_blocking"]
    assert nodes[name_of("daily")].audit_names == ["not_null"]


def test_no_such_environment_is_none(s):
    assert s.api.dags.get_dag_for_environment("nowhere") is None
    assert s.api.runs.get_last_run_for_environment("nowhere") is None
    assert s.api.evaluations.get_latest_evaluations_for_environment("nowhere") == []


def test_the_last_run_agrees_with_the_state(s):
    mine, run = s.state["runs"][0], s.run
    assert run.run_id == mine["id"] and run.environment == "prod" and run.complete
    assert run.status.value == mine["status"] == "failed" and run.error_message == mine["error"]
    assert [milliseconds(run.start_at), milliseconds(run.end_at)] == [mine["started_ms"], mine["ended_ms"]]


def test_a_run_by_id(s):
    assert s.api.runs.get_run_by_id(s.run.run_id) == s.run
    assert s.api.runs.get_run_by_id("none") is None


def test_runs_are_searched(s):
    s.w.run("run", code=None)
    ids = [r.run_id for r in s.api.runs.search(environment="prod", sort="asc")]
    assert [r["id"] for r in s.heddle("runs")["runs"]] == ids[::-1] and len(ids) == 2
    assert [r.run_id for r in s.api.runs.search()] == ids[::-1]
    assert [r.run_id for r in s.api.runs.search(limit=1, sort="asc")] == ids[:1]
    assert [r.run_id for r in s.api.runs.search(last=True, sort="asc")] == ids[1:]
    assert [r.run_id for r in s.api.runs.search(since_run_id=ids[0])] == ids[1:]
    assert s.api.runs.search(since_run_id="none") == [] and s.api.runs.search(environment="dev") == []
    s.first = s.api.runs.get_run_by_id(ids[0])


def test_the_evaluations_of_a_run(s):
    mine = {e["node_name"]: e for e in s.state["evaluations"] if e.get("run_id") == s.first.run_id}
    theirs = {e.node_name: e for e in s.api.runs.get_evaluations(s.first.run_id)}
    failed = theirs[name_of("fragile")]
    assert set(theirs) - set(mine) == {name_of("below")}, "what was not tried is told, too"
    for name, e in mine.items():
        t = theirs[name]
        assert t.run_id == s.first.run_id and t.status.value == e["status"], (t, e)
        assert [milliseconds(t.start_at), milliseconds(t.end_at)] == [e["started_ms"], e["ended_ms"]]
        assert [(a.name, a.status.value) for a in t.audits] == [(a["name"], a["status"]) for a in e["audits"]]
    assert theirs[name_of("daily")].audits_by_name["not_null"].status.value == "success"
    assert failed.status.value == "failed" and "no number" in failed.error_message and "no number" in failed.log
    assert theirs[name_of("below")].status.value == "skipped" and theirs[name_of("below")].complete
    assert s.api.runs.get_evaluations_for_node(s.first.run_id, failed.node_name) == [failed]
    assert s.api.runs.get_evaluations_for_node(s.first.run_id, '"no"') == [] == s.api.runs.get_evaluations("none")


def test_an_evaluation_by_id(s):
    failed, = s.api.runs.get_evaluations_for_node(s.first.run_id, name_of("fragile"))
    one = s.api.evaluations.get_evaluation_by_id(failed.evaluation_id)
    assert one.node_name == failed.node_name and one.link == failed.link and one.log == failed.log
    assert s.api.evaluations.get_evaluation_by_id("0") is None
    assert s.api.evaluations.get_evaluation_by_id("' OR 1=1") is None


def test_evaluations_are_searched(s):
    of_plan = s.api.evaluations.search(plan_id=s.plan_id)
    assert {e.node_name for e in of_plan} == set(s.members)
    assert all(e.status.value == "success" and e.complete for e in of_plan)
    fragile, = (e for e in of_plan if e.node_name == name_of("fragile"))
    assert {a.name: a.status.value for a in fragile.audits} == \
        {"not_null": "success", "not_null_non_blocking": "failed"}
    audit = fragile.audits_by_name["not_null_non_blocking"]
    assert audit.execution_time.date() == TODAY - DAY and audit.interval_start.date() == FIRST
    assert [e.evaluation_id for e in s.api.evaluations.search(plan_id=s.plan_id, sort="desc")] == \
        [e.evaluation_id for e in of_plan][::-1]
    assert len(s.api.evaluations.search(environment="prod", limit=2)) == 2
    assert {e.node_name for e in s.api.evaluations.search(node_name=name_of("daily"))} == {name_of("daily")}
    assert s.api.evaluations.search(run_id=s.first.run_id, environment="dev") == []
    assert s.api.evaluations.search(plan_id="none") == []


def test_the_latest_evaluations_of_an_environment(s):
    latest = {e.node_name: e for e in s.api.evaluations.get_latest_evaluations_for_environment("prod")}
    assert set(latest) == set(s.members)
    last = {e.node_name: e for e in s.api.runs.get_evaluations(s.run.run_id)}
    assert all(latest[name].evaluation_id == e.evaluation_id for name, e in last.items())


def test_a_view_promoted_from_dev_has_its_evaluation_in_prod(s):
    model = s.w.project / "models/kinds.sql"
    model.write_text(model.read_text().replace("place FROM ranked", "place, 1 AS one FROM ranked"))
    s.w.plan("dev", "--execution-time", str(TODAY - DAY))
    s.w.plan("--execution-time", str(TODAY - DAY))
    latest = s.api.evaluations.get_latest_evaluations_for_environment("prod")
    kinds, = (e for e in latest if e.node_name == name_of("kinds"))
    assert kinds.status.value == "success", kinds


def links_of(thing):
    """Every address in an answer."""
    if isinstance(thing, list):
        return {link for item in thing for link in links_of(item)}
    if not hasattr(type(thing), "model_fields"):
        return set()
    return {str(v) for k, v in thing if k.endswith("link")} | {x for _, v in thing for x in links_of(v)}


def test_every_link_opens_a_page_about_the_thing(s):
    things = [s.api.dags.get_dag_for_environment("prod"), s.api.runs.search(), s.api.evaluations.search(limit=1000)]
    links = links_of(things)
    assert len(links) > 40, len(links)
    for link in sorted(links):
        assert link.startswith(s.w.cloud["TCLOUD_URL"] + "/environments/prod") or "/environments/dev/" in link, link
        page = s.ask("GET", link.removeprefix(s.w.base), headers=s.token())
        assert page.status == 200 and page.headers["Content-Type"].startswith("text/html"), (link, page.text)
        assert "default-src 'none'" in page.headers["Content-Security-Policy"] and "<script" not in page.text
    failed, = s.api.runs.get_evaluations_for_node(s.first.run_id, name_of("fragile"))
    page = s.ask("GET", str(failed.log_link).removeprefix(s.w.base), headers=s.token()).text
    assert failed.log in html.unescape(page), page
    audits = s.ask("GET", f"/sqlmesh/acme/shop/environments/prod/plans/{s.plan_id}?tab_summary=audits",
                   headers=s.token())
    assert "not_null_non_blocking" in audits.text


def test_what_a_page_is_not_about_is_not_found(s):
    at = "/sqlmesh/acme/shop/environments/"
    for path in ("nowhere", "prod/runs/none", f"dev/runs/{s.first.run_id}", f"prod/plans/{s.first.run_id}",
                 "prod/models/no",
                 f"prod/runs/{s.first.run_id}?evaluation_id=1", f"prod/runs/{s.first.run_id}?evaluation_id=x",
                 "%3Cscript%3Ealert(1)%3C%2Fscript%3E"):
        page = s.ask("GET", at + path, headers=s.token())
        assert page.status == 404 and "<script" not in page.text, (path, page.text)


def test_a_browser_signs_in_and_comes_back(s):
    link = str(s.first.link).removeprefix(s.w.base)
    sent = s.ask("GET", link)
    assert sent.status == 303 and s.first.run_id not in sent.text, sent.text
    back = s.sign_in(sent.headers["Location"])
    assert (back.status, back.headers["Location"]) == (303, link), back.text
    cookie = back.headers["Set-Cookie"]
    assert "HttpOnly" in cookie and "SameSite=Lax" in cookie, cookie
    jar = {"Cookie": cookie.split(";")[0]}
    assert s.first.run_id in s.ask("GET", link, headers=jar).text
    assert s.ask("GET", "/sqlmesh/other/shop/environments/prod", headers=jar).status == 404, "an admin's of all"
    assert s.ask("GET", "/sqlmesh/acme/shop/api/v1/runs", headers=jar).status == 401, "for pages alone"
    assert s.ask("POST", "/sqlmesh/acme/shop/api/heddle/v1/janitor", {}, jar).status == 401
    name = jar["Cookie"].split("=")[0]
    assert s.ask("GET", link, headers={"Cookie": name + "=a.b.c"}).status == 303
    assert s.ask("GET", link, headers={"Authorization": "Bearer a.b.c"}).status == 401


def test_a_session_leads_nowhere_else(s):
    for to in ("https://evil.example/", "//evil.example/", "/auth", "/sqlmesh/x\r\nX: y", "/sqlmesh/\\evil", ""):
        query = urllib.parse.urlencode({"to": to})
        assert s.ask("GET", "/auth/session?" + query).status == 400, to
        got = s.sign_in("/auth/session?to=/sqlmesh/acme/shop/environments/prod", change={"to": to})
        assert got.status == 400 and not got.headers["Location"], (to, got.text)
    executor = {k: v for k, v in s.w.executor.items() if k in ("TCLOUD_CLIENT_ID", "TCLOUD_CLIENT_SECRET")}
    got = json.loads(s.ask("POST", "/auth/token", {"grant_type": "client_credentials", **{
        k.removeprefix("TCLOUD_").lower(): v for k, v in executor.items()}}).text)
    assert s.ask("GET", "/sqlmesh/acme/shop/environments/prod",
                 headers={"Authorization": "Bearer " + got["id_token"]}).status == 403


def test_what_people_ask_for(s):
    def ask(path, **body):
        got = s.ask("POST", "/sqlmesh/acme/shop/api/v1/" + path, json.dumps(body), s.token())
        assert got.status == 200, got.text
        return json.loads(got.text)

    def ended(read, key):
        deadline = time.time() + 60
        while not (found := read(key)).complete:
            assert time.time() < deadline, found
            time.sleep(0.1)
        return found

    restated = ask("environments/prod/restate", models=["shop.daily"], start_at=str(FIRST), end_at=str(FIRST + DAY))
    deadline = time.time() + 60
    while json.loads(s.ask("GET", "/sqlmesh/acme/shop/api/v1/plans/" + restated["plan_id"], headers=s.token()).text)[
            "end_at"] is None:
        assert time.time() < deadline
        time.sleep(0.1)
    again = {e.node_name: e for e in s.api.evaluations.search(plan_id=restated["plan_id"])}
    assert {name_of(m) for m in ("daily", "kinds", "best")} <= set(again), again
    assert again[name_of("daily")].interval_start[:10] == str(FIRST)
    assert again[name_of("daily")].interval_end[:10] == str(FIRST + DAY)
    ask("environments/prod/models/shop.fragile/pause")
    run = ended(s.api.runs.get_run_by_id, ask("runs", environment="prod")["run_id"])
    assert run.status.value in ("success", "skipped"), "what fails is paused"
    assert name_of("below") not in {e.node_name for e in s.api.runs.get_evaluations(run.run_id)}
    ask("environments/prod/models/shop.fragile/resume")
    run = ended(s.api.runs.get_run_by_id, ask("runs", environment="prod")["run_id"])
    assert run.status.value == "failed"
    ask("environments/prod/pause")
    assert s.heddle("environments/prod")["paused_by"] == "developer"
    ask("environments/prod/resume")


def test_another_projects_client_may_not_read(s):
    made = json.loads(s.w.run("client", "create", "--state", s.w.state, "--org", "acme", "--project", "bank", "--name",
                              "x", "--role", "admin", "--json", environment={}).stdout)
    (s.w.root / "api-home/auth.yaml").unlink()  # it keeps its token there
    api = s.connect({"TCLOUD_CLIENT_ID": made["client_id"], "TCLOUD_CLIENT_SECRET": made["client_secret"]})
    try:
        api.runs.search()
        raise AssertionError("read another project")
    except Exception as error:
        assert getattr(error, "status_code", None) == 403, error


def test_their_files_are_as_they_were_installed(_):
    assert check_record("tobiko_cloud_api_client", "tobiko_cloud_helpers", "tobiko_cloud_pydantic") > 20


if __name__ == "__main__":
    main(globals(), Plane)
