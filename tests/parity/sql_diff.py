#!/usr/bin/env python3
"""Hold tests/cases/sql/diff.txt against the real SQLMesh: two models, and how it categorises the change; --write rewrites it."""

import logging
import re
import sys

from sqlmesh.core.dialect import parse
from sqlmesh.core.model import load_sql_based_model

FILE = "tests/cases/sql/diff.txt"


def model(query, dialect):
    text = f"MODEL (name s.m, kind FULL, dialect {dialect});\n\n{query}"
    return load_sql_based_model(parse(text, default_dialect=dialect), dialect=dialect)


def difference(before, after, dialect):
    old, new = model(before, dialect), model(after, dialect)
    if old.render_query() == new.render_query():
        return "same"
    return "added" if new.is_breaking_change(old) is False else "otherwise"


def hold(block):
    """Does it agree, and the block as it should be."""
    lines = [line for line in block.split("\n") if not line.startswith("#")]
    dialect = re.match(r"\[(\w+)\]", lines[0])[1]
    cut = next(i for i, line in enumerate(lines) if line.startswith("--- "))
    said = lines[cut][4:]
    seen = difference("\n".join(lines[1:cut]), "\n".join(lines[cut + 1 :]), dialect)
    # "!": Heddle says otherwise where SQLMesh sees additions only, and no more than that.
    agrees = seen == "added" if said == "!otherwise" else seen == said
    if not agrees:
        print(f"{block}\n  SQLMesh says {seen}")
    return agrees, block if agrees else block.replace(lines[cut], f"--- {seen}")


def main():
    logging.disable(logging.CRITICAL)
    remark, *blocks = open(FILE).read().rstrip("\n").split("\n\n")
    held = [hold(block) for block in blocks]
    if "--write" in sys.argv:
        open(FILE, "w").write("\n\n".join([remark] + [block for _, block in held]) + "\n")
        return 0
    right = sum(agrees for agrees, _ in held)
    print(f"{right} of {len(held)} agree")
    return 0 if right == len(held) else 1


if __name__ == "__main__":
    sys.exit(main())
