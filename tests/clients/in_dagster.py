#!/usr/bin/env python3
"""Dagster with the package that mirrors a project's runs in it, unchanged: assets, checks, the sensor, the mirror job.

    tests/clients/in_dagster.py build/heddle
"""

import json
import os
import time

from rig import CACHE, Site, check_record, go_into, main

go_into("dagster")

from roundtrip import DAY, TODAY  # noqa: E402
from running import await_welcome  # noqa: E402

FRAGILE = f"""
MODEL (name shop.fragile, kind FULL);
SELECT kind, CAST(CASE WHEN @execution_ds >= '{TODAY}' THEN 'no number' ELSE '1' END AS INT) AS n
FROM shop.kinds
"""
GAPS = """
MODEL (name shop.gaps, kind FULL, audits (not_null_non_blocking(columns := (gap))));
SELECT kind, NULL AS gap FROM shop.kinds
"""


class Mirror(Site):
    """A project whose last days are due, a scheduler, and Dagster's definitions of it."""

    def __init__(self, world):
        world.server_options = []  # with its scheduler
        super().__init__(world)
        for kind in ("apply", "run"):
            world.start(kind, "executor", kind, environment=world.executor)
            await_welcome(world, kind)
        (world.project / "models/fragile.sql").write_text(FRAGILE.lstrip())
        (world.project / "models/gaps.sql").write_text(GAPS.lstrip())
        world.plan("--execution-time", str(TODAY - DAY))
        self.reader = world.client("viewer")
        os.environ.update(TCLOUD_HOME=str(world.root / "home"), TCLOUD_TOKEN_URL=world.base + "/auth/token",
                          DAGSTER_HOME=str(world.root), DAGSTER_DISABLE_TELEMETRY="1")
        from dagster import DagsterInstance
        from tobikodata.scheduler_facades.dagster import SQLMeshEnterpriseDagster

        self.dagster = DagsterInstance.ephemeral()
        self.facade = SQLMeshEnterpriseDagster(
            url=world.cloud["TCLOUD_URL"], oauth_client_id=self.reader["TCLOUD_CLIENT_ID"],
            oauth_client_secret=self.reader["TCLOUD_CLIENT_SECRET"])
        self.api = self.facade.conn.api
        self.definitions = self.facade.create_definitions("prod")

    def execute(self, job, **tags):
        return self.definitions.resolve_job_def(job).execute_in_process(
            instance=self.dagster, tags=tags, raise_on_error=False)

    def tick(self, cursor):
        """What the sensor asks for, and its new cursor."""
        from dagster import build_sensor_context

        context = build_sensor_context(instance=self.dagster, cursor=cursor, definitions=self.definitions,
                                       resources={"tobiko_cloud": self.facade.conn})
        data = self.definitions.resolve_sensor_def("tobiko_cloud_track_prod").evaluate_tick(context)
        return data.run_requests, data.cursor

    def materialized(self, model):
        from dagster import AssetKey

        event = self.dagster.get_latest_materialization_event(AssetKey(["house", *model.split(".")]))
        return event and {k: v.value for k, v in event.asset_materialization.metadata.items()}

    def checked(self, model, audit):
        from dagster import AssetCheckKey, AssetKey

        key = AssetCheckKey(AssetKey(["house", *model.split(".")]), audit)
        record, = self.dagster.event_log_storage.get_asset_check_execution_history(key, limit=1)
        return record.event.dagster_event.asset_check_evaluation_data


def test_the_assets_are_the_models(s):
    graph = s.definitions.resolve_asset_graph()
    keys = {".".join(k.path) for k in graph.get_all_asset_keys()}
    assert keys == {"house." + m for m in ("raw.events", "shop.daily", "shop.kinds", "shop.best", "shop.fragile",
                                           "shop.gaps")}, keys
    from dagster import AssetKey
    kinds = graph.get(AssetKey(["house", "shop", "kinds"]))
    assert {".".join(k.path) for k in kinds.parent_keys} == {"house.shop.daily"}
    assert {(k.asset_key.path[-1], k.name) for k in graph.asset_check_keys} == \
        {("daily", "not_null"), ("gaps", "not_null_non_blocking")}


def test_the_first_tick_asks_for_what_is_there_already(s):
    requests, s.cursor = s.tick(None)
    assert [r.job_name for r in requests] == ["tobiko_cloud_sync_prod"], requests
    assert s.execute(requests[0].job_name).success
    assert s.materialized("raw.events")["Execution Status"] == "success", "which no run fills again"


def test_the_sensor_sees_a_cadence_run(s):
    deadline = time.time() + 60
    while not (requests := s.tick(s.cursor)[0]):
        assert time.time() < deadline, s.w.log("server")
        time.sleep(0.2)
    request, = requests
    assert request.job_name == "tobiko_cloud_mirror_run_prod"
    token = json.loads(s.ask("POST", "/auth/token", {
        "grant_type": "client_credentials", "client_id": s.reader["TCLOUD_CLIENT_ID"],
        "client_secret": s.reader["TCLOUD_CLIENT_SECRET"]}).text)["id_token"]
    runs = s.ask("GET", "/sqlmesh/acme/shop/api/heddle/v1/runs", headers={"Authorization": "Bearer " + token})
    assert {r["id"]: r["trigger"] for r in json.loads(runs.text)["runs"]} == {request.run_key: "cadence"}
    s.run = s.api.runs.get_run_by_id(request.run_key)
    _, s.cursor = s.tick(s.cursor)
    assert s.cursor == request.run_key and s.tick(s.cursor)[0] == []


def test_its_job_materializes_what_the_run_filled(s):
    s.result = s.execute("tobiko_cloud_mirror_run_prod", **{"dagster/run_key": s.run.run_id})
    for model in ("shop.daily", "shop.kinds"):
        there = s.materialized(model)
        assert there["Tobiko Cloud Run Id"] == s.run.run_id and there["Execution Status"] == "success", there
        assert there["Log Link"].startswith(s.w.cloud["TCLOUD_URL"] + "/environments/prod/runs/" + s.run.run_id)


def test_audits_are_asset_checks(s):
    audit = s.checked("shop.daily", "not_null")
    assert audit.passed and audit.metadata["Log Link"].value.startswith(s.w.cloud["TCLOUD_URL"])
    assert s.checked("shop.gaps", "not_null_non_blocking").passed is False


def test_a_failed_model_is_a_failed_op_with_link_and_log(s):
    assert not s.result.success
    failed = [e for e in s.result.all_node_events if e.event_type_value == "STEP_FAILURE"]
    assert [e.step_key for e in failed] == ["house_shop_fragile"], failed
    evaluation, = s.api.runs.get_evaluations_for_node(s.run.run_id, '"house"."shop"."fragile"')
    assert "no number" in evaluation.error_message and "no number" in evaluation.log
    words = [r.user_message for r in s.dagster.all_logs(s.result.run_id)]
    for wanted in (evaluation.error_message.splitlines()[0], str(evaluation.link)):
        assert any(wanted in text for text in words), (wanted, words)
    done = {e.step_key for e in s.result.all_node_events if e.event_type_value == "STEP_SUCCESS"}
    assert done == {"house_raw_events", *("house_shop_" + m for m in ("daily", "kinds", "best", "gaps"))}, done


def test_their_files_are_as_they_were_installed(_):
    packages = ("tobiko_cloud_scheduler_facade", "tobiko_cloud_api_client", "tobiko_cloud_helpers", "dagster")
    assert check_record(*packages, venv=CACHE / "dagster") > 500


if __name__ == "__main__":
    main(globals(), Mirror)
