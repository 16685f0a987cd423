#!/usr/bin/env python3
"""sqlglot's side of tests/bench/read.py: write the statements that both can read to a file, then time sqlglot.

    read_peer.py build/heddle FILE
"""

import json
import logging
import os
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "roundtrip"))
import statements  # noqa: E402

COMPILED = statements.use_compiled()
import sqlglot  # noqa: E402
from sqlglot.errors import SqlglotError  # noqa: E402


def read_by_heddle(program, pairs):
    questions = "".join(json.dumps({"id": i, "sql": sql, "dialect": d}) + "\n" for i, (d, sql) in enumerate(pairs))
    answers = subprocess.run([program, "sql", "--batch"], input=questions, stdout=subprocess.PIPE, text=True, check=True)
    return {answer["id"] for answer in map(json.loads, answers.stdout.splitlines()) if answer["ok"]}


def read_by_sqlglot(sql, dialect):
    try:
        trees = sqlglot.parse(sql, read=dialect)
        return len(trees) == 1 and trees[0] is not None and trees[0].sql(dialect) is not None
    except (SqlglotError, ValueError, RecursionError):
        return False


def write(path, pairs):
    with open(path, "wb") as out:
        for dialect, sql in pairs:
            text = sql.encode()
            out.write(b"%s %d\n%s\n" % (dialect.encode(), len(text), text))


def main():
    logging.disable(logging.CRITICAL)
    pairs = [("" if d == "base" else d, sql) for d, sqls in statements.statements().items() for sql in sqls if "\0" not in sql]
    ours = read_by_heddle(sys.argv[1], pairs)
    pairs = [pair for i, pair in enumerate(pairs) if i in ours and read_by_sqlglot(pair[1], pair[0])]
    write(sys.argv[2], pairs)
    began = time.process_time()
    for dialect, sql in pairs:
        sqlglot.parse_one(sql, read=dialect).sql(dialect)
    seconds = time.process_time() - began
    print(json.dumps({"version": sqlglot.__version__, "compiled": COMPILED, "statements": len(pairs),
                      "bytes": sum(len(sql.encode()) for _, sql in pairs), "seconds": seconds}))


if __name__ == "__main__":
    main()
