"""golden/: what each example renders to, the same with every Helm."""
import base64

import helm
from helm import CHARTS, PAGE

GOLDEN = helm.ROOT / "tests/chart/golden"
NO_SECRET = ("global.cloud.clientSecret=null",)
# Blocks of the page that are parts of a values file stand over the quick start's.
PARTS = {
    "06-gateway": (), "07-detection": (), "08-overrides": (), "09-plain-values": (), "10-existing-secret": NO_SECRET,
    "11-secret-each": NO_SECRET, "12-external-secrets": NO_SECRET, "14-reference-secret": NO_SECRET,
    "16-environment": (), "17-resources": (),
}


def examples(quick_start):
    """name, chart, values files, sets."""
    yield "page/01-values-file", "hybrid-executors", [quick_start], ()
    yield "page/15-whole-example", "hybrid-executors", [PAGE / "15-whole-example.yaml"], ()
    for name, sets in PARTS.items():
        yield f"page/{name}", "hybrid-executors", [quick_start, PAGE / f"{name}.yaml"], sets
    for chart in ("hybrid-executors", "heddle"):
        for path in sorted((CHARTS / chart / "ci").glob("*-values.yaml")):
            yield f"{chart}/{path.name.removesuffix('-values.yaml')}", chart, [path], ()


def no_secret_elsewhere(docs):
    """What stands in a Secret stands nowhere else, the notes included."""
    values = {v for k, v in helm.secrets(docs).items() if k != "TCLOUD_CLIENT_ID" and len(v) > 2}
    for d in docs:
        if d["kind"] == "Secret":
            continue
        text = repr(d)
        for value in values:
            for form in (value, base64.b64encode(value.encode()).decode()):
                assert repr(form)[1:-1] not in text, f"a secret stands in {d['kind']} {d['metadata']['name']}"


def compare(version, charts, example, accept):
    name, chart, files, sets = example
    release = "my-executors" if chart == "hybrid-executors" else "heddle"
    docs = helm.template(version, charts[chart], files, sets, release)
    no_secret_elsewhere(docs)
    text, path = helm.stable(docs), GOLDEN / f"{name}.yaml"
    if accept:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    assert path.exists() and path.read_text() == text, f"{version} renders other things than {path.relative_to(helm.ROOT)} says"


def conform(example, charts, folder):
    name, chart, files, sets = example
    done = helm.helm("helm-3.22", "template", "my-executors", CHARTS / chart, *helm.values_arguments(files, sets))
    assert done.returncode == 0, done.stderr
    path = folder / "conform.yaml"
    path.write_text(done.stdout)
    checked = helm.run([helm.tools / "bin/kubeconform", "-strict", "-summary", "-schema-location", helm.schema_location(), path])
    assert checked.returncode == 0, checked.stdout + checked.stderr


# Kinds that a cluster has not by itself, and pods that look for their service account.
NOT_ASKED = ("PodMonitor", "ScaledObject", "ExternalSecret", "Pod")


def server_side(example, cluster, folder):
    """The API server itself reads it, and knows every field."""
    name, chart, files, sets = example
    docs = helm.template("helm-3.22", CHARTS / chart, files, sets)
    path = folder / "server-side.yaml"
    path.write_text("---\n".join(helm.yaml.safe_dump(d) for d in docs if d["kind"] not in NOT_ASKED))
    tried = helm.run(["kubectl", "apply", "--dry-run=server", "--validate=strict", "-f", path], env=cluster)
    assert tried.returncode == 0, tried.stderr


def lint(version, example):
    name, chart, files, sets = example
    done = helm.helm(version, "lint", "--strict", CHARTS / chart, *helm.values_arguments(files, sets))
    assert done.returncode == 0, done.stdout
