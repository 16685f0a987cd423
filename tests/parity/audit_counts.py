#!/usr/bin/env python3
"""Hold tests/cases/evaluate/audits.txt against SQLMesh's built-in audits; --write rewrites it."""

import logging
import sys

import duckdb
from sqlglot import parse_one

from sqlmesh.core.audit.builtin import BUILT_IN_AUDITS
from sqlmesh.core.dialect import parse_one as parse_sqlmesh
from sqlmesh.core.model import create_sql_model

FILE = "tests/cases/evaluate/audits.txt"


def count(connection, name, arguments):
    model = create_sql_model("m", parse_one("SELECT 1 AS a"), dialect="duckdb")
    values = {k: parse_sqlmesh(v, dialect="duckdb") for k, v in arguments.items()}
    query = model.render_audit_query(BUILT_IN_AUDITS[name], this_model="t", **values)
    sql = f"SELECT COUNT(*) FROM ({query.sql('duckdb')}) AS audit"
    return connection.execute(sql).fetchone()[0]


def main():
    logging.disable(logging.CRITICAL)
    first, *blocks = open(FILE).read().rstrip("\n").split("\n\n")
    connection = duckdb.connect()
    connection.execute(first)
    out, wrong = [first], 0
    for block in blocks:
        name, *lines = block.split("\n")
        expected = lines.pop() if ":=" not in lines[-1] else "?"
        got = str(count(connection, name, dict(line.split(" := ") for line in lines)))
        out.append("\n".join([name, *lines, got]))
        if got != expected:
            wrong += 1
            print(f"{name} {lines}\n  the file says {expected}\n  SQLMesh says  {got}")
    if "--write" in sys.argv:
        open(FILE, "w").write("\n\n".join(out) + "\n")
    print(f"{len(blocks) - wrong} of {len(blocks)} agree")
    return 0 if wrong == 0 or "--write" in sys.argv else 1


if __name__ == "__main__":
    sys.exit(main())
