"""The page's code blocks, literally: a function for each file in page/ does what the block says."""
import hashlib
import re

import helm
import yaml
from helm import PAGE, config, container, env_from, every, matches, one, pod, pods, secrets, template

RELEASE = "my-executors"
GATEWAY_A = "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__"
NO_SECRET = ["global.cloud.clientSecret=null"]
APPLY, RUN = f"{RELEASE}-apply", f"{RELEASE}-run"


class Page:
    """One version of Helm, a folder to work in, a chart."""

    def __init__(self, version, folder, registry):
        self.version, self.folder, self.registry = version, folder, registry
        self.chart = helm.CHARTS / "hybrid-executors"
        self.values = folder / "my-values.yaml"

    def substitute(self, text):
        """The only changes to what the page says: page/substitutions.txt."""
        for line in (PAGE / "substitutions.txt").read_text().splitlines():
            if not line or line.startswith("#"):
                continue
            where, old, new = (part.strip() for part in line.split("|"))
            if where in ("all", self.version):
                text = text.replace(old, new.replace("REGISTRY", self.registry.address))
        return text

    def shell(self, name, environment=None):
        """Run a block as it stands, with this Helm first on PATH; what it prints."""
        programs = self.folder / "bin"
        programs.mkdir(exist_ok=True)
        target = programs / "helm"
        target.unlink(missing_ok=True)
        target.symlink_to(helm.tools / "bin" / self.version)
        path = f"{programs}:{helm.os.environ['PATH']}"
        block = self.substitute((PAGE / name).read_text())
        done = helm.run(["bash", "-euc", block], cwd=self.folder, env={"PATH": path, **(environment or {})})
        assert done.returncode == 0, done.stderr
        return done.stdout

    def render(self, *blocks, sets=()):
        """The quick start's values with blocks over them."""
        return template(self.version, self.chart, [self.values, *(PAGE / b for b in blocks)], sets, RELEASE)


def blocks_are_the_pages(page):
    sums = (line.split() for line in (PAGE / "SHA256SUMS").read_text().splitlines())
    for digest, name in sums:
        assert hashlib.sha256((PAGE / name).read_bytes()).hexdigest() == digest, f"{name} is not what the page says"


def values_file(page):
    page.shell("01-values-file.sh")
    values = yaml.safe_load(page.values.read_text())
    assert values["global"]["cloud"]["clientId"] == "your-client-id"


def template_from_registry(page):
    page.shell("03-template.sh")
    docs = helm.documents((page.folder / "generated-manifests.yaml").read_text())
    assert docs == template(page.version, page.chart, [page.values], release="executors")
    assert config(docs)["TCLOUD_URL"] == "http://heddle:8080/sqlmesh/your-organization/your-project"
    assert config(docs)[GATEWAY_A + "HOST"] == "your-database-host"
    assert secrets(docs) == {"TCLOUD_CLIENT_SECRET": "your-client-secret"}


def review(page):
    assert page.shell("04-review.sh") == (page.folder / "generated-manifests.yaml").read_text()


def apply(page):
    """Without a cluster: what would be applied is what the API's own schemas admit."""
    manifests = page.folder / "generated-manifests.yaml"
    assert (PAGE / "05-apply.sh").read_text().endswith("kubectl apply -f generated-manifests.yaml\n")
    done = helm.run([helm.tools / "bin/kubeconform", "-strict", "-schema-location", helm.schema_location(), manifests])
    assert done.returncode == 0, done.stdout + done.stderr


def gateway(page):
    variables = config(page.render("06-gateway.yaml"))
    expected = {"TYPE": "postgres", "HOST": "your-db-host", "PORT": "5432", "DATABASE": "sqlmesh", "USER": "sqlmesh_user"}
    assert {GATEWAY_A + k: v for k, v in expected.items()}.items() <= variables.items()
    assert variables["SQLMESH__DEFAULT_GATEWAY"] == "gateway_a"


