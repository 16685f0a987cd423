"""The two programs under comparison, each on a copy of the project of its own."""

import multiprocessing
import os
import pathlib
import shutil
import subprocess

CACHE = os.environ.get("HEDDLE_CACHE") or os.path.join(
    os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "heddle")
DRIVERS = os.environ.get("HEDDLE_DRIVERS") or os.path.join(CACHE, "deps/lib")
FORK = multiprocessing.get_context("fork")


def in_a_fork(function, *args):
    """DuckDB files are opened, and SQLMesh is run, in processes that end: nothing stays open."""
    ours, theirs = FORK.Pipe(duplex=False)

    def work():
        try:
            theirs.send((True, function(*args)))
        except BaseException as error:  # told to the parent, whatever it is
            theirs.send((False, f"{type(error).__name__}: {error}"))

    child = FORK.Process(target=work)
    child.start()
    theirs.close()
    try:
        good, value = ours.recv()
    except EOFError:
        good, value = False, "the process died"
    child.join()
    if not good:
        raise RuntimeError(value)
    return value


class Side:
    def __init__(self, folder):
        self.folder = pathlib.Path(folder)

    @property
    def database(self):
        return self.folder / "warehouse.duckdb"

    def copy(self, folder):
        shutil.copytree(self.folder, folder)
        return type(self)(folder)


class SQLMesh(Side):
    name = "SQLMesh"

    @staticmethod
    def _run(folder, args):
        from click.testing import CliRunner
        from sqlmesh.cli.main import cli

        os.chdir(folder)
        os.environ.update(HOME=str(folder.parent), SQLMESH__DISABLE_ANONYMIZED_ANALYTICS="true", COLUMNS="200")
        done = CliRunner().invoke(cli, ["-p", str(folder), "--log-file-dir", str(folder / "logs"), *args])
        said = done.output
        if done.exception and not isinstance(done.exception, SystemExit):
            said += f"\n{type(done.exception).__name__}: {done.exception}"
        return done.exit_code, said

    def run(self, *args):
        return in_a_fork(self._run, self.folder, args)


class Heddle(Side):
    name = "Heddle"
    program = None

    def run(self, *args):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("TCLOUD_", "SQLMESH__", "HEDDLE_"))}
        environment.update(HOME=str(self.folder.parent), HEDDLE_DRIVERS=DRIVERS)
        done = subprocess.run([self.program, *args], cwd=self.folder, env=environment, text=True, timeout=300,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout


def preload():
    """Imported once here, not in each fork."""
    import sqlmesh.cli.main  # noqa: F401
    import sqlmesh.core.context  # noqa: F401
