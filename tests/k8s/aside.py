"""Steps of tests/k8s/run that go on beside the project's runs: ways to hold secrets, the page's "Common issues", `helm test`, a
backup and what it is good for."""
import concurrent.futures
import json
import os
import re
import shutil
import time

from cluster import Forward, NAMESPACE, ROOT, VERSION, apply, helm, is_ready, kubectl, pods, wait_for
from world import developer_of, documented, logs

PASSWORD = "global.sqlmesh.gateways.gateway_a.connection.password="
STORE = """
apiVersion: external-secrets.io/v1
kind: SecretStore
metadata: {name: aws-secretsmanager}
spec:
  provider:
    fake:
      data:
        - {key: sqlmesh/tcloud-client-secret, value: your-client-secret}
        - {key: sqlmesh/sqlmesh-gateway-gateway_a-password, value: your-password}
"""
EXTERNAL = "secrets: {externalSecrets: {enabled: true, secretStore: aws-secretsmanager, keyPrefix: sqlmesh/}}\n"


def ways_to_hold_secrets(w, tally):
    for kind in ("apply", "run"):
        kubectl("create", "secret", "generic", f"{kind}-executor-secrets", "--from-literal=TCLOUD_CLIENT_SECRET=your-client-secret",
                "--from-literal=SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__PASSWORD=your-password")
    ways = {
        "by-values": ("secrets in values", "", ["--set", "global.cloud.clientSecret=your-client-secret", "--set", PASSWORD + "your-password"]),
        "by-env": ("envFromSecret alone", "", ["--set", "apply.envFromSecret=apply-executor-secrets", "--set", "run.envFromSecret=run-executor-secrets"]),
    }
    if "externalsecrets" in kubectl("api-resources", "--api-group=external-secrets.io", "-o", "name", good=False).stdout:
        apply(STORE)
        ways["by-eso"] = ("External Secrets, one entry each", EXTERNAL, ["--set-string", PASSWORD])
        ways["by-find"] = ("External Secrets, find", EXTERNAL, ["--set", "secrets.externalSecrets.find=true"])
    elif tally.check("the External Secrets Operator is there", not os.environ.get("HEDDLE_CI")):
        print("skipped: External Secrets, whose operator is not in this cluster\n1 skipped")
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        todo = {r: pool.submit(w.install_others, r, secrets, *more) for r, (_, secrets, more) in ways.items()}
        for release, future in todo.items():
            tally.check(f"{ways[release][0]}: executors are ready", future.exception() is None,
                        f"{future.exception()}\n{kubectl('get', 'pods', good=False).stdout}\n"
                        f"{kubectl('logs', '-l', f'app.kubernetes.io/instance={release}', good=False).stdout}")
    helm("uninstall", *ways, "--wait=false")


def not_ready(release, words):
    """It runs, is not ready, and its log says why."""
    found = pods(f"app.kubernetes.io/instance={release},app.kubernetes.io/component=apply-executor")
    line = next((line for line in logs(release, "apply", "--tail=-1").splitlines() if re.search(words, line)), None)
    return bool(found) and not any(map(is_ready, found)) and line