def detection(page):
    """The comments of the block say which is secret; so it is."""
    text = (PAGE / "07-detection.yaml").read_text()
    docs = page.render("07-detection.yaml")
    hidden, plain = secrets(docs), config(docs)
    said = re.findall(r"^ +(\w+): +\"?([^\s\"#]+)\"? +# (Not a secret|Automatically treated as a secret)", text, re.M)
    assert len(said) == 8
    names = {"clientId": "TCLOUD_CLIENT_ID", "clientSecret": "TCLOUD_CLIENT_SECRET"}
    for name, value, what in said:
        variable = names.get(name, GATEWAY_A + name.upper())
        there, elsewhere = (plain, hidden) if what == "Not a secret" else (hidden, plain)
        assert there[variable] == value and variable not in elsewhere, f"{name}: {what}"


def overrides(page):
    params = ["access_key=a", "certificate=b", "token_endpoint=c", "password_policy=d", "Password=e"]
    docs = page.render("08-overrides.yaml", sets=[f"global.sqlmesh.gateways.gateway_a.connection.{p}" for p in params])
    assert secrets(docs).keys() == {"TCLOUD_CLIENT_SECRET", *(GATEWAY_A + p for p in ("ACCESS_KEY", "CERTIFICATE", "PASSWORD"))}
    assert config(docs)[GATEWAY_A + "TOKEN_ENDPOINT"] == "c" and config(docs)[GATEWAY_A + "PASSWORD_POLICY"] == "d"


def plain_values(page):
    docs = page.render("09-plain-values.yaml")
    assert secrets(docs)["TCLOUD_CLIENT_SECRET"] == "your-tobiko-cloud-client-secret"
    assert config(docs)["TCLOUD_CLIENT_ID"] == "your-tobiko-cloud-client-id"


def nothing_shadows(docs, name):
    for entry in container(docs, name)["env"]:
        assert not re.match("SQLMESH__|TCLOUD_(URL|CLIENT)", entry["name"]), f"env {entry['name']} would shadow a Secret"


def existing_secret(page):
    docs = page.render("10-existing-secret.yaml", sets=NO_SECRET)
    assert not every(docs, "Secret")
    for name in (APPLY, RUN):
        assert env_from(docs, name)[-1] == "my-existing-secret"
        nothing_shadows(docs, name)


def secret_each(page):
    docs = page.render("11-secret-each.yaml", sets=NO_SECRET)
    assert env_from(docs, APPLY)[-1] == "apply-executor-secrets"
    assert env_from(docs, RUN)[-1] == "run-executor-secrets"
    both = page.render("10-existing-secret.yaml", "11-secret-each.yaml", sets=NO_SECRET)
    assert env_from(both, APPLY)[-2:] == ["my-existing-secret", "apply-executor-secrets"]
    mounted = next(v for v in pod(both, APPLY)["volumes"] if v["name"] == "secrets")["projected"]["sources"]
    assert [s["secret"]["name"] for s in mounted] == ["my-existing-secret", "apply-executor-secrets"]


def external_secrets(page):
    docs = page.render("12-external-secrets.yaml", sets=[*NO_SECRET, "global.sqlmesh.gateways.gateway_a.connection.password="])
    external = one(docs, "ExternalSecret")
    assert external["apiVersion"] == "external-secrets.io/v1"
    assert external["spec"]["secretStoreRef"] == {"kind": "SecretStore", "name": "aws-secretsmanager"}
    keys = {d["secretKey"]: d["remoteRef"]["key"] for d in external["spec"]["data"]}
    assert keys == {"TCLOUD_CLIENT_SECRET": "sqlmesh/tcloud-client-secret",
                    GATEWAY_A + "PASSWORD": "sqlmesh/sqlmesh-gateway-gateway_a-password"}
    for name in (APPLY, RUN):
        assert external["spec"]["target"]["name"] in env_from(docs, name)


def create_secret(page):
    """The keys that the page gives a Secret are the variables that the chart would make."""
    command = (PAGE / "13-create-secret.sh").read_text().rstrip() + " --dry-run=client -o yaml\n"
    done = helm.run(["bash", "-euc", command], cwd=page.folder)
    assert done.returncode == 0, done.stderr
    made = yaml.safe_load(done.stdout)
    params = ["gateway_a.connection.password", "gateway_a.connection.api_token", "gateway_b.connection.client_secret"]
    ours = secrets(page.render(sets=[f"global.sqlmesh.gateways.{p}=x" for p in params]))
    assert made["data"].keys() == ours.keys() and made["metadata"]["name"] == "my-sqlmesh-secrets"


