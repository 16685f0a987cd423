"""What tests/k8s/run installs and moves: PostgreSQL, both charts, a project whose slow models wait at a gate."""
import os
import re
import shutil
import threading
import time

from cluster import (Api, Forward, ROOT, VERSION, apply, command, helm, is_ready, kubectl, pods, secret_value, wait_for)

BEGAN = time.monotonic()
DAY = 86400_000
SLOW = 8

POSTGRES = """
apiVersion: v1
kind: Service
metadata: {name: my-db-host}
spec: {selector: {app: postgres}, ports: [{port: 5432}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: postgres}
spec:
  selector: {matchLabels: {app: postgres}}
  template:
    metadata: {labels: {app: postgres}}
    spec:
      terminationGracePeriodSeconds: 1
      securityContext: {fsGroup: 999}
      volumes: [{name: tls, secret: {secretName: certificate, defaultMode: 0440}}]
      containers:
        - name: postgres
          image: heddle-test-postgres:15
          imagePullPolicy: IfNotPresent
          command: [start, -c, ssl=on, -c, ssl_cert_file=/tls/tls.crt, -c, ssl_key_file=/tls/tls.key]
          volumeMounts: [{name: tls, mountPath: /tls}]
          env:
            - {name: POSTGRES_USER, value: admin}
            - {name: POSTGRES_PASSWORD, value: admin-password}
            - {name: POSTGRES_DB, value: heddle}
          readinessProbe: {exec: {command: [pg_isready, -h, 127.0.0.1, -U, admin]}, periodSeconds: 1}
"""

# As the page writes it, for one project.
VALUES = """
secrets:
  existingSecret: "my-sqlmesh-secrets"
global:
  cloud:
    org: "my-organization"
    project: "my-project"
    clientId: "your-client-id"
  sqlmesh:
    gateways:
      gateway_a:
        connection:
          type: postgres
          host: "my-db-host"
          port: 5432
          database: "sqlmesh"
          user: "sqlmesh_user"
          concurrent_tasks: 2
  image:
    tag: "VERSION"
drainSeconds: 60
""".replace("VERSION", VERSION)

# `others` is the executors' client of another project: what those do is nobody else's business.
HEDDLE_VALUES = """
global: {cloud: {org: my-organization, project: my-project, clientId: your-client-id}}
secrets: {existingSecret: my-sqlmesh-secrets}
state: {postgres: {existingSecret: heddle-state, ca: {secret: certificate}}}
metrics: {existingSecret: heddle-metrics}
admin: {existingSecret: heddle-admin}
clients:
  developer: {role: developer}
  others: {role: executor, project: other-project, existingSecret: my-sqlmesh-secrets}
backup: {enabled: true, existingClaim: backups}
image: {tag: VERSION}
""".replace("VERSION", VERSION)

GATE = """
CREATE SCHEMA control;
CREATE TABLE control.gate AS SELECT 1 AS id, true AS open;
GRANT USAGE ON SCHEMA control TO sqlmesh_user;
GRANT SELECT ON control.gate TO sqlmesh_user;
CREATE FUNCTION public.wait_at_gate() RETURNS INT LANGUAGE plpgsql VOLATILE AS $$
BEGIN
    WHILE NOT (SELECT open FROM control.gate) LOOP
        PERFORM pg_sleep(0.05);
    END LOOP;
    RETURN 1;
END $$;
"""


def developer_of(release, forward):
    """A developer's client of a control plane."""
    return Api(forward.port, "/sqlmesh/my-organization/my-project", "developer", secret_value(f"{release}-client-developer", "TCLOUD_CLIENT_SECRET"))


def documented(begins, release, values):
    """The words of the command of charts/UPGRADING.md that begins so, with this release and file of values instead."""
    line = re.search(rf"`helm ({begins}( [^`]*)?)`", (ROOT / "charts/UPGRADING.md").read_text())[1]
    words = line.replace("my-values.yaml", str(values)).split()
    return [words[0], release, *words[2:]]


class Tally:
    """Counts what was found; two steps may be at work at the same time."""

    def __init__(self):
        self.passed = self.failed = 0
        self.lock = threading.Lock()

    def check(self, what, good, why=""):
        with self.lock:
            self.passed, self.failed = (self.passed + 1, self.failed) if good else (self.passed, self.failed + 1)
            print(f"{'ok  ' if good else 'FAIL'} {time.monotonic() - BEGAN:5.0f} s  {what}", flush=True)
            if not good and why:
                print("        " + str(why)[-4000:].replace("\n", "\n        "), flush=True)
        return good


