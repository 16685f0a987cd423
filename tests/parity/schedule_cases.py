#!/usr/bin/env python3
"""tests/cases/schedule/missing.txt held against the real SQLMesh: the same model as a snapshot."""

import json
import pathlib
import sys

from sqlmesh.core.dialect import parse
from sqlmesh.core.model import load_sql_based_model
from sqlmesh.core.snapshot import Snapshot, SnapshotChangeCategory
from sqlmesh.core.snapshot.definition import merge_intervals, missing_intervals
from sqlmesh.utils.date import to_datetime, to_timestamp

CASES = pathlib.Path(__file__).parent.parent / "cases/schedule/missing.txt"


def model(case):
    words = ["name shop.m", "cron '%s'" % case["cron"]]
    lookback = ", lookback %d" % case["lookback"] if "lookback" in case else ""
    words.append("kind INCREMENTAL_BY_TIME_RANGE (time_column ds%s)" % lookback)
    for key, name in (("start", "start"), ("end", "end"), ("zone", "cron_tz"), ("unit", "interval_unit")):
        if key in case:
            words.append("%s '%s'" % (name, case[key]))
    if case.get("partials"):
        words.append("allow_partials true")
    return load_sql_based_model(parse("MODEL (%s); SELECT 1 AS ds" % ", ".join(words)))


def missing(case):
    snapshot = Snapshot.from_node(model(case), nodes={})
    snapshot.categorize_as(SnapshotChangeCategory.BREAKING)
    snapshot.intervals = [(to_timestamp(a), to_timestamp(b)) for a, b in case.get("have", [])]
    moment = to_datetime(case["now"])
    found = missing_intervals(
        [snapshot],
        start=to_datetime(case["from"]) if "from" in case else None,
        end=to_datetime(case["to"]) if "to" in case else moment,
        execution_time=to_datetime(case.get("execution", case["now"])),
        ignore_cron=case.get("ignore_cron", False),
        end_bounded="to" in case,
    )
    ranges = merge_intervals([i for some in found.values() for i in some])
    return [" - ".join(to_datetime(ms).strftime("%Y-%m-%d %H:%M:%S") for ms in r) for r in ranges]


def main():
    failed = 0
    cases = CASES.read_text()[3:].split("\n== ")
    for one in cases:
        head, _, expected = one.partition("\n-- expect\n")
        title, _, settings = head.partition("\n")
        got = missing(json.loads(settings))
        if "\n".join(got) != expected.strip():
            failed += 1
            print("%s: SQLMesh has\n  %s\nthe case says\n  %s" % (title, "\n  ".join(got), expected.strip().replace("\n", "\n  ")))
    print("%d passed, %d failed" % (len(cases) - failed, failed))
    return 1 if failed else 0


sys.exit(main())
