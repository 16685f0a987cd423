"""What no single example shows: packages, documents, what changes when something else does."""
import json
import re
import sys

import helm
from helm import CHARTS, container, one, pod, template

EXECUTORS = CHARTS / "hybrid-executors"
MINIMAL = EXECUTORS / "ci/minimal-values.yaml"
HELM = "helm-3.22"


def documents_are_made():
    done = helm.run([sys.executable, helm.ROOT / "tools/chart-values", "--check", EXECUTORS, CHARTS / "heddle"])
    assert done.returncode == 0, done.stdout + done.stderr


def package(folder):
    """What `make chart` packages, with this Helm."""
    done = helm.run(["make", "--no-print-directory", "chart", f"HELM={helm.tools / 'bin' / HELM}", f"BUILD={folder}/build"], cwd=helm.ROOT)
    assert done.returncode == 0, done.stdout + done.stderr
    return sorted((folder / "build/charts").glob("*.tgz"))


def checksum(sets, name="checksum/secret"):
    docs = template(HELM, EXECUTORS, [MINIMAL], sets)
    return one(docs, "Deployment", "my-executors-apply")["spec"]["template"]["metadata"]["annotations"].get(name)


def other_password_restarts_who_cannot_reload(_):
    """another password restarts the executors of other images, and none of ours"""
    other = "global.sqlmesh.gateways.warehouse.connection.password=other"
    vendor = "global.image.repository=tobikodata/tcloud"
    assert checksum([]) is None and checksum([other]) is None
    assert checksum([vendor]) and checksum([vendor]) == checksum([vendor]) != checksum([vendor, other])


def other_config_restarts(_):
    """another host restarts executors"""
    other = "global.sqlmesh.gateways.warehouse.connection.host=other"
    assert checksum([], "checksum/config") != checksum([other], "checksum/config")


def drain_is_one_value(_):
    """one drain value feeds the executor and its pod"""
    for sets, expected in (([], 300), (["drainSeconds=60"], 60), (["drainSeconds=60", "apply.drainSeconds=0"], 0)):
        docs = template(HELM, EXECUTORS, [MINIMAL], sets)
        env = {e["name"]: e.get("value") for e in container(docs, "my-executors-apply")["env"]}
        assert env["HEDDLE_DRAIN_SECONDS"] == str(expected)
        assert pod(docs, "my-executors-apply")["terminationGracePeriodSeconds"] == expected + 15


def values_as_they_are(_):
    """texts, numbers, lists and mappings become variables as they are"""
    docs = template(HELM, EXECUTORS, [EXECUTORS / "ci/everything-values.yaml"])
    plain, hidden = helm.config(docs), helm.secrets(docs)
    warehouse, lake = "SQLMESH__GATEWAYS__WAREHOUSE__", "SQLMESH__GATEWAYS__LAKE__"
    assert plain[warehouse + "CONNECTION__LOGIN_TIMEOUT"] == "1000000"
    assert plain[warehouse + "CONNECTION__AUTOCOMMIT"] == "true"
    assert json.loads(plain[lake + "CONNECTION__CATALOGS"]) == {"lake": "/data/lake.duckdb", "other": "/data/other.duckdb"}
    assert json.loads(plain[lake + "CONNECTION__EXTENSIONS"]) == ["httpfs", "json"]
    assert json.loads(hidden[warehouse + "CONNECTION__SESSION_PARAMETERS"])["auth"] == [{"Client_Token": "deep"}]
    assert plain[lake + "STATE_CONNECTION__HOST"] == "state" and hidden[lake + "STATE_CONNECTION__PASSWORD"] == "state-pass"
    assert plain[lake + "VARIABLES__RETRIES"] == "3" and plain[lake + "STATE_SCHEMA"] == "custom"
    minimal = helm.secrets(template(HELM, EXECUTORS, [MINIMAL]))
    assert minimal["SQLMESH__GATEWAYS__WAREHOUSE__CONNECTION__PASSWORD"] == "p@ss $(HOME) $$ 'w' \"o\" rd"


def default_gateway(_):
    """the default gateway: chosen, the first of a list, the alphabetically first of a map, which the notes say"""
    two = ["global.sqlmesh.gateways.alpha.connection.type=duckdb"]

    def chosen(sets, files=(MINIMAL,)):
        return helm.config(template(HELM, EXECUTORS, files, sets))["SQLMESH__DEFAULT_GATEWAY"]

    assert chosen([]) == "warehouse" and chosen(two) == "alpha"
    assert chosen([*two, "global.sqlmesh.defaultGateway=Warehouse"]) == "warehouse"
    assert chosen([], [EXECUTORS / "ci/list-values.yaml"]) == "warehouse"
    notes = (helm.ROOT / "tests/chart/golden/page/14-reference-secret.yaml").read_text()
    assert "# The default gateway is gateway_a, because it comes first in the alphabet" in notes


