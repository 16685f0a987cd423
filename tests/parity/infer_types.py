#!/usr/bin/env python3
"""Hold tests/cases/sql/types.txt against the real SQLMesh's optimizer; --write rewrites it."""

import logging
import sys

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

FILE = "tests/cases/sql/types.txt"


def schema_of(block):
    tables = {}
    for line in block.split("\n"):
        name, columns = line.split(": ", 1)
        tables[name] = {
            c.split(" ", 1)[0]: c.split(" ", 1)[1].replace("?", "UNKNOWN")
            for c in columns.split("; ")
        }
    return MappingSchema(tables, dialect="duckdb")


def bare(query):
    for select in query.selects:
        annotate_types(select)
    return query


def infer(sql, schema):
    query = parse_one(sql, dialect="duckdb")
    known = all(schema.find(t) for t in query.find_all(exp.Table) if not is_cte(query, t))
    try:
        if not known:
            raise SqlglotError("unknown table")
        done = qualify(query.copy(), dialect="duckdb", schema=schema, infer_schema=False)
        done = annotate_types(done, schema=schema, dialect="duckdb")
    except SqlglotError:
        done = bare(query)
    if any(s.is_star or not s.output_name for s in done.selects):
        return "nothing"
    return ", ".join(f"{s.output_name} {words(s.type)}" for s in done.selects)


def is_cte(query, table):
    return any(c.alias == table.name for c in query.find_all(exp.CTE))


def words(type_):
    return "?" if type_ is None or type_.is_type("unknown") else type_.sql("duckdb")


def main():
    logging.disable(logging.CRITICAL)
    first, *blocks = open(FILE).read().rstrip("\n").split("\n\n")
    schema = schema_of(first)
    wrong, out = 0, [first]
    for block in blocks:
        sql, _, expected = block.rpartition("\n")
        got = infer(sql, schema)
        out.append(f"{sql}\n{got}")
        if got != expected:
            wrong += 1
            print(f"{sql}\n  the file says {expected}\n  SQLMesh says  {got}")
    if "--write" in sys.argv:
        open(FILE, "w").write("\n\n".join(out) + "\n")
    print(f"{len(blocks) - wrong} of {len(blocks)} agree")
    return 0 if wrong == 0 or "--write" in sys.argv else 1


if __name__ == "__main__":
    sys.exit(main())