def common_issues(w, tally):
    """The page's "Common issues": client id or secret, SQL engine, permissions."""
    good = ["--set", "global.cloud.clientSecret=your-client-secret", "--set", PASSWORD + "your-password", "--set", "run.enabled=false"]
    user = "global.sqlmesh.gateways.gateway_a.connection.user="
    kubectl("create", "secret", "generic", "developers-own", f"--from-literal=TCLOUD_CLIENT_SECRET={w.api.secret}",
            "--from-literal=SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__PASSWORD=your-password")
    w.sql("CREATE ROLE reader LOGIN PASSWORD 'your-password'")
    developer = ["--set", "global.cloud.clientId=developer,global.cloud.project=my-project,global.cloud.clientSecret=,secrets.existingSecret=developers-own"]
    issues = {
        "wrong-id": ("a wrong client id", "There is no client of this id with this secret", ["--set", "global.cloud.clientId=nobody"]),
        "wrong-secret": ("a wrong client secret", "There is no client of this id with this secret", ["--set", "global.cloud.clientSecret=not-the-secret-of-it"]),
        "wrong-password": ("a wrong database password", "password authentication failed", ["--set", PASSWORD + "not-the-password"]),
        "wrong-host": ("a database host there is not", "could not translate host name", ["--set", "global.sqlmesh.gateways.gateway_a.connection.host=no-such-host"]),
        "no-role": ("a client that may not do an executor's work", "A client of role developer .* may not do this", developer),
        "no-right": ("a database user that may make nothing", r'GRANT CREATE ON DATABASE \W*sqlmesh\W* TO \W*reader\b', ["--set", user + "reader"]),
    }
    for release, (_, _, more) in issues.items():
        w.install_others(release, "", *good, *more, wait=False)
    for release, (what, words, _) in issues.items():
        try:
            seen = wait_for(60, what, lambda: not_ready(release, words))
        except RuntimeError:
            seen = ""
        said = logs(release, "apply", "--tail=-1")
        tally.check(f"{what}: not ready, and the log says why: {seen[-160:]}", seen,
                    kubectl("get", "pods", "-l", f"app.kubernetes.io/instance={release}").stdout + said)
        tally.check(f"{what}: without the secret in it", not re.search("not-the|your-password|your-client-secret", said) and w.api.secret not in said)
    w.sql("GRANT CREATE ON DATABASE sqlmesh TO reader")
    selector = "app.kubernetes.io/instance=no-right"
    wait_for(70, "the executor's next look at its rights", lambda: all(map(is_ready, pods(selector))))
    tally.check("given that right, it is ready without a restart", all(
        s["restartCount"] == 0 for p in pods(selector) for s in p["status"]["containerStatuses"]))
    helm("uninstall", *issues, "--wait=false")


def helm_tests(w, tally):
    for begins, release, says in (("test executors", "my-executors", "gateway gateway_a: it is open"), ("test heddle", "heddle", "prod")):
        r = helm(*documented(begins, release, w.values), good=False)
        tally.check(f"helm test {release}", r.returncode == 0 and says in r.stdout, r.stdout + r.stderr)


# ---- network policies ----

def tries(release):
    """What a new look at control plane and warehouse says."""
    return kubectl("exec", f"deploy/{release}-apply", "--", "/app/pex", "doctor", good=False).stdout


def is_shut_out(what):
    return lambda: re.search(rf"^failed +{what}", tries("fenced"), re.M)


def network_policies(w, tally):
    """Executors reach what their policy names, through a Service of another port than its pods', too, and nothing else."""
    kubectl("expose", "deploy/heddle", "--name=plain", "--port=80", "--target-port=8080")
    chart = ["--set", "global.cloud.clientSecret=your-client-secret", "--set", PASSWORD + "your-password", "--set",
              "run.enabled=false,global.cloud.baseUrl=http://plain,networkPolicy.enabled=true"]
    w.install_others("fenced", "", *chart)
    w.install_others("fenced", "", *chart, "--set", "networkPolicy.warehouse.ports={1}", wait=False)
    try:
        wait_for(15, "a policy's effect", is_shut_out("gateway"))
        w.enforces = True
    except RuntimeError:
        if tally.check("policies are enforced in this cluster", not os.environ.get("HEDDLE_CI"), tries("fenced")):
            print("skipped: network policies, which this cluster does not enforce\n1 skipped")
        return
    tally.check("a policy without the warehouse's port shuts executors out of it", "ok         login" in tries("fenced"))
    w.install_others("fenced", "", *chart, "--set", "networkPolicy.controlPlane.ports={80}", wait=False)
    tally.check("one with the port of the control plane's Service, and without that of its pods, of that", wait_for(15, "a policy's effect", is_shut_out("connection")))
    w.install_others("fenced", "", *chart, wait=False)
    tally.check("with the chart's own ports they reach both", wait_for(15, "a policy's effect", lambda: "ok         gateway gateway_a: it is open" in tries("fenced")))
    helm("uninstall", "fenced", "--wait=false")


def connects(host):
    """From the pod with the label app=postgres."""
    return kubectl("exec", "deploy/postgres", "--", "timeout", "5", "bash", "-c", f"exec 3<>/dev/tcp/{host}/8080", good=False).returncode == 0


