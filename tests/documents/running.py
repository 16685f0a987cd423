"""Running the tests of a file on a world of their own, each counted; the last line is `N passed, N failed`."""

import os
import pathlib
import shutil
import socket
import sys
import time
import traceback

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "e2e"))
from roundtrip import World  # noqa: E402


def free_port():
    """A port that was free a moment ago."""
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def await_welcome(world, name):
    deadline = time.time() + 30
    while "welcomes this executor" not in world.log(name):
        assert time.time() < deadline, world.log(name)
        time.sleep(0.05)


def remove(folder):
    """Workers whose executor was killed need a moment to end, and write until then."""
    for _ in range(50):
        shutil.rmtree(folder, ignore_errors=True)
        if not folder.exists():
            return
        time.sleep(0.1)


class Skipped(Exception):
    """What the test needs is not to be had here."""


def main(tests, make, world=World):
    """`make` gets the world and gives what every test gets. A skipped test is counted; with HEDDLE_CI it has failed."""
    world = world(sys.argv[1] if len(sys.argv) > 1 else "build/heddle")
    passed = failed = skipped = 0
    try:
        given = make(world)
        for name, test in list(tests.items()):
            if not name.startswith("test_"):
                continue
            try:
                test(given)
                passed += 1
            except Skipped as why:
                skipped += not os.environ.get("HEDDLE_CI")
                failed += bool(os.environ.get("HEDDLE_CI"))
                print(f"skipped: {name}: {why}", flush=True)
            except Exception as error:  # the others go on
                failed += 1
                print(f"{name}: {type(error).__name__}: {str(error)[:4000]}")
                traceback.print_tb(error.__traceback__, limit=-3)
    finally:
        world.end()
    if failed or os.environ.get("KEEP"):
        print(f"kept: {world.root}")
    else:
        remove(world.root)
    if skipped:
        print(f"{skipped} skipped")
    print(f"{passed} passed, {failed} failed")
    sys.exit(failed > 0)
