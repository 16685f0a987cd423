#!/usr/bin/env python3
"""Hold tests/cases/macro/*.txt against the real SQLMesh, case by case; tests/unit/macro/cases.c says how they are written.

A case whose title ends with "(ours)" is left out: there Heddle differs on purpose (docs/internals/macro.md).
    macro_cases.py [--show TEXT]     print what SQLMesh makes of the cases whose title has this text
"""

import json
import logging
import pathlib
import sys

import sqlglot
from sqlglot import exp
from sqlglot.schema import MappingSchema
from sqlmesh.core import constants
from sqlmesh.core.dialect import parse
from sqlmesh.core.macros import MacroEvaluator, RuntimeStage
from sqlmesh.utils.date import date_dict, make_inclusive, to_datetime

EPOCH = "1970-01-01"
CASES = pathlib.Path("tests/cases/macro")


def read_case(block):
    lines = block.split("\n")
    case = {"title": lines.pop(0), "settings": {}, "definitions": []}
    while lines and lines[0].startswith("-- "):
        line = lines.pop(0)[3:]
        if line.startswith("define "):
            case["definitions"].append(line[len("define "):])
        else:
            case["settings"] = json.loads(line)
    mark = next(i for i, line in enumerate(lines) if line in ("-- expect", "-- error"))
    return {**case, "sql": "\n".join(lines[:mark]).strip(), "fails": lines[mark] == "-- error",
            "expected": "\n".join(lines[mark + 1:]).strip()}


def cases():
    for path in sorted(CASES.glob("*.txt")):
        for block in ("\n" + path.read_text()).split("\n== ")[1:]:
            yield path.stem, read_case(block)


def evaluator(settings, dialect):
    schema = MappingSchema(dialect=dialect)
    for table, columns in settings.get("columns", {}).items():
        schema.add_table(table, columns, dialect=dialect)
    made = MacroEvaluator(dialect, schema=schema, runtime_stage=RuntimeStage(settings.get("runtime_stage", "loading")))
    moments = (to_datetime(settings[side]) if side in settings else EPOCH for side in ("start", "end"))
    start, end = make_inclusive(*moments, dialect)  # a moment is exclusive, a day is not
    made.locals.update(date_dict(to_datetime(settings.get("execution", EPOCH)), start, end))
    for name in ("this_env", "model_kind_name", "gateway"):
        if name in settings:
            made.locals[name] = settings[name]
    if "this_model" in settings:
        made.locals["this_model"] = exp.to_table(settings["this_model"], dialect=dialect)
    made.locals[constants.SQLMESH_VARS] = {k.lower(): v for k, v in settings.get("variables", {}).items()}
    if "gateway" in settings:
        made.locals[constants.SQLMESH_VARS]["gateway"] = settings["gateway"]
    made.locals[constants.SQLMESH_BLUEPRINT_VARS] = {
        k.lower(): v for k, v in settings.get("blueprint_variables", {}).items()}
    return made


def expanded(case):
    """What SQLMesh makes of it: its statements, with semicolons between them."""
    dialect = case["settings"].get("dialect", "duckdb")
    macros = evaluator(case["settings"], dialect)
    for text in case["definitions"]:
        for definition in parse(text, default_dialect=dialect):
            macros.evaluate(definition)
    out = []
    for tree in parse(case["sql"], default_dialect=dialect):
        made = macros.transform(tree)
        out += [t for t in (made if isinstance(made, list) else [made]) if t is not None]
    return "; ".join(t.sql(dialect=dialect) for t in out)


def tree_of(text, dialect):
    return [t for t in sqlglot.parse(text, dialect=dialect)]


def agrees(case):
    """None, or what is not as it should be."""
    dialect = case["settings"].get("dialect", "duckdb")
    try:
        seen = expanded(case)
    except Exception as error:  # whatever SQLMesh fails with
        return None if case["fails"] else f"SQLMesh fails: {str(error).splitlines()[-1] if str(error) else error!r}"
    if case["fails"]:
        return f"SQLMesh makes {seen}"
    if seen == case["expected"] or tree_of(seen, dialect) == tree_of(case["expected"], dialect):
        return None
    return f"SQLMesh makes {seen}"


def main():
    logging.disable(logging.CRITICAL)
    if "--show" in sys.argv:
        for name, case in cases():
            if sys.argv[-1] in case["title"]:
                print(f"{name}: {case['title']}\n  {agrees(case) or case['expected']}")
        return 0
    held = wrong = 0
    for name, case in cases():
        if case["title"].endswith("(ours)"):
            continue
        held += 1
        if trouble := agrees(case):
            wrong += 1
            print(f"{name}: {case['title']}\n  {case['sql']}\n  should be {case['expected']}\n  {trouble}")
    print(f"{held - wrong} of {held} agree")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