# ---- the vendor's image ----

WHOLE_EXAMPLE = ROOT / "tests/chart/page/15-whole-example.yaml"
VENDORS = ("global.image.repository=localhost/tobikodata/tcloud,global.cloud.baseUrl=http://plane:8080,"
           "global.sqlmesh.gateways.gateway_a.connection.database=vendors,probes.readiness.periodSeconds=5")
PLANE = "state.postgres.existingSecret=,state.postgres.ca.secret=,state.persistence.enabled=false,backup.enabled=false,admin.existingSecret="


def versions(pattern, text):
    return set(re.findall(pattern + r"\W*([0-9a-f]{64})", text))


def vendors_image(w, tally):
    """The page's whole example, whose image holds python3 and the public client, and a control plane of its own, whose clock goes by itself:
    the client installs our executor, which works. Its probe is asked more often than every 30 seconds, for the test's sake."""
    helm("install", "plane", ROOT / "charts/heddle", "-f", w.heddle_values, "--set", PLANE, "--wait", "--timeout", "90s")
    w.sql("CREATE DATABASE vendors OWNER sqlmesh_user")
    r = helm("install", "vendors", ROOT / "charts/hybrid-executors", "-f", WHOLE_EXAMPLE, "--set", VENDORS, "--wait", "--timeout", "150s", good=False)
    said = "".join(logs("vendors", kind, "--tail=-1", "--prefix") for kind in ("apply", "run"))
    ready = [p for p in pods("app.kubernetes.io/instance=vendors") if is_ready(p)]
    if tally.check("the page's whole example, with the vendor's image: its pods are ready", r.returncode == 0 and len(ready) == 3, r.stderr + said):
        served = versions("executors can be installed from here.*version", kubectl("logs", "deploy/plane", "-c", "server", "--tail=-1").stdout)
        installed = versions("target executor version", said)
        tally.check("they installed the executor that the control plane serves", len(served) == 1 and installed == served, f"{installed} {served}\n{said}")
        forward = Forward("plane", 8080)
        try:
            its_work(w, tally, developer_of("plane", forward))
        finally:
            forward.stop()
    helm("uninstall", "vendors", "plane", "--wait=false")
    kubectl("delete", "pods", "-l", "app.kubernetes.io/instance=vendors", "--grace-period=1", "--wait=false")  # it is deaf to SIGTERM


def its_work(w, tally, developer):
    """A plan as of yesterday, and the run that is due after it."""
    developer.get("environments")  # once the forward leads there
    shutil.copytree(ROOT / "examples/shop", w.folder / "vendors")
    yesterday = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86400))
    r = w.heddle("plan", "--auto-apply", "--no-prompts", "--execution-time", yesterday, api=developer, folder="vendors", offset=0)
    tally.check("... a plan is carried out by it", r.returncode == 0, r.stdout + r.stderr + logs("vendors", "apply", "--tail=40"))
    run = wait_for(60, "a run of the vendor's image", lambda: next(
        (x for x in developer.get("runs?environment=prod&limit=20")["runs"] if x.get("ended_ms")), None))
    done = developer.get(f"evaluations?run_id={run['id']}&limit=500")["evaluations"]
    by = {e["executor"].rsplit("-", 2)[0] for e in done}
    tally.check("... and a due run", run["status"] == "success" and by == {"vendors-run"}, f"{run} {by}\n" + logs("vendors", "run", "--tail=40"))


# ---- backups ----

