"""What the tests of the file that `make artifact` builds share: the file, a control plane that serves it, and those who
install it: the public command line in a root file system of its own, of this machine's or another architecture.
"""

import hashlib
import json
import os
import pathlib
import shutil
import sqlite3
import subprocess
import sys
import zipfile

from rig import CACHE, Site

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
HERE = os.uname().machine
OTHER = "aarch64"
BARE = CACHE / "bare"  # Debian's smallest, with python3 and the client: tools/bootstrap
PACKAGES = "usr/local/lib/python3.11/site-packages"
INTO = """set -e
mount --make-rprivate /
cd "$1"
mount -t tmpfs tmpfs tmp
mkdir -p ".$2"
mount --bind "$2" ".$2"
mount --rbind /proc proc
mount --rbind /dev dev
shift 2
exec chroot . "$@"
"""
WRONG = "a-secret-of-nobody-0123456789"


def digest(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def make_artifact(build, *words):
    """`make artifact`: of today's Debian packages, where a pinned one is no longer to be had."""
    compiler = ["CC=ccache gcc"] if shutil.which("ccache") else []
    command = ["make", "--no-print-directory", "-C", ROOT, f"BUILD={build}", *compiler, *words, "artifact"]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode and "no longer has the versions" in done.stderr:
        print("note: built with PACKAGES=current; deploy/artifact/sysroot --lock writes the list anew", flush=True)
        done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, "PACKAGES": "current"})
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return build / "artifact/executors_bin.pex"


class Shop(Site):
    """A control plane that serves the file, developers, and executors that `tcloud` installs in the bare root."""

    bare, namespaces = BARE, ["unshare", "--mount"]

    def __init__(self, world):
        self.build = pathlib.Path(world.heddle).parent
        self.built = make_artifact(self.build)
        self.served = world.root / "served.pex"
        shutil.copy(self.built, self.served)
        world.server_options = ["--no-scheduler", "--executor-file", str(self.served)]
        super().__init__(world)
        self.home = world.root / "tcloud-home"

    def serve(self, path):
        shutil.copy(path, self.w.root / "next.pex")
        os.replace(self.w.root / "next.pex", self.served)

    def settings(self, **change):
        return {"TCLOUD_TOKEN_URL": self.w.base + "/auth/token", **self.w.executor, **change}

    def begin(self, *words, **change):
        """`tcloud executor ...` in the bare root."""
        environment = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(self.w.root), "PYTHONPATH": "/" + PACKAGES,
                       "TCLOUD_HOME": str(self.home), **self.settings(**change)}
        log = open(self.w.root / "tcloud.log", "a")
        return subprocess.Popen(
            [*self.namespaces, "/bin/sh", "-c", INTO, "sh", self.bare, self.w.root,
             "/usr/bin/env", "-i", *(f"{k}={v}" for k, v in environment.items()),
             "python3", f"/{PACKAGES}/bin/tcloud", "executor", *words], stdout=log, stderr=log, cwd=self.w.root)

    def executor(self, *words, **change):
        code = self.begin(*words, **change).wait(120)
        return code, self.w.log("tcloud")

    def installed(self):
        file, = self.home.glob("artifacts/*/executors_bin.pex")
        return file

    def turns(self, kind, command, turn=None):
        """`tcloud executor KIND --once` until a command of a developer has ended."""
        turns = 0
        while command.poll() is None:
            code, text = (turn or self.executor)(kind, "--once")
            assert code == 0, text
            turns += 1
            assert turns < 20, text
        self.succeeds(command)
        return turns

    def succeeds(self, command):
        out = command.communicate(timeout=120)[0]
        assert command.returncode == 0, out + self.w.log("tcloud")

    def develops(self, *words):
        return subprocess.Popen([self.w.heddle, *words], cwd=self.w.project, text=True, stdout=subprocess.PIPE,
                                stderr=subprocess.STDOUT, env={**self.w.environment, **self.w.cloud})

    def plans(self, *words):
        return self.develops("plan", "--auto-apply", "--no-prompts", *words)

    def rows(self):
        """Of shop.kinds, read where they lie; no executor of the control plane is asked."""
        sql = "SELECT kind, total FROM shop.kinds"
        if hasattr(self.w, "ask"):
            found = self.w.ask(sql)
        else:
            read = "import duckdb, json, sys; print(json.dumps(duckdb.connect(sys.argv[1], read_only=True).sql(sys.argv[2]).fetchall(), default=str))"
            found = json.loads(subprocess.run([sys.executable, "-c", read, self.w.database, sql], check=True,
                                              capture_output=True, text=True).stdout)
        return [{"kind": kind, "total": total} for kind, total in found]

    def attempts(self):
        """Of every task so far: its state, how many attempts, and the versions of the executors that made them."""
        state = sqlite3.connect(f"file:{self.w.root}/state.db?mode=ro", uri=True)
        try:
            return state.execute(
                "SELECT t.state, COUNT(a.id), GROUP_CONCAT(DISTINCT json_extract(e.hello, '$.version')) FROM task t "
                "LEFT JOIN attempt a ON a.task = t.id LEFT JOIN executor e ON e.id = a.executor GROUP BY t.id ORDER BY t.id").fetchall()
        finally:
            state.close()

    def with_token(self, client):
        got = self.ask("POST", "/auth/token", {"grant_type": "client_credentials", "client_id": client["TCLOUD_CLIENT_ID"],
                                               "client_secret": client["TCLOUD_CLIENT_SECRET"]})
        return {"Authorization": "Bearer " + json.loads(got.text)["id_token"]}


class Machine:
    """One of another architecture: what asks for its name is told that, and what is of it is run by qemu.

    Linux itself hands such programs to qemu where binfmt_misc is set up, which a test has no business to do. The loader
    is the one program of the tree that Linux starts, so it gets the line that binfmt_misc would add.
    """

    def __init__(self, folder, name=OTHER):
        self.folder, self.name = folder, name
        (folder / "bin").mkdir(parents=True)
        self._program(folder / "bin/uname", f"echo {name}")
        (folder / "python").mkdir()
        (folder / "python/sitecustomize.py").write_text(
            f"import os\nreal = os.uname()\nos.uname = lambda: os.uname_result((*real[:4], {name!r}))\n")
        self.environment = {"PATH": f"{folder}/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": str(folder),
                            "PYTHONPATH": str(folder / "python")}

    def _program(self, path, line):
        path.write_text(f"#!/bin/sh\n{line}\n")
        path.chmod(0o755)

    def install(self, file):
        """As the client does."""
        self.file = self.folder / "executors_bin.pex"
        shutil.copy(file, self.file)
        self.file.chmod(0o755)
        done = self.run("venv", "--compile", self.folder / "executors", PEX_TOOLS="1")
        assert done.returncode == 0 and (self.folder / "executors").is_dir(), done.stdout + done.stderr
        self.unpacked, = self.folder.glob(".heddle-*")
        loader = self.unpacked / self.name / "loader"
        if self.name != HERE and loader.exists():
            emulator = shutil.which(f"qemu-{self.name}-static")
            assert emulator, f"there is no qemu-{self.name}-static (tools/bootstrap test)"
            loader.rename(loader.with_name("loader.real"))
            self._program(loader, f'exec {emulator} "$0.real" "$@"')

    def run(self, *words, **environment):
        return subprocess.run([self.file, *words], capture_output=True, text=True, timeout=300, cwd=self.folder,
                              env={**self.environment, **environment})

    def turn(self, settings):
        """What Shop.turns takes."""
        def one(*words):
            done = self.run(*words, **settings)
            return done.returncode, done.stdout + done.stderr
        return one
