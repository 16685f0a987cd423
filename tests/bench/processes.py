"""What a process costs that waits, and how soon it begins when there is work."""

import json
import os
import statistics
import subprocess
import time
import urllib.request

from measure import Table, memory, once
from projects import many
from sides import HEDDLE, Served

LIBRARIES = "glib-2.0 jansson libfyaml libmicrohttpd libcurl openssl sqlite3 libpq".split()


def idle(work, count):
    """The server holds the models of a plan, the executor has worked and waits."""
    print(f"\n## Idle, after a plan of {count} models")
    world = Served(many(work / "idle", count))
    try:
        once(world.command("plan", "--auto-apply", "--no-prompts"), world.folder, world.environment)
        time.sleep(70)  # a worker lives on for a minute, and that is looked at every five seconds
        table = Table("process", "RSS", "PSS", "anonymous", "limit")
        for name, child, limit in (("server", world.server, 24), ("executor", world.executor, 6)):
            rss, pss, anonymous = memory(child.pid)
            table.row(name, f"{rss:.1f} MB", f"{pss:.1f} MB", f"{anonymous:.1f} MB", f"{limit} MB anonymous")
        latency(world)
    finally:
        world.end()


def token(world):
    url = world.environment["TCLOUD_URL"].split("/sqlmesh/")[0] + "/auth/token"
    data = "grant_type=client_credentials&client_id={TCLOUD_CLIENT_ID}&client_secret={TCLOUD_CLIENT_SECRET}"
    with urllib.request.urlopen(url, data.format(**world.environment).encode()) as answer:
        return json.load(answer)["access_token"]


def latency(world, count=1000):
    """A task becomes ready, a waiting executor runs its statement, the answer is back: more than is asked for."""
    request = urllib.request.Request(world.environment["TCLOUD_URL"] + "/api/heddle/v1/queries", method="POST",
                                     data=json.dumps({"sql": "SELECT 1", "max_rows": 1}).encode(),
                                     headers={"Authorization": "Bearer " + token(world),
                                              "Content-Type": "application/json"})
    times = []
    for _ in range(count):
        began = time.monotonic()
        with urllib.request.urlopen(request) as answer:
            answer.read()
        times.append((time.monotonic() - began) * 1000)
    times.sort()
    print(f"\n## {count} tasks of one statement, one after the other: asked, claimed, executed, answered")
    table = Table("p50", "p90", "p99", "limit")
    table.row(*(f"{times[int(count * share)]:.1f} ms" for share in (0.5, 0.9, 0.99)),
              "p50 10 ms to the first statement")


def start_up(work, repeats=41):
    """`heddle --version` beside an empty program linked to the same libraries."""
    source, empty = work / "empty.c", work / "empty"
    source.write_text("int main(void) { return 0; }\n")
    libraries = subprocess.check_output(["pkg-config", "--libs", *LIBRARIES], text=True).split()
    subprocess.check_call([os.environ.get("CC", "cc"), "-Wl,--no-as-needed", "-Wl,-z,now", "-o", empty, source, *libraries])
    figures = {str(command[0]): [] for command in ([HEDDLE], [empty])}
    for _ in range(repeats):
        for command in ([HEDDLE, "--version"], [empty]):
            began = time.monotonic()
            subprocess.check_call(command, stdout=subprocess.DEVNULL)
            figures[str(command[0])].append((time.monotonic() - began) * 1000)
    ours, theirs = (statistics.median(values) for values in figures.values())
    print(f"\n## Start, median of {repeats}")
    table = Table("`heddle --version`", "an empty program with the same libraries", "limit")
    table.row(f"{ours:.1f} ms", f"{theirs:.1f} ms", "5 ms more")