def made_once(_):
    """a secret that is made is random, belongs to the first install only, and is what server and client read"""
    files = [CHARTS / "heddle/ci/minimal-values.yaml"]
    one_time, next_time = (template(HELM, CHARTS / "heddle", files, release="heddle") for _ in range(2))
    for docs in (one_time, next_time):
        for secret in helm.every(docs, "Secret"):
            assert secret["metadata"]["annotations"]["helm.sh/hook"] == "pre-install"
    first, second = helm.secrets(one_time)["TCLOUD_CLIENT_SECRET"], helm.secrets(next_time)["TCLOUD_CLIENT_SECRET"]
    assert first != second and len(first) == 43
    server = pod(one_time, "heddle")
    mounted = {v["secret"]["secretName"] for v in server["volumes"] if v["name"].startswith("client-")}
    assert mounted == {"heddle-client-executors", "heddle-client-developer"}
    assert [d for d in one_time if d["kind"] != "Secret"] == [d for d in next_time if d["kind"] != "Secret"]


def one_file_for_both(_):
    """the page's values file installs the control plane, too, with the same client"""
    files = [CHARTS / "heddle/ci/shared-values.yaml"]
    server, executors = template(HELM, CHARTS / "heddle", files, release="heddle"), template(HELM, EXECUTORS, files)
    arguments = server[[d["kind"] for d in server].index("Deployment")]["spec"]["template"]["spec"]["initContainers"][0]["args"]
    variables = helm.config(executors)
    assert "--client-id=" + variables["TCLOUD_CLIENT_ID"] in arguments and "--role=executor" in arguments
    assert variables["TCLOUD_URL"] == "http://heddle:8080/sqlmesh/acme/shop"
    assert helm.one(server, "Service", "heddle")["spec"]["ports"][0]["port"] == 8080


def executor_file(_):
    """the server serves the file of its image, another one, or none"""
    def server(*sets):
        container_of = pod(template(HELM, CHARTS / "heddle", [CHARTS / "heddle/ci/minimal-values.yaml"], sets, release="heddle"), "heddle")["containers"][0]
        return container_of["args"], {e["name"]: e.get("value") for e in container_of["env"]}

    arguments, env = server()
    assert "HEDDLE_EXECUTOR_FILE" not in env and not any(a.startswith("--executor-file") for a in arguments)
    arguments, env = server("server.executorFile.path=/other/file.pex")
    assert "HEDDLE_EXECUTOR_FILE" not in env and "--executor-file=/other/file.pex" in arguments
    arguments, env = server("server.executorFile.path=/other/file.pex", "server.executorFile.enabled=false")
    assert env["HEDDLE_EXECUTOR_FILE"] == "" and not any(a.startswith("--executor-file") for a in arguments)


def helm_test_of_other_images(_):
    """the vendor's image has no pod of helm test: its check fails where nothing is installed yet"""
    def tests(*sets):
        return [d for d in template(HELM, EXECUTORS, [MINIMAL], sets) if d["kind"] == "Pod"]

    assert len(tests()) == 2 and len(tests("global.image.repository=registry.example.com/a/heddle")) == 2
    assert not tests("global.image.repository=tobikodata/tcloud")


def examples_of_readmes(_):
    """the examples in the READMEs render"""
    for chart in ("hybrid-executors", "heddle"):
        text = (CHARTS / chart / "README.md").read_text()
        found = re.findall(r"\n\n(    (?:cat > .*\n)?    global:\n(?:    .*\n)+)", text)
        assert found or chart == "heddle"
        for example in found:
            lines = [line[4:] for line in example.rstrip("\n").split("\n")]
            body = "\n".join(lines[lines.index("global:"):]).split("\nEOF")[0]
            path = _ / f"readme-{chart}-{found.index(example)}.yaml"
            path.write_text(body)
            template(HELM, CHARTS / chart, [MINIMAL, path])


def every_value_is_in_the_table(_):
    """each value stands in the README's table, and each in the schema has a description"""
    for chart in ("hybrid-executors", "heddle"):
        text = (CHARTS / chart / "README.md").read_text()
        schema = json.loads((CHARTS / chart / "values.schema.json").read_text())
        assert schema["additionalProperties"] is False
        for name in schema["properties"]:
            assert f"`{name}" in text, name


def same_values_same_texts(_):
    """rendering twice gives the same, but for what is made once"""
    for chart, path in (("hybrid-executors", "everything"), ("heddle", "shared")):
        files = [CHARTS / chart / f"ci/{path}-values.yaml"]
        twice = [template(HELM, CHARTS / chart, files, release="heddle") for _ in range(2)]
        assert helm.stable(twice[0]) == helm.stable(twice[1])


TESTS = [executor_file, helm_test_of_other_images, other_password_restarts_who_cannot_reload, other_config_restarts, drain_is_one_value,
         values_as_they_are, made_once, one_file_for_both, examples_of_readmes, every_value_is_in_the_table,
         same_values_same_texts, default_gateway]
