"""What a warehouse holds, with the versions taken out of its names, and how two such warehouses differ.

An engine's module (on_duckdb.py, on_postgres.py) reads: read(database) gives {"schemas": set, "relations":
{(schema, plain name): [Relation]}}, rows_of(database, relation) a Counter of rows.
"""

import re

VERSION = re.compile(r"__(\d{5,10})(__dev)?$")


def plain(name):
    """shop__sales__123456789__dev is shop__sales__V__dev."""
    return VERSION.sub(lambda m: "__V" + (m.group(2) or ""), name)


def quoted(*parts):
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)


class Relation:
    """A table or a view: all of it that is compared, its rows as a fingerprint."""

    def __init__(self, schema, name, kind, comment, columns, definition, rows, digest):
        self.schema, self.name, self.kind, self.comment = schema, name, kind, comment
        self.columns, self.definition, self.rows, self.digest = columns, definition, rows, digest

    @property
    def key(self):
        return self.schema, plain(self.name)

    @property
    def title(self):
        return f"{self.kind} {self.schema}.{plain(self.name)}"

    @property
    def whole(self):
        return (self.kind, self.comment or "", tuple(self.columns), self.definition or "", self.rows, self.digest)


def rows_that_differ(engine, left, right, a, b):
    """A few rows that only one side has."""
    one, two = engine.rows_of(left, a), engine.rows_of(right, b)
    return f"only the first: {sorted(one - two)[:3]}; only the second: {sorted(two - one)[:3]}"


def compare_pair(engine, a, b, left, right):
    if a.kind != b.kind:
        yield f"{a.title} is a {b.kind} on the other side"
    if (a.comment or "") != (b.comment or ""):
        yield f"{a.title}: its comment is {a.comment!r} and {b.comment!r}"
    if a.columns != b.columns:
        yield f"{a.title}: its columns (name, type, nullable, comment) differ: " + "; ".join(
            f"{x} and {y}" for x, y in zip(a.columns + [None] * 99, b.columns + [None] * 99) if x != y)
    if a.definition != b.definition:
        yield f"{a.title} shows {a.definition} and {b.definition}"
    if (a.rows, a.digest) != (b.rows, b.digest):
        yield f"{a.title}: {a.rows} and {b.rows} rows; " + rows_that_differ(engine, left, right, a, b)


def differences(engine, left, right):
    """Sentences, none when the databases are alike."""
    one, two = engine.read(left), engine.read(right)
    out = [f"schema {s} is only on the first side" for s in sorted(one["schemas"] - two["schemas"])]
    out += [f"schema {s} is only on the second side" for s in sorted(two["schemas"] - one["schemas"])]
    for key in sorted(one["relations"].keys() | two["relations"].keys()):
        mine, theirs = list(one["relations"].get(key, [])), list(two["relations"].get(key, []))
        for a in list(mine):  # versions of one model are paired by what they hold
            same = next((b for b in theirs if b.whole == a.whole), None)
            if same:
                mine.remove(a)
                theirs.remove(same)
        mine.sort(key=lambda r: (r.rows, r.digest))
        theirs.sort(key=lambda r: (r.rows, r.digest))
        for a, b in zip(mine, theirs):
            out += compare_pair(engine, a, b, left, right)
        out += [f"{a.title} ({a.rows} rows) is only on the first side" for a in mine[len(theirs):]]
        out += [f"{b.title} ({b.rows} rows) is only on the second side" for b in theirs[len(mine):]]
    return out