CLAIM = """
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: backups}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 100Mi}}CLASS}
"""
# Where no StorageClass makes volumes: a folder of the node, which its owner opens to all.
VOLUME = """
apiVersion: v1
kind: PersistentVolume
metadata: {name: NAMESPACE-backups}
spec:
  capacity: {storage: 100Mi}
  accessModes: [ReadWriteOnce]
  storageClassName: ""
  claimRef: {namespace: NAMESPACE, name: backups}
  hostPath: {path: /var/tmp/NAMESPACE-backups, type: DirectoryOrCreate}
---
apiVersion: v1
kind: Pod
metadata: {name: open-folder, namespace: NAMESPACE}
spec:
  restartPolicy: Never
  containers:
    - name: open-folder
      image: heddle-test-postgres:15
      imagePullPolicy: IfNotPresent
      securityContext: {runAsUser: 0}
      command: [sh, -c, "rm -rf /folder/* && chmod 777 /folder"]
      volumeMounts: [{name: folder, mountPath: /folder}]
  volumes: [{name: folder, hostPath: {path: /var/tmp/NAMESPACE-backups, type: DirectoryOrCreate}}]
"""
RESTORE = f"""
apiVersion: v1
kind: Pod
metadata: {{name: restore}}
spec:
  restartPolicy: Never
  securityContext: {{runAsUser: 65532, runAsGroup: 65532, runAsNonRoot: true}}
  containers:
    - name: restore
      image: heddle:{VERSION}
      imagePullPolicy: IfNotPresent
      args: [state, restore, /backups/FILE]
      env: [{{name: HEDDLE_STATE, value: "postgresql://admin:admin-password@my-db-host/restored"}}]
      volumeMounts: [{{name: backups, mountPath: /backups}}]
  volumes: [{{name: backups, persistentVolumeClaim: {{claimName: backups}}}}]
"""


def makes_volumes():
    classes = json.loads(kubectl("get", "storageclass", "-o", "json").stdout)["items"]
    return any(c["metadata"].get("annotations", {}).get("storageclass.kubernetes.io/is-default-class") == "true" for c in classes)


def make_claim():
    by_hand = not makes_volumes()
    if by_hand:
        forget_claim()
        apply(VOLUME.replace("NAMESPACE", NAMESPACE))
    apply(CLAIM.replace("CLASS", ', storageClassName: ""' if by_hand else ""))


def forget_claim():
    kubectl("delete", "persistentvolume", f"{NAMESPACE}-backups", "--ignore-not-found", "--wait=false", good=False)


def phase(pod):
    return json.loads(kubectl("get", "pod", pod, "-o", "json").stdout)["status"]["phase"]


def backup(w, tally):
    """The CronJob's job, once; a control plane on what it wrote knows what this one does."""
    kubectl("create", "job", "backup-now", "--from=cronjob/heddle-backup")
    kubectl("wait", "--for=condition=complete", "job/backup-now", "--timeout=60s")
    pod = pods("job-name=backup-now")[0]["metadata"]["name"]
    tally.check("the CronJob's job takes a backup", "rows" in kubectl("logs", pod).stdout, kubectl("logs", pod).stdout)
    w.sql("CREATE DATABASE restored")
    apply(RESTORE.replace("FILE", f"{pod}.jsonl"))
    wait_for(60, "the end of the restore", lambda: phase("restore") in ("Succeeded", "Failed"))
    if not tally.check("the backup restores", phase("restore") == "Succeeded", kubectl("logs", "restore").stdout):
        return
    kubectl("create", "secret", "generic", "restored-state", "--from-literal=url=postgresql://admin:admin-password@my-db-host/restored?sslmode=verify-full")
    helm("install", "restored", ROOT / "charts/heddle", "-f", w.heddle_values, *w.clock(), "--set",
         "state.postgres.existingSecret=restored-state,server.scheduler=false,backup.enabled=false,tls.existingSecret=certificate,tls.caKey=ca.crt", "--wait", "--timeout", "90s")
    r = helm("test", "restored", "--logs", good=False)
    tally.check("a control plane on the restored state, which speaks HTTPS itself, knows the environment", r.returncode == 0 and "prod" in r.stdout, r.stdout + r.stderr)
    for label, says in (("nobody", "... which its policy shuts off"), ("postgres", "... and opens to whom it names")) if w.enforces else ():
        helm("upgrade", "restored", ROOT / "charts/heddle", "--reuse-values", "--set",
             f"networkPolicy.enabled=true,networkPolicy.from[0].podSelector.matchLabels.app={label}")
        wait_for(15, "a policy's effect", lambda: connects("restored") == (label == "postgres"))
        tally.check(says, True)
    helm("uninstall", "restored", "--wait=false")


LANES = ((helm_tests, ways_to_hold_secrets, common_issues, network_policies, backup), (vendors_image,))
