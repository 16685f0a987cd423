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
    """Warehouses are opened, and SQLMesh is run, in processes that end: nothing stays open."""
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
    def __init__(self, folder, engine):
        self.folder, self.engine = pathlib.Path(folder), engine

    @property
    def database(self):
        return self.engine.database(self)

    def copy(self, folder):
        """With all that the side's warehouse held after the first plan."""
        shutil.copytree(self.folder, folder)
        copy = type(self)(folder, self.engine)
        self.engine.begin_again(copy)
        return copy


class SQLMesh(Side):
    name = "SQLMesh"

    @staticmethod
    def _run(folder, environment, args):
        from click.testing import CliRunner
        from sqlmesh.cli.main import cli

        os.chdir(folder)
        os.environ.update(HOME=str(folder.parent), SQLMESH__DISABLE_ANONYMIZED_ANALYTICS="true", COLUMNS="200", **environment)
        done = CliRunner().invoke(cli, ["-p", str(folder), "--log-file-dir", str(folder / "logs"), *args])
        said = done.output
        if done.exception and not isinstance(done.exception, SystemExit):
            said += f"\n{type(done.exception).__name__}: {done.exception}"
        return done.exit_code, said

    def run(self, *args):
        return in_a_fork(self._run, self.folder, self.engine.environment(self), args)


class Heddle(Side):
    name = "Heddle"
    program = None

    def run(self, *args):
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("TCLOUD_", "SQLMESH__", "HEDDLE_"))}
        environment.update(HOME=str(self.folder.parent), HEDDLE_DRIVERS=DRIVERS, **self.engine.environment(self))
        done = subprocess.run([self.program, *args], cwd=self.folder, env=environment, text=True, timeout=300,
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        return done.returncode, done.stdout


def preload():
    """Imported once here, not in each fork."""
    import sqlmesh.cli.main  # noqa: F401
    import sqlmesh.core.context  # noqa: F401
