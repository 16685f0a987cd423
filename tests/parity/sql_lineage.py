#!/usr/bin/env python3
"""Hold tests/cases/sql/lineage.txt against sqlglot: the columns each output is made of, and the source each column
belongs to; --write rewrites the answers."""

import logging
import re
import sys

from sqlglot import exp, parse_one
from sqlglot.lineage import to_node
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import build_scope

FILE = "tests/cases/sql/lineage.txt"


def schema_of(block):
    """Lines such as `t: a, b`: every column is an INT."""
    lines = [line for line in block.split("\n") if not line.startswith("#")]
    tables = {}
    for line in lines:
        name, columns = line.split(": ", 1)
        tables[name] = {column: "INT" for column in columns.split(", ")}
    return tables


def qualified(sql, dialect, schema, **options):
    return qualify(
        parse_one(sql, dialect=dialect),
        dialect=dialect,
        schema=schema,
        infer_schema=True,
        validate_qualify_columns=False,
        **options,
    )


def origins_of(query, index, scope, dialect):
    found = []
    for node in to_node(index, scope, dialect).walk():
        if node.downstream or not isinstance(node.source, exp.Table):
            continue
        column = "*" if node.name == "*" else parse_one(node.name, dialect=dialect).name
        found.append(f"{node.source.name}.{column}".lower())
    return sorted(set(found))


def outputs(sql, dialect, schema):
    query = qualified(sql, dialect, schema)
    scope = build_scope(query)
    for i, select in enumerate(query.selects):
        name = "*" if select.is_star else select.alias_or_name or "?"
        name = "?" if re.fullmatch(r"_col_\d+", name) else name.lower()
        yield f"{name} <- {' '.join(origins_of(query, i, scope, dialect))}".rstrip()


def reads(sql, dialect, schema):
    """Stars are expanded first. Without HAVING and QUALIFY, whose columns sqlglot leaves as they are when no table is
    named."""
    query = qualified(sql, dialect, schema, expand_alias_refs=False)
    found = set()
    for column in query.find_all(exp.Column):
        if column.table and not isinstance(column.this, exp.Star):
            clause = column.find_ancestor(exp.Having, exp.Qualify, exp.Select)
            if not isinstance(clause, (exp.Having, exp.Qualify)):
                found.add(f"{column.table}.{column.name}".lower())
    return f"reads {' '.join(sorted(found))}".rstrip()


def hold(block, schema):
    """Does it agree, and the block as sqlglot has it."""
    lines = [line for line in block.split("\n") if not line.startswith("#")]
    dialect = re.match(r"\[(\w+)\]", lines[0])[1]
    sql = "\n".join(line for line in lines[1:] if not line.startswith("=> "))
    try:
        answer = [*outputs(sql, dialect, schema), reads(sql, dialect, schema)]
    except Exception as error:
        answer = [f"{type(error).__name__} {error}".split("\n")[0]]
    wanted = "\n".join([lines[0], sql, *(f"=> {line}" for line in answer)])
    if lines[0].split("] ")[1].startswith("!"):  # we differ, and say why
        return wanted != "\n".join(lines), block
    if wanted != "\n".join(lines):
        print(f"{block}\n  sqlglot says\n" + "\n".join(answer))
        return False, wanted
    return True, block


def main():
    logging.disable(logging.CRITICAL)
    first, *blocks = open(FILE).read().rstrip("\n").split("\n\n")
    schema = schema_of(first)
    held = [hold(block, schema) for block in blocks]
    if "--write" in sys.argv:
        open(FILE, "w").write("\n\n".join([first] + [block for _, block in held]) + "\n")
        return 0
    right = sum(agrees for agrees, _ in held)
    print(f"{right} of {len(held)} agree")
    return 0 if right == len(held) else 1


if __name__ == "__main__":
    sys.exit(main())
