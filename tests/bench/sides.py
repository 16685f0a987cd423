"""The programs that are compared: Heddle by itself, Heddle with a server and an executor, SQLMesh."""

import json
import os
import pathlib
import subprocess

CACHE = pathlib.Path(os.environ.get("HEDDLE_CACHE") or
                     pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "heddle")
HEDDLE = pathlib.Path("build/heddle").resolve()
SQLMESH = CACHE / "oracle/bin/sqlmesh"
ORACLE = CACHE / "oracle/bin/python"

QUIET = {"HEDDLE_DRIVERS": os.environ.get("HEDDLE_DRIVERS", str(CACHE / "deps/lib")),
         "SQLMESH__DISABLE_ANONYMIZED_ANALYTICS": "true"}


def clean_environment(home):
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("TCLOUD_", "SQLMESH__", "HEDDLE_"))}
    os.environ.clear()
    os.environ.update({**kept, **QUIET, "HOME": str(home)})


class Local:
    name = "Heddle"

    def __init__(self, folder):
        self.folder = folder
        self.environment = {}

    def command(self, *words):
        return [HEDDLE, *words]

    def end(self):
        pass


class Served(Local):
    """The same commands against a server with an executor, all on loopback."""

    name = "Heddle, with a server"

    def __init__(self, folder):
        super().__init__(folder)
        self.children = []
        state = f"sqlite:{folder}/server.db"
        base = self.start("server", "--listen", "127.0.0.1:0", "--state", state, "--no-scheduler")
        url = base.stdout.readline().strip() + "/sqlmesh/acme/bench"
        gateway = {"SQLMESH__DEFAULT_GATEWAY": "main", "SQLMESH__GATEWAYS__MAIN__CONNECTION__TYPE": "duckdb",
                   "SQLMESH__GATEWAYS__MAIN__CONNECTION__DATABASE": f"{folder}/house.duckdb"}
        self.server = base
        self.environment = {"TCLOUD_URL": url, **self.client(state, "developer")}
        self.executor = self.start("executor", "apply", environment={
            **gateway, "TCLOUD_URL": url, **self.client(state, "executor")})
        self.wait_for_gateway()

    def start(self, *words, environment=None):
        child = subprocess.Popen([HEDDLE, *words], cwd=self.folder, env={**os.environ, **(environment or {})},
                                 stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
        self.children.append(child)
        return child

    def client(self, state, role):
        made = json.loads(subprocess.check_output(
            [HEDDLE, "client", "create", "--state", state, "--org", "acme", "--project", "bench", "--name", role,
             "--role", role, "--json"]))
        return {"TCLOUD_CLIENT_ID": made["client_id"], "TCLOUD_CLIENT_SECRET": made["client_secret"]}

    def wait_for_gateway(self):
        while subprocess.run([HEDDLE, "fetchdf", "SELECT 1"], cwd=self.folder, capture_output=True,
                             env={**os.environ, **self.environment}).returncode:
            if self.executor.poll() is not None:
                raise RuntimeError("the executor has ended")

    def end(self):
        for child in reversed(self.children):
            child.terminate()
            child.wait()


class Sqlmesh(Local):
    name = "SQLMesh"

    def command(self, *words):
        return [SQLMESH, *words]
