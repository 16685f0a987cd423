"""How fast SQL is read: sqlglot's own test statements, by Heddle and by sqlglot with its compiled modules."""

import json
import os
import pathlib
import subprocess

from measure import Table
from sides import CACHE, HEDDLE, ORACLE

PROGRAM = pathlib.Path("build/bench/sql").resolve()
BYTES = 100_000_000


def both(work):
    """Heddle's line, and what the peer says of itself: it also writes the file, of statements that both can read."""
    statements = work / "statements"
    peer = [ORACLE, "tests/bench/read_peer.py", HEDDLE, statements]
    theirs = json.loads(subprocess.check_output(list(map(str, peer)), text=True,
                                                env={**os.environ, "HEDDLE_CACHE": str(CACHE)}))
    ours = json.loads(subprocess.check_output([PROGRAM, statements, str(BYTES)], text=True))
    return ours, theirs


def reading(work):
    """On one core each: processor time, not the clock's."""
    ours, theirs = both(work)
    speeds = [side["bytes"] / side["seconds"] / 1e6 for side in (ours, theirs)]
    print(f"\n## {theirs['statements']} statements, again and again up to {BYTES // 1_000_000} MB (sqlglot: once)")
    table = Table("", "figure", "limit")
    table.row("Heddle, parse and canonical form, on one core", f"{speeds[0]:.1f} MB/s", "at least 50")
    table.row(f"sqlglot {theirs['version']}{' compiled' if theirs['compiled'] else ''}, parse and print", f"{speeds[1]:.3f} MB/s", "")
    table.row("times faster", f"{speeds[0] / speeds[1]:.0f}", "at least 100")
    table.row("requests for memory, each the block of an arena, a statement", f"{ours['requests']:.2f}", "")
