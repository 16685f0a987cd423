"""Whole processes, measured from outside."""

import dataclasses
import os
import pathlib
import statistics
import subprocess
import sys


@dataclasses.dataclass
class Sample:
    seconds: float
    cpu: float  # of the process and its children
    megabytes: float  # resident, of the largest of them

    def __str__(self):
        return f"{self.seconds:.3f} s, {self.megabytes:.0f} MB"


# A process of its own, so that what was waited for before does not count.
PROBE = """
import resource, subprocess, sys, time
began = time.monotonic()
done = subprocess.run(sys.argv[2:], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
seconds = time.monotonic() - began
if str(done.returncode) not in sys.argv[1].split():
    sys.exit(done.stdout.decode(errors="replace")[-2000:])
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(seconds, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024)
"""


def once(command, folder, environment=None, codes="0"):
    """A command that ends with one of these exit codes."""
    done = subprocess.run([sys.executable, "-c", PROBE, codes, *map(str, command)], cwd=folder, text=True,
                          capture_output=True, env={**os.environ, **(environment or {})})
    if done.returncode:
        raise RuntimeError(f"{' '.join(map(str, command))} failed:\n{done.stderr}")
    return Sample(*map(float, done.stdout.split()))


def median(samples):
    return Sample(*(statistics.median(values) for values in zip(*map(dataclasses.astuple, samples))))


def memory(pid):
    """Resident, proportional and anonymous megabytes of a process."""
    figures = {}
    for line in pathlib.Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()[1:]:
        name, kilobytes = line.split()[:2]
        figures[name.rstrip(":")] = int(kilobytes) / 1024
    return figures["Rss"], figures["Pss"], figures["Anonymous"]


class Table:
    """Rows of figures, each beside its limit and its peer."""

    def __init__(self, *heads):
        print("\n| " + " | ".join(heads) + " |\n" + "|---" * len(heads) + "|", flush=True)

    def row(self, *cells):
        print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)
