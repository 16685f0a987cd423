"""The comparison on DuckDB: each program has a file of its own."""

import collections
import re
import shutil

import duckdb

import warehouse

# SQLMesh keeps its state in the warehouse; Heddle's is elsewhere.
NOT_COMPARED = "('information_schema', 'pg_catalog', 'main', 'sqlmesh')"


class Engine:
    gateway, dialect = "main", "duckdb"
    connection = """
      type: duckdb
      database: warehouse.duckdb
"""
    # Faults planted in a copy of a warehouse, and the sentence in which the comparison must find each.
    planted = {
        "a wrong type": ("ALTER TABLE {stage.batches} ALTER n TYPE INT", "stage__batches__V: its columns"),
        "a view on the wrong table": ("CREATE OR REPLACE VIEW mart.week AS SELECT * FROM {mart.daily}", "view mart.week shows"),
    }

    def sql(self, text):
        """The text of a project as this engine wants it."""
        return text

    def database(self, side):
        return side.folder / "warehouse.duckdb"

    def environment(self, side):
        return {}

    def make_empty(self, side):
        """An empty warehouse for a side."""

    def remember(self, side):
        """What the side's warehouse holds now is what begin_again() gives."""

    def begin_again(self, side):
        """A copy of a side, whose folder is there, gets the warehouse that was remembered."""

    def copy_to(self, database, folder):
        """Another file with the same content; its name is the catalog."""
        folder.mkdir(parents=True)
        return shutil.copy(database, folder / database.name)

    def execute(self, path, statement):
        """{schema.model} is the physical table that the model's view shows."""
        with duckdb.connect(str(path)) as db:
            def physical(match):
                schema, name = match.group(1).split(".")
                sql = db.execute("SELECT sql FROM duckdb_views() WHERE schema_name = ? AND view_name = ?",
                                 [schema, name]).fetchone()[0]
                return re.search(r"FROM\s+(.*?);?\s*$", sql, re.S | re.I).group(1)
            db.execute(re.sub(r"\{([a-z_.]+)\}", physical, statement))

    def read(self, path):
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
                        f"SELECT COUNT(*), COALESCE(SUM(HASH(t)), 0)::TEXT FROM {warehouse.quoted(schema, name)} AS t").fetchone()
                except duckdb.Error as error:  # a view over what is gone
                    rows, digest = -1, str(error).splitlines()[0]
                # Views in the virtual layer name a physical table; physical views hold their query, which
                # two programs may spell in two ways: its columns and rows are compared.
                definition = None
                if kind == "view" and not schema.startswith("sqlmesh__"):
                    target = re.search(r"FROM\s+(.*?);?\s*$", sql, re.S | re.I)
                    parts = re.findall(r'"([^"]+)"|([A-Za-z_][\w$]*)', target.group(1)) if target else []
                    names = [warehouse.plain(a or b) for a, b in parts]
                    definition = ".".join([name.lower() for name in names[:-2]] + names[-2:])  # a catalog's case is nothing
                relation = warehouse.Relation(schema, name, kind, comment, columns.get((schema, name), []), definition, rows, digest)
                relations.setdefault(relation.key, []).append(relation)
            return {"schemas": schemas, "relations": relations}

    def rows_of(self, path, relation):
        with duckdb.connect(str(path), read_only=True) as db:
            try:
                rows = db.execute(f"SELECT * FROM {warehouse.quoted(relation.schema, relation.name)}").fetchall()
            except duckdb.Error as error:
                rows = [(str(error).splitlines()[0],)]
        return collections.Counter(str(row) for row in rows)
