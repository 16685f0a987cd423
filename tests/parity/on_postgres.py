"""The comparison on PostgreSQL: each program has a server of its own, so that the database, which is the catalog of
every model, is called the same on both."""

import collections
import pathlib
import re
import sys

import warehouse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
import postgres  # noqa: E402

# SQLMesh keeps its state in the warehouse; Heddle's is elsewhere.
NOT_COMPARED = "nspname !~ '^pg_' AND nspname NOT IN ('information_schema', 'public', 'sqlmesh')"

# What the project says in DuckDB's words.
WORDS = {
    "STRFTIME(ts, '%Y-%m-%d')": "TO_CHAR(ts, 'YYYY-MM-DD')",
    "GROUP BY ALL": "GROUP BY 1, 3",
}


class Engine:
    gateway = dialect = "postgres"
    connection = f"""
      type: postgres
      host: 127.0.0.1
      port: {{{{ env_var('TEST_PORT') }}}}
      user: {postgres.USER}
      password: '{postgres.PASSWORD}'
      database: warehouse
      concurrent_tasks: 4
"""
    # A view keeps the types of what it reads from changing, so one is changed behind its back.
    planted = {
        "a wrong type": ("UPDATE pg_attribute SET atttypmod = atttypmod + 1 WHERE attname = 'money' AND attrelid ="
                         " '{mart.late}'::regclass", "mart__late__V: its columns"),
        "a view on the wrong table": ("DROP VIEW mart.week; CREATE VIEW mart.week AS SELECT * FROM {mart.daily}",
                                      "view mart.week shows"),
    }

    def __init__(self):
        self.servers = {name: postgres.Server() for name in ("SQLMesh", "Heddle")}

    def stop(self):
        for server in self.servers.values():
            server.stop()

    def sql(self, text):
        for old, new in WORDS.items():
            text = text.replace(old, new)
        return text

    def database(self, side):
        return side.name, "warehouse"

    def environment(self, side):
        port = str(self.servers[side.name].port)
        return {"TEST_PORT": port, "SQLMESH__MODEL_DEFAULTS__DIALECT": "postgres", **self.shop(port)}

    @staticmethod
    def shop(port):
        """What examples/shop is told to run here."""
        return {"SHOP_POSTGRES_PORT": port, "SHOP_POSTGRES_USER": postgres.USER,
                "SHOP_POSTGRES_PASSWORD": postgres.PASSWORD, "SQLMESH__DEFAULT_GATEWAY": "postgres"}

    def _copy(self, server, old, new):
        self.servers[server].ask(f"DROP DATABASE IF EXISTS {new} WITH (FORCE)")
        self.servers[server].ask(f"CREATE DATABASE {new} TEMPLATE {old}")

    def make_empty(self, side):
        self._copy(side.name, "template0", "warehouse")

    def remember(self, side):
        self._copy(side.name, "warehouse", "remembered")

    def begin_again(self, side):
        self._copy(side.name, "remembered", "warehouse")

    def copy_to(self, database, folder):
        server, name = database
        self._copy(server, name, folder.name)
        return server, folder.name

    def _connect(self, database):
        server, name = database
        return self.servers[server].connect(name)

    def execute(self, database, statement):
        with self._connect(database) as connection, connection.cursor() as db:
            def physical(match):
                db.execute("SELECT pg_get_viewdef(%s::regclass)", [match.group(1)])
                return re.search(r"FROM\s+(.*?);?\s*$", db.fetchone()[0], re.S).group(1)
            db.execute(re.sub(r"\{([a-z_.]+)\}", physical, statement))

    def read(self, database):
        connection = self._connect(database)
        with connection.cursor() as db:
            db.execute(f"SELECT nspname FROM pg_namespace WHERE {NOT_COMPARED}")
            schemas = {row[0] for row in db.fetchall()}
            db.execute("SELECT attrelid, attname, format_type(atttypid, atttypmod), attnotnull, col_description(attrelid,"
                       " attnum) FROM pg_attribute WHERE attnum > 0 AND NOT attisdropped ORDER BY attrelid, attnum")
            columns = {}
            for table, name, kind, required, comment in db.fetchall():
                columns.setdefault(table, []).append((name, kind, not required, comment or ""))
            db.execute("SELECT c.oid, nspname, relname, relkind, obj_description(c.oid, 'pg_class'), pg_get_viewdef(c.oid)"
                       " FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = relnamespace"
                       f" WHERE relkind IN ('r', 'p', 'v', 'm', 'f') AND {NOT_COMPARED}")
            relations = {}
            for oid, schema, name, kind, comment, sql in db.fetchall():
                relation = self._relation(db, schema, name, kind, comment, columns.get(oid, []), sql)
                relations.setdefault(relation.key, []).append(relation)
        connection.close()
        return {"schemas": schemas, "relations": relations}

    def _relation(self, db, schema, name, kind, comment, columns, sql):
        db.execute(f"SELECT COUNT(*), COALESCE(SUM(hashtextextended(t::text, 0)), 0)::text"
                   f" FROM {warehouse.quoted(schema, name)} AS t")
        rows, digest = db.fetchone()
        definition = None
        if kind == "v" and not schema.startswith("sqlmesh__"):  # one of the virtual layer
            target = re.search(r"FROM\s+(.*?);?\s*$", sql, re.S).group(1)
            definition = ".".join(warehouse.plain(part.strip('"')) for part in target.split("."))
        kinds = {"r": "table", "v": "view"}
        return warehouse.Relation(schema, name, kinds.get(kind, f"relation of kind {kind}"), comment, columns, definition,
                                  rows, digest)

    def rows_of(self, database, relation):
        connection = self._connect(database)
        with connection.cursor() as db:
            db.execute(f"SELECT * FROM {warehouse.quoted(relation.schema, relation.name)}")
            rows = collections.Counter(str(row) for row in db.fetchall())
        connection.close()
        return rows
