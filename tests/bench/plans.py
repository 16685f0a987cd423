"""Plans and runs of projects of many models, as whole processes beside SQLMesh on a copy of the same project."""

import shutil
import statistics
import subprocess

from measure import Table, median, once
from projects import change_one, log_statements, many, ticks
from sides import HEDDLE, ORACLE, Local, Served, Sqlmesh

PLAN = ("plan", "--auto-apply", "--no-prompts")
SIDES = (Local, Served, Sqlmesh)


def fresh(side, work, count, round_number):
    folder = work / f"{side.__name__}-{count}-{round_number}"
    return side(many(folder, count))


def measured(world, *words, codes="0"):
    return once(world.command(*words), world.folder, world.environment, codes)


def changed(world, round_number):
    """All of the plan is shown; whether to apply it, there is nobody to ask."""
    change_one(world.folder, round_number)
    return measured(world, "plan", "dev", "--no-prompts", codes="1 3")


def changed_and_applied(world, round_number):
    return measured(world, "plan", "dev", *PLAN[1:])


STEPS = (
    ("first plan, applied", None, lambda world, n: measured(world, *PLAN)),
    ("plan without changes", 100, lambda world, n: measured(world, *PLAN)),
    ("plan with one changed model", 100, changed),
    ("the same, applied", None, changed_and_applied),
    ("run with nothing due", None, lambda world, n: measured(world, "run")),
)


def of_size(work, count, repeats):
    """Step -> side -> median. A first plan can be made once a project, so each round has a project of its own."""
    figures = {title: {side: [] for side in SIDES} for title, _, _ in STEPS}
    for round_number in range(repeats):
        for side in SIDES:
            world = fresh(side, work, count, round_number)
            try:
                for title, _, step in STEPS:
                    figures[title][side].append(step(world, round_number))
            finally:
                world.end()
                shutil.rmtree(world.folder)
    return {title: {side: median(samples) for side, samples in row.items()} for title, row in figures.items()}


def compare(work, sizes, repeats):
    print(f"\n## Whole processes, median of {repeats}")
    table = Table("models", "", *(side.name for side in SIDES), "times faster", "limit")
    for count in sizes:
        for title, row in of_size(work, count, repeats).items():
            limit = next(limit for name, limit, _ in STEPS if name == title) if count == 500 else None
            factor = row[Sqlmesh].seconds / row[Local].seconds
            table.row(count, title, *(row[side] for side in SIDES), f"{factor:.0f}", f"{limit}" if limit else "")


REPLAY = """
import sys, time, duckdb
statements = open(sys.argv[1]).read().splitlines()
began = time.monotonic()
connection = duckdb.connect(sys.argv[2])
for statement in statements:
    connection.execute(statement)
connection.close()
print(time.monotonic() - began)
"""


def replay(statements, folder, database=None):
    """Seconds of the very statements of a plan, in order, on one connection, with its opening and closing; on a copy of
    the database, when there was one before."""
    folder.mkdir()
    if database:
        shutil.copy(database, folder / "house.duckdb")
    return float(subprocess.check_output([ORACLE, "-c", REPLAY, statements, folder / "house.duckdb"]))


def against_replay(work, count, repeats):
    """DuckDB writes the statements down in a plan that is not timed: that costs it time. The timed ones send the same."""
    print(f"\n## First plan of {count} models against its own statements alone, median of {repeats}")
    noted = many(work / "noted", count)
    log_statements(noted, noted / "statements.sql")
    once([HEDDLE, *PLAN], noted)
    plans, alone = [], []
    for round_number in range(repeats):
        folder = many(work / f"replay-{round_number}", count)
        plans.append(once([HEDDLE, *PLAN], folder))
        alone.append(replay(noted / "statements.sql", folder / "replayed"))
        shutil.rmtree(folder)
    ratios = [plan.seconds / seconds for plan, seconds in zip(plans, alone)]
    table = Table("", "Heddle", "statements alone", "times", "limit")
    table.row("first plan, applied", median(plans), f"{statistics.median(alone):.3f} s",
              f"{statistics.median(ratios):.2f}", "1.3")


def change_against_replay(work, count, repeats):
    """What of a changed model's plan is DuckDB's own: to open the file, the same statements, to close it."""
    print(f"\n## One changed model of {count}, applied, against its own statements alone, median of {repeats}")
    folder = many(work / "changed", count)
    once([HEDDLE, *PLAN], folder)
    shutil.copytree(folder, work / "changed-noted")
    for noted in (work / "changed-noted", folder):
        change_one(noted, 0)
    log_statements(work / "changed-noted", work / "changed.sql")
    once([HEDDLE, "plan", "dev", *PLAN[1:]], work / "changed-noted")
    plans, alone = [], []
    for round_number in range(repeats):
        again = work / f"changed-{round_number}"
        shutil.copytree(folder, again)
        plans.append(once([HEDDLE, "plan", "dev", *PLAN[1:]], again))
        alone.append(replay(work / "changed.sql", again / "replayed", folder / "house.duckdb"))
        shutil.rmtree(again)
    table = Table("", "Heddle", "statements alone")
    table.row("one changed model, applied", median(plans), f"{statistics.median(alone):.3f} s")


def five_minutes(work, repeats):
    """A model that ticks every five minutes since 2020 costs a plan no more than one that ticks daily."""
    print(f"\n## One model since 2020, plan without applying, median of {repeats}")
    table = Table("cron", "CPU", "memory", "limit")
    figures = {}
    for cron in ("@daily", "*/5 * * * *"):
        folder = ticks(work / f"ticks-{len(figures)}", cron)
        figures[cron] = median([once([HEDDLE, "plan", "--dry-run", "--no-prompts"], folder) for _ in range(repeats)])
    for cron, sample in figures.items():
        table.row(f"`{cron}`", f"{sample.cpu * 1000:.1f} ms", f"{sample.megabytes:.2f} MB",
                  "" if cron == "@daily" else "5 ms and 1 MB more")
