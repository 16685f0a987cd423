"""JSON schemas for kubeconform, strict: from Kubernetes' OpenAPI document and from CRDs.
   schemas.py INTO KUBERNETES EXTERNAL_SECRETS PROMETHEUS_OPERATOR KEDA    (folders of the Go modules)"""
import json
import pathlib
import sys

import yaml

KINDS = [
    "core.v1.ConfigMap", "core.v1.Secret", "core.v1.Service", "core.v1.ServiceAccount", "core.v1.Pod",
    "core.v1.PersistentVolumeClaim", "apps.v1.Deployment", "batch.v1.CronJob", "batch.v1.Job",
    "policy.v1.PodDisruptionBudget", "networking.v1.NetworkPolicy", "networking.v1.Ingress",
    "autoscaling.v2.HorizontalPodAutoscaler",
]
CRDS = [
    "config/crds/bases/external-secrets.io_externalsecrets.yaml",
    "example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml",
    "config/crd/bases/keda.sh_scaledobjects.yaml",
]
KEPT = ("type", "enum", "required", "pattern", "minLength", "maxLength", "minItems", "maxItems", "minimum", "maximum")


def strict(schema, definitions):
    """The same without references, closed where it has properties."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        if name.endswith(".Quantity"):
            return {"type": ["string", "number"]}
        return strict(definitions[name], definitions)
    if schema.get("format") == "int-or-string" or schema.get("x-kubernetes-int-or-string"):
        return {"type": ["string", "integer"]}
    out = {key: schema[key] for key in KEPT if key in schema}
    if "properties" in schema:
        out["properties"] = {k: strict(v, definitions) for k, v in schema["properties"].items()}
        out["additionalProperties"] = bool(schema.get("x-kubernetes-preserve-unknown-fields"))
    elif isinstance(schema.get("additionalProperties"), dict):
        out["additionalProperties"] = strict(schema["additionalProperties"], definitions)
    if "items" in schema:
        out["items"] = strict(schema["items"], definitions)
    return out


def write(into, group, version, kind, schema):
    name = f"{kind}-{group.split('.')[0] + '-' if group else ''}{version}.json".lower()
    (into / name).write_text(json.dumps(schema))


def main():
    into, kubernetes, *modules = map(pathlib.Path, sys.argv[1:])
    definitions = json.loads((kubernetes / "api/openapi-spec/swagger.json").read_text())["definitions"]
    for kind in KINDS:
        schema = definitions[f"io.k8s.api.{kind}"]
        what = schema["x-kubernetes-group-version-kind"][0]
        write(into, what["group"], what["version"], what["kind"], strict(schema, definitions))
    metadata = strict(definitions["io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"], definitions)
    for module, path in zip(modules, CRDS):
        crd = yaml.safe_load((module / path).read_text())["spec"]
        for version in crd["versions"]:
            schema = strict(version["schema"]["openAPIV3Schema"], {})
            schema["properties"]["metadata"] = metadata
            write(into, crd["group"], version["name"], crd["names"]["kind"], schema)


main()
