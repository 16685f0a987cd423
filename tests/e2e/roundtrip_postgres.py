#!/usr/bin/env python3
"""The main job from outside, as roundtrip.py tests it, with the state in PostgreSQL; what works without a server is left
out: its state is SQLite.

    tests/e2e/roundtrip_postgres.py build/heddle
"""

import pathlib
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).parent))
sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "support"))
import postgres  # noqa: E402
import roundtrip  # noqa: E402

ALONE = "test_a_command_alone_does_it_all"  # this one and those after it


class World(roundtrip.World):
    def __init__(self, heddle):
        super().__init__(heddle)
        self.postgres = postgres.Server()
        password = urllib.parse.quote(postgres.PASSWORD, safe="")
        self.state = f"postgresql://{postgres.USER}:{password}@127.0.0.1:{self.postgres.port}/postgres"

    def end(self):
        super().end()
        self.postgres.stop()


if __name__ == "__main__":
    tests = {name: test for name, test in vars(roundtrip).items() if name.startswith("test_")}
    names = list(tests)
    sys.exit(roundtrip.main(World, {name: tests[name] for name in names[:names.index(ALONE)]}))