class World:
    def __init__(self, folder, heddle):
        self.folder, self.program, self.offset = folder, heddle, -8 * DAY
        self.values, self.heddle_values = folder / "my-values.yaml", folder / "heddle-values.yaml"
        self.values.write_text(VALUES)
        self.heddle_values.write_text(HEDDLE_VALUES)
        self.forward = self.api = None
        self.enforces = False  # NetworkPolicies, as far as is known

    def sql(self, text, database="sqlmesh"):
        return kubectl("exec", "deploy/postgres", "--", "psql", "-h", "/tmp", "-U", "admin", "-d", database, "-qAtX",
                       "-v", "ON_ERROR_STOP=1", "-c", text).stdout.strip()

    def make_certificate(self):
        """Of a CA of its own, for PostgreSQL and for the control plane that a backup is restored in."""
        key, crt = self.folder / "tls.key", self.folder / "tls.crt"
        command("openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", crt, "-days", "30", "-subj", "/CN=test",
                "-addext", "subjectAltName=DNS:my-db-host,DNS:restored")
        kubectl("create", "secret", "generic", "certificate", f"--from-file={key}", f"--from-file={crt}", f"--from-file=ca.crt={crt}")

    def make_postgres(self):
        self.make_certificate()
        apply(POSTGRES)
        kubectl("rollout", "status", "deploy/postgres", "--timeout=120s")
        wait_for(30, "PostgreSQL's answer", lambda: kubectl("exec", "deploy/postgres", "--", "psql", "-h", "/tmp", "-U", "admin", "-d",
                                                           "heddle", "-c", "SELECT 1", good=False).returncode == 0)
        self.sql("CREATE ROLE sqlmesh_user LOGIN PASSWORD 'your-password'", "heddle")
        self.sql("CREATE DATABASE sqlmesh OWNER sqlmesh_user", "heddle")
        self.sql(GATE)

    def gate(self, is_open):
        """The slow models wait while it is closed."""
        self.sql(f"UPDATE control.gate SET open = {is_open}")

    def clock(self):
        return ["--set", "extraEnvVars[0].name=HEDDLE_CLOCK_OFFSET_MS", "--set-string", f"extraEnvVars[0].value={self.offset}"]

    def install_control_plane(self):
        kubectl("create", "secret", "generic", "heddle-state", "--from-literal=url=postgresql://admin:admin-password@my-db-host/heddle?sslmode=verify-full")
        kubectl("create", "secret", "generic", "heddle-metrics", "--from-literal=token=the-token-of-metrics")
        kubectl("create", "secret", "generic", "heddle-admin", "--from-literal=password=the-admins-password")
        helm("install", "heddle", ROOT / "charts/heddle", "-f", self.heddle_values, *self.clock(), "--wait", "--timeout", "90s")
        self.forward = Forward("heddle", 8080)
        self.api = developer_of("heddle", self.forward)

    def upgrade_control_plane(self, *more):
        helm(*documented("upgrade heddle", "heddle", self.heddle_values), *self.clock(), *more, "--timeout", "120s", cwd=ROOT)
        self.forward.again()

    def upgrade_executors(self, *more, wait=True):
        words = documented("upgrade executors", "my-executors", self.values)
        helm(*(words if wait else words[:-1]), *more, "--timeout", "120s", cwd=ROOT)

    def install_others(self, release, secrets, *more, wait=True):
        """Executors of the other project, which take no work away from the page's."""
        values = self.folder / f"{release}.yaml"
        values.write_text(VALUES.replace("secrets:\n  existingSecret: \"my-sqlmesh-secrets\"\n", secrets))
        helm("upgrade", "--install", release, ROOT / "charts/hybrid-executors", "-f", values, "--set", "tests.enabled=false", "--set",
             "global.cloud.clientId=others,global.cloud.project=other-project", *more, *(["--wait", "--timeout", "90s"] if wait else []))

    def heddle(self, *words, api=None, folder="shop", offset=None):
        """The command line on an engineer's machine, in the shop's folder."""
        api = api or self.api
        here = {k: v for k, v in os.environ.items() if not k.startswith(("TCLOUD_", "SQLMESH__", "HEDDLE_"))}
        return command(self.program, *words, cwd=self.folder / folder, good=False, env={
            **here, "TCLOUD_URL": api.base + api.path, "TCLOUD_CLIENT_ID": api.client, "TCLOUD_CLIENT_SECRET": api.secret,
            "HEDDLE_CLOCK_OFFSET_MS": str(self.offset if offset is None else offset), "SQLMESH__DEFAULT_GATEWAY": "gateway_a",
            "SQLMESH__GATEWAYS__GATEWAY_A__CONNECTION__TYPE": "postgres", "SQLMESH__MODEL_DEFAULTS__DIALECT": "postgres",
            "SHOP_START": time.strftime("%Y-%m-%d", time.gmtime(time.time() - 20 * 86400))})

    def copy_shop(self):
        """The shop, and models beside it that wait as long as the test wants."""
        shutil.copytree(ROOT / "examples/shop", self.folder / "shop")
        for i in range(1, SLOW + 1):
            (self.folder / f"shop/models/slow_{i}.sql").write_text(
                f"MODEL (name slow.number_{i}, kind FULL);\n"
                f"SELECT id::INT AS id, {i}::INT AS n FROM control.gate WHERE WAIT_AT_GATE() = 1\n")

    # ---- runs ----

    def runs(self):
        return self.api.get("runs?environment=prod&limit=20")["runs"]

    def begin_run(self, is_open, *more):
        """A day passes, and the scheduler begins a run; the server is another one afterwards."""
        before = max((r["id"] for r in self.runs()), default="")
        self.gate(is_open)
        self.offset += DAY
        self.upgrade_control_plane(*more)
        return wait_for(60, "the scheduler's run", lambda: max((r["id"] for r in self.runs() if r["id"] > before), default=None))

    def evaluations(self, run):
        return self.api.get(f"evaluations?run_id={run}&limit=500")["evaluations"]

    def running(self, run):
        """Slow models that are being filled, each with its executor."""
        return [e for e in self.evaluations(run) if not e.get("ended_ms") and "slow" in e["snapshot_name"]]

    def end_of(self, run):
        return next((r for r in self.runs() if r["id"] == run and r.get("ended_ms")), None)


def logs(release, kind, *more):
    """The page's command."""
    return kubectl("logs", "-l", f"app.kubernetes.io/instance={release},app.kubernetes.io/component={kind}-executor", *more, good=False).stdout


def ready_pods(release, kind):
    return [p for p in pods(f"app.kubernetes.io/instance={release},app.kubernetes.io/component={kind}-executor") if is_ready(p)]
