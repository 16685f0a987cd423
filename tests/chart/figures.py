"""Queries that the charts bring, for Grafana and KEDA, against the metrics that docs/metrics.md describes (which
tests/documents/metrics.py holds against running programs)."""
import json
import re

import helm
from helm import CHARTS, one, template

HELM = "helm-3.22"
FUNCTIONS = {"sum", "max", "min", "count", "rate", "increase", "histogram_quantile"}
WORDS = {"by", "on", "and"}
TARGETS = {"job", "instance"}  # labels that Prometheus adds
PARTS = ("_bucket", "_sum", "_count")


def described():
    """name -> (kind, labels)."""
    rows = re.findall(r"^\| `(\w+)` \| (counter|gauge|histogram) \| ([^|]*) \|", (helm.ROOT / "docs/metrics.md").read_text(), re.M)
    return {name: (kind, set(re.findall(r"`(\w+)`", labels))) for name, kind, labels in rows}


def sample(name, metrics):
    """The metric that a sample of this name belongs to."""
    for part in PARTS:
        whole = name.removesuffix(part)
        if whole != name and metrics.get(whole, ("",))[0] == "histogram":
            return whole
    assert name in metrics, f"there is no metric {name}"
    assert metrics[name][0] != "histogram", f"{name} is a histogram: it has no samples of that name"
    return name


def read(query, metrics):
    """The metrics that a query names. AssertionError for what there is not."""
    grouped = {label for labels in re.findall(r"\b(?:by|on) \(([^)]*)\)", query) for label in re.findall(r"\w+", labels)}
    matched = {label for labels in re.findall(r"{([^}]*)}", query) for label in re.findall(r"(\w+)[=!]", labels)}
    rest = re.sub(r"\b(by|on) \([^)]*\)|{[^}]*}|\[[^]]*\]", " ", query)
    names = set(re.findall(r"\b[a-z_]\w*", rest)) - FUNCTIONS - WORDS
    found = {name: sample(name, metrics) for name in names}
    assert found, f"no metric in {query}"
    labels = TARGETS.union(*(metrics[whole][1] for whole in found.values()))
    if any(name.endswith("_bucket") for name in found):
        labels |= {"le"}
    assert grouped | matched <= labels, f"no label {grouped | matched - labels} in {query}"
    for name, whole in found.items():
        counts = metrics[whole][0] != "gauge"
        assert counts == bool(re.search(rf"(rate|increase)\({name}\b", query)), f"a {metrics[whole][0]} in {query}"
    return set(found.values())


def dashboard():
    docs = template(HELM, CHARTS / "heddle", [CHARTS / "heddle/ci/postgres-values.yaml"], release="heddle")
    return one(docs, "ConfigMap", "heddle-dashboard")


def dashboard_is_of_metrics_there_are(_):
    """the dashboard asks for metrics and labels that are described, and each panel for some"""
    metrics, asked = described(), set()
    for panel in json.loads(dashboard()["data"]["heddle.json"])["panels"]:
        assert panel["type"] == "row" or panel["targets"], panel["title"]
        for target in panel.get("targets", ()):
            asked |= read(target["expr"], metrics)
            by = set(re.findall(r"{{(\w+)}}", target["legendFormat"]))
            assert all(label in target["expr"] or label in TARGETS for label in by), target
    alarms = {"heddle_queue_oldest_age_seconds", "heddle_scheduler_tick_age_seconds", "heddle_leases_lost_total", "heddle_executors_connected"}
    assert alarms <= asked and len(asked) > 20, sorted(asked)


def dashboard_is_laid_out(_):
    """the dashboard's panels have an id, a place and a source of their own; it is found by its label; it is off by default"""
    config = dashboard()
    assert config["metadata"]["labels"]["grafana_dashboard"] == "1" and config["metadata"]["annotations"]["grafana_folder"] == "Data"
    panels, places = json.loads(config["data"]["heddle.json"])["panels"], set()
    assert len({p["id"] for p in panels}) == len(panels)
    for p in panels:
        at = p["gridPos"]
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & places and at["x"] + at["w"] <= 24, p["title"]
        places |= cells
        assert p["type"] == "row" or p["datasource"]["uid"] == "${datasource}"
    minimal = template(HELM, CHARTS / "heddle", [CHARTS / "heddle/ci/minimal-values.yaml"], release="heddle")
    assert not any("dashboard" in d["metadata"]["name"] for d in minimal)


def scaling_is_by_a_metric_there_is(_):
    """KEDA's query and the HPA's metric are described; the queue is each executor's own"""
    executors = CHARTS / "hybrid-executors"
    sets = [f"{kind}.autoscaling.{what}" for kind in ("apply", "run") for what in ("enabled=true", "serverAddress=http://prometheus:9090")]
    docs = template(HELM, executors, [executors / "ci/minimal-values.yaml"], sets)
    for kind in ("apply", "run"):
        query = one(docs, "ScaledObject", f"my-executors-{kind}")["spec"]["triggers"][0]["metadata"]["query"]
        assert read(query, described()) == {"heddle_queue_depth", "heddle_queue_running"}
        assert set(re.findall(r'queue="(\w+)"', query)) == {kind}
    docs = template(HELM, executors, [executors / "ci/minimal-values.yaml"], [*sets, "apply.autoscaling.type=hpa", "run.autoscaling.type=hpa"])
    for kind in ("apply", "run"):
        metric = one(docs, "HorizontalPodAutoscaler", f"my-executors-{kind}")["spec"]["metrics"][0]["external"]["metric"]
        assert described()[metric["name"]] == ("gauge", {"queue", "kind"}) and metric["selector"]["matchLabels"] == {"queue": kind}


WRONG = ["heddle_queue_deep", "max by (org) (heddle_queue_depth)", 'heddle_queue_depth{project="a"}', "rate(heddle_queue_depth[5m])",
         "heddle_leases_lost_total", "rate(heddle_task_duration_seconds[5m])", "sum(up)", "1"]


def wrong_queries_are_found(_):
    """queries for metrics or labels there are not, or of another kind, are told"""
    for query in WRONG:
        try:
            read(query, described())
        except AssertionError:
            continue
        raise AssertionError(f"{query} passes")


TESTS = [dashboard_is_of_metrics_there_are, dashboard_is_laid_out, scaling_is_by_a_metric_there_is, wrong_queries_are_found]
