"""sqlglot's own published test statements, taken from its source distribution when tests run.

Nothing of them is kept in this tree: the archive is downloaded once into the cache, and the statements are found in
its tests by reading the calls of validate_identity() and validate_all() as syntax, without running them, and in the
lines of fixtures/identity.sql.
"""

import ast
import os
import pathlib
import subprocess
import sys
import tarfile

VERSION = "30.8.0"
# "base" is the dialect of those that name none: sqlglot's own, and so SQLMesh's.
DIALECTS = (
    "base duckdb postgres bigquery snowflake databricks spark redshift mysql tsql trino athena clickhouse risingwave fabric"
).split()


def cache():
    base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
    return pathlib.Path(os.environ.get("HEDDLE_CACHE") or f"{base}/heddle")


def pip(*arguments):
    command = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check", *arguments]
    subprocess.run(command, check=True, stdout=sys.stderr)


def archive():
    path = cache() / f"sqlglot-{VERSION}.tar.gz"
    if not path.exists():
        pip("download", "--no-deps", "--no-binary", "sqlglot", "--dest", str(cache()), f"sqlglot=={VERSION}")
    return path


def use_compiled():
    """Puts sqlglot with its compiled modules first on the path; where there is no wheel, the plain one stays."""
    folder = cache() / f"sqlglotc-{VERSION}"
    if not (folder / "sqlglot" / "__init__.py").exists():
        part = str(folder) + ".part"
        try:
            pip("install", "--upgrade", "--only-binary", ":all:", "--target", part, f"sqlglot=={VERSION}", f"sqlglotc=={VERSION}")
        except subprocess.CalledProcessError:
            return False
        os.replace(part, folder)
    sys.path.insert(0, str(folder))
    return True


def text(node):
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def by_dialect(call):
    """The read={…} and write={…} of a validate_all()."""
    for keyword in call.keywords:
        if keyword.arg in ("read", "write") and isinstance(keyword.value, ast.Dict):
            for key, value in zip(keyword.value.keys, keyword.value.values):
                yield text(key), text(value)


def of_call(call, dialect):
    name = call.func.attr if isinstance(call.func, ast.Attribute) else None
    if name == "validate_identity":
        for argument in call.args[:2]:
            yield dialect, text(argument)
    elif name == "validate_all":
        for argument in call.args[:1]:
            yield dialect, text(argument)
        yield from by_dialect(call)


def of_class(cls):
    dialect = ""
    for statement in cls.body:
        if isinstance(statement, ast.Assign) and getattr(statement.targets[0], "id", None) == "dialect":
            dialect = text(statement.value) or ""
    for node in ast.walk(cls):
        if isinstance(node, ast.Call):
            yield from of_call(node, dialect)


def of_archive():
    with tarfile.open(archive()) as tar:
        for member in sorted(tar.getmembers(), key=lambda m: m.name):
            folder, name = os.path.split(member.name)
            if folder.endswith("tests/dialects") and name.startswith("test_"):
                module = ast.parse(tar.extractfile(member).read())
                for node in module.body:
                    if isinstance(node, ast.ClassDef):
                        yield from of_class(node)
            elif member.name.endswith("tests/fixtures/identity.sql"):
                for line in tar.extractfile(member).read().decode().splitlines():
                    yield "", line if not line.startswith("--") else None


def statements():
    """{dialect: [statement, …]} without duplicates, in the order they stand in."""
    found = {dialect: {} for dialect in DIALECTS}
    for dialect, sql in of_archive():
        dialect = "base" if dialect == "" else dialect
        if dialect in found and sql and sql.strip():
            found[dialect][sql] = None
    return {dialect: list(sqls) for dialect, sqls in found.items()}
