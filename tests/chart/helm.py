"""Helm as the tests call it: versions, rendering, documents."""
import base64
import os
import pathlib
import re
import shutil
import subprocess

import yaml

ROOT = pathlib.Path(__file__).resolve().parents[2]
CHARTS = ROOT / "charts"
PAGE = ROOT / "tests/chart/page"
VERSIONS = ["helm-3.8", "helm-3.22", "helm-4"]
VERSION = yaml.safe_load((CHARTS / "heddle/Chart.yaml").read_text())["version"]

# Set by chart.py: the folder with the programs, and a home for what Helm keeps.
tools = home = None


def run(command, **options):
    """The finished process; its output as text."""
    environment = {"PATH": os.environ["PATH"], "HOME": str(home), **options.pop("env", {})}
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=300, env=environment, **options)


def helm(version, *arguments, **options):
    return run([tools / "bin" / version, *arguments], **options)


def with_notes(chart, into):
    """A copy of a chart whose notes are rendered as an object, too: `helm template` does not show them."""
    copy = into / chart
    shutil.copytree(CHARTS / chart, copy)
    notes = (copy / "templates/NOTES.txt").read_text()
    (copy / "templates/zz-notes.yaml").write_text(
        '{{- define "notes" -}}\n' + notes + "{{- end -}}\napiVersion: v1\nkind: Notes\nmetadata: {name: notes}\n"
        'text: {{ include "notes" . | toJson }}\n')
    return copy


def schema_location():
    return str(tools / "schemas") + "/{{.ResourceKind}}{{.KindSuffix}}.json"


def values_arguments(files=(), sets=()):
    return [a for f in files for a in ("-f", f)] + [a for s in sets for a in ("--set", s)]


def template(version, chart, files=(), sets=(), release="my-executors"):
    """The rendered documents. AssertionError with Helm's words when there are none."""
    done = helm(version, "template", release, chart, *values_arguments(files, sets))
    assert done.returncode == 0, f"{version}: {done.stderr.strip()}"
    return documents(done.stdout)


def documents(text):
    found = [d for d in yaml.safe_load_all(text) if d]
    return sorted(found, key=lambda d: (d["kind"], d["metadata"]["name"]))


def one(docs, kind, name=None):
    found = [d for d in docs if d["kind"] == kind and name in (None, d["metadata"]["name"])]
    assert len(found) == 1, f"{len(found)} objects of kind {kind} called {name}"
    return found[0]


def every(docs, kind):
    return [d for d in docs if d["kind"] == kind]


def pod(docs, name):
    return one(docs, "Deployment", name)["spec"]["template"]["spec"]


def container(docs, name):
    return pod(docs, name)["containers"][0]


def config(docs):
    return one([d for d in docs if d["metadata"]["name"].endswith("-config")], "ConfigMap")["data"]


def secrets(docs):
    """variable -> text, of all Secrets that were rendered."""
    found = {}
    for secret in every(docs, "Secret"):
        found |= {k: base64.b64decode(v).decode() for k, v in secret["data"].items()}
    return found


def env_from(docs, name):
    """Where variables come from, in order: the names."""
    sources = container(docs, name)["envFrom"]
    return [next(iter(s.values()))["name"] for s in sources]


def matches(selector, labels):
    return all(labels.get(k) == v for k, v in (part.split("=") for part in selector.split(",")))


def pods(docs):
    """(name as far as it is known, labels) of each pod there will be."""
    found = []
    for d in docs:
        if d["kind"] == "Pod":
            found.append((d["metadata"]["name"], d["metadata"]["labels"]))
        if d["kind"] == "Deployment":
            found.append((d["metadata"]["name"] + "-", d["spec"]["template"]["metadata"]["labels"]))
    return found


def stable(docs):
    """The text that golden files hold: sorted, without versions and what is random."""
    for d in docs:
        if d["kind"] == "Secret" and "helm.sh/hook" in d["metadata"].get("annotations", {}):
            d["data"]["TCLOUD_CLIENT_SECRET"] = "(random)"
    notes = [d for d in docs if d["kind"] == "Notes"]
    text = "".join(f"# {line}".rstrip() + "\n" for d in notes for line in d["text"].split("\n"))
    for d in docs:
        if d not in notes:
            text += "---\n" + yaml.safe_dump(d, sort_keys=True, width=150, allow_unicode=True)
    text = re.sub(r"-(check|login)-[0-9a-f]{8}$", r"-\1-DIGEST", text, flags=re.M)
    return re.sub(rf"\b{re.escape(VERSION)}\b", "VERSION", text)


def cluster():
    """The environment with which kubectl reaches a cluster; None when there is none."""
    name = os.environ.get("KUBECONFIG")
    answers = name and run(["kubectl", "version", "--request-timeout=5s"], env={"KUBECONFIG": name}).returncode == 0
    return {"KUBECONFIG": name} if answers else None
