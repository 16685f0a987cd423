#!/usr/bin/env python3
"""Hold tests/cases/sql/types.txt and types_postgres.txt against the real SQLMesh's optimizer; --write rewrites them."""

import logging
import sys

from sqlglot import exp, parse_one
from sqlglot.errors import SqlglotError
from sqlglot.optimizer.annotate_types import annotate_types
from sqlglot.optimizer.qualify import qualify
from sqlglot.schema import MappingSchema

FILES = {"duckdb": "tests/cases/sql/types.txt", "postgres": "tests/cases/sql/types_postgres.txt"}


def schema_of(block, dialect):
    tables = {}
    for line in block.split("\n"):
        name, columns = line.split(": ", 1)
        tables[name] = {
            c.split(" ", 1)[0]: c.split(" ", 1)[1].replace("?", "UNKNOWN")
            for c in columns.split("; ")
        }
    return MappingSchema(tables, dialect=dialect)


def bare(query):
    for select in query.selects:
        annotate_types(select)
    return query


def infer(sql, schema, dialect):
    query = parse_one(sql, dialect=dialect)
    known = all(schema.find(t) for t in query.find_all(exp.Table) if not is_cte(query, t))
    try:
        if not known:
            raise SqlglotError("unknown table")
        done = qualify(query.copy(), dialect=dialect, schema=schema, infer_schema=False)
        done = annotate_types(done, schema=schema, dialect=dialect)
    except SqlglotError:
        done = bare(query)
    if any(s.is_star or not s.output_name for s in done.selects):
        return "nothing"
    return ", ".join(f"{s.output_name} {words(s.type, dialect)}" for s in done.selects)


def is_cte(query, table):
    return any(c.alias == table.name for c in query.find_all(exp.CTE))


def words(type_, dialect):
    return "?" if type_ is None or type_.is_type("unknown") else type_.sql(dialect)


def hold(dialect, file):
    """How many agree, of how many."""
    first, *blocks = open(file).read().rstrip("\n").split("\n\n")
    schema = schema_of(first, dialect)
    wrong, out = 0, [first]
    for block in blocks:
        sql, _, expected = block.rpartition("\n")
        got = infer(sql, schema, dialect)
        out.append(f"{sql}\n{got}")
        if got != expected:
            wrong += 1
            print(f"{sql}\n  the file says {expected}\n  SQLMesh says  {got}")
    if "--write" in sys.argv:
        open(file, "w").write("\n\n".join(out) + "\n")
    return len(blocks) - wrong, len(blocks)


def main():
    logging.disable(logging.CRITICAL)
    counts = [hold(dialect, file) for dialect, file in FILES.items()]
    right, of = (sum(column) for column in zip(*counts))
    print(f"{right} of {of} agree")
    return 0 if right == of or "--write" in sys.argv else 1


if __name__ == "__main__":
    sys.exit(main())