def reference_secret(page):
    docs = page.render("14-reference-secret.yaml", sets=NO_SECRET)
    assert not every(docs, "Secret")
    assert config(docs)["SQLMESH__GATEWAYS__GATEWAY_B__CONNECTION__TYPE"] == "snowflake"
    for name in (APPLY, RUN):
        assert env_from(docs, name)[-1] == "my-sqlmesh-secrets"
        nothing_shadows(docs, name)


def whole_example(page):
    docs = template(page.version, page.chart, [PAGE / "15-whole-example.yaml"], release=RELEASE)
    for name, kind, replicas in ((APPLY, "apply", 1), (RUN, "run", 2)):
        assert one(docs, "Deployment", name)["spec"]["replicas"] == replicas
        executor = container(docs, name)
        assert executor["image"] == "tobikodata/tcloud:latest" and executor["args"] == ["executor", kind]
        assert executor["readinessProbe"]["exec"]["command"] == ["/app/pex", "executor", kind, "--check"]
        assert env_from(docs, name)[-1] == "my-sqlmesh-secrets"


def environment(page):
    docs = page.render("16-environment.yaml")
    for name in (APPLY, RUN):
        assert {"name": "MY_CUSTOM_ENV_VAR", "value": "my_value"} in container(docs, name)["env"]


def resources(page):
    docs = page.render("17-resources.yaml")
    assert container(docs, APPLY)["resources"] == yaml.safe_load((PAGE / "17-resources.yaml").read_text())["apply"]["resources"]
    assert "resources" not in container(docs, RUN)


def selectors(name):
    return re.findall(r"-l (\S+)", (PAGE / name).read_text())


def get_pods(page):
    """The page's selector finds the pods of the page's output, and nothing else."""
    found = [name for name, labels in pods(page.render()) if matches(selectors("18-get-pods.sh")[0], labels)]
    printed = (PAGE / "19-pods.txt").read_text().splitlines()[1:]
    assert len(printed) == len(found) == 2
    for name, line in zip(found, printed):
        assert line.startswith(name), line


def logs(page):
    everything = pods(page.render())
    found = [[name for name, labels in everything if matches(s, labels)] for s in selectors("20-logs.sh")]
    assert found == [[APPLY + "-"], [RUN + "-"]], found


BLOCKS = {
    "01-values-file.sh": values_file, "02-install.sh": None, "03-template.sh": template_from_registry,
    "04-review.sh": review, "05-apply.sh": apply, "06-gateway.yaml": gateway, "07-detection.yaml": detection,
    "08-overrides.yaml": overrides, "09-plain-values.yaml": plain_values, "10-existing-secret.yaml": existing_secret,
    "11-secret-each.yaml": secret_each, "12-external-secrets.yaml": external_secrets,
    "13-create-secret.sh": create_secret, "14-reference-secret.yaml": reference_secret,
    "15-whole-example.yaml": whole_example, "16-environment.yaml": environment, "17-resources.yaml": resources,
    "18-get-pods.sh": get_pods, "19-pods.txt": get_pods, "20-logs.sh": logs,
}


def install(page, cluster):
    """`helm install oci://…` with whatever cluster KUBECONFIG names; tests/k8s goes on from here."""
    space = "heddle-chart-" + page.version.replace(".", "-")
    assert helm.run(["kubectl", "create", "namespace", space], env=cluster).returncode == 0
    here = {**cluster, "HELM_NAMESPACE": space}
    try:
        done = page.shell("02-install.sh", here)
        assert "executors-apply  (1)" in done, done
        page.shell("03-template.sh", here)
        strict = ["kubectl", "apply", "--dry-run=server", "--validate=strict", "-f", page.folder / "generated-manifests.yaml"]
        tried = helm.run(strict, env=cluster)
        assert tried.returncode == 0, tried.stderr
    finally:
        helm.helm(page.version, "uninstall", "executors", env=here)
        helm.run(["kubectl", "delete", "namespace", space, "--wait=false"], env=cluster)
