"""What a DuckDB file holds, with the versions taken out of its names, and how two such files differ."""

import collections
import re

import duckdb

VERSION = re.compile(r"__(\d{5,10})(__dev)?$")
# SQLMesh keeps its state in the warehouse; Heddle's is elsewhere.
NOT_COMPARED = "('information_schema', 'pg_catalog', 'main', 'sqlmesh')"


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


def read(path):
    """{"schemas": set, "relations": {(schema, plain name): [Relation]}} of the file at `path`."""
    with duckdb.connect(str(path), read_only=True) as db:
        schemas = {row[0] for row in db.execute(
            "SELECT schema_name FROM duckdb_schemas() WHERE database_name = current_database() AND NOT internal"
            f" AND schema_name NOT IN {NOT_COMPARED}").fetchall()}
        found = db.execute(
            "SELECT schema_name, table_name, 'table', comment, NULL FROM duckdb_tables()"
            f" WHERE database_name = current_database() AND NOT internal AND schema_name NOT IN {NOT_COMPARED}"
            " UNION ALL SELECT schema_name, view_name, 'view', comment, sql FROM duckdb_views()"
            f" WHERE database_name = current_database() AND NOT internal AND schema_name NOT IN {NOT_COMPARED}").fetchall()
        columns = {}
        for schema, table, name, kind, nullable, comment in db.execute(
                "SELECT schema_name, table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns()"
                f" WHERE database_name = current_database() AND schema_name NOT IN {NOT_COMPARED}"
                " ORDER BY schema_name, table_name, column_index").fetchall():
            columns.setdefault((schema, table), []).append((name, kind, nullable, comment or ""))
        relations = {}
        for schema, name, kind, comment, sql in found:
            try:
                rows, digest = db.execute(
                    f"SELECT COUNT(*), COALESCE(SUM(HASH(t)), 0)::TEXT FROM {quoted(schema, name)} AS t").fetchone()
            except duckdb.Error as error:  # a view over what is gone
                rows, digest = -1, str(error).splitlines()[0]
            # Views in the virtual layer name a physical table; physical views hold their query, which
            # two programs may spell in two ways: its columns and rows are compared.
            definition = None
            if kind == "view" and not schema.startswith("sqlmesh__"):
                target = re.search(r"FROM\s+(.*?);?\s*$", sql, re.S | re.I)
                parts = re.findall(r'"([^"]+)"|([A-Za-z_][\w$]*)', target.group(1)) if target else []
                definition = ".".join(plain(a or b) for a, b in parts)
            relation = Relation(schema, name, kind, comment, columns.get((schema, name), []), definition, rows, digest)
            relations.setdefault(relation.key, []).append(relation)
        return {"schemas": schemas, "relations": relations}


def rows_of(path, relation):
    with duckdb.connect(str(path), read_only=True) as db:
        try:
            rows = db.execute(f"SELECT * FROM {quoted(relation.schema, relation.name)}").fetchall()
        except duckdb.Error as error:
            rows = [(str(error).splitlines()[0],)]
    return collections.Counter(str(row) for row in rows)


def rows_that_differ(left, right, a, b):
    """A few rows that only one side has."""
    one, two = rows_of(left, a), rows_of(right, b)
    return f"only the first: {sorted(one - two)[:3]}; only the second: {sorted(two - one)[:3]}"


def compare_pair(a, b, left, right):
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
        yield f"{a.title}: {a.rows} and {b.rows} rows; " + rows_that_differ(left, right, a, b)


def differences(left, right):
    """Sentences, none when the files are alike."""
    one, two = read(left), read(right)
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
            out += compare_pair(a, b, left, right)
        out += [f"{a.title} ({a.rows} rows) is only on the first side" for a in mine[len(theirs):]]
        out += [f"{b.title} ({b.rows} rows) is only on the second side" for b in theirs[len(mine):]]
    return out
