#!/usr/bin/env python3
"""A project of many small models, loaded by the real SQLMesh and by Heddle: names, kinds, crons, units,
dependencies, columns with types, descriptions, tags, audits must be alike.

    tests/parity/load.py [--build build] [FOLDER…]      FOLDERs: other projects to compare as well

Links tests/parity/load.c with the libraries of a finished build (make). Needs the package sqlmesh (tools/bootstrap
test puts it in the cache's oracle/).
"""

import argparse
import json
import pathlib
import shlex
import subprocess
import sys
import tempfile

FILES = {
    "config.yaml": """
gateways:
  local:
    connection: {type: duckdb, database: shop.duckdb}
    variables: {Where: here}
default_gateway: local
model_naming: {infer_names: true}
model_defaults:
  dialect: duckdb
  start: '2024-01-01'
  cron: '@daily'
variables: {schema: mart, n: 3, cols: [a, b]}
""",
    "seeds/items.csv": "Item,price,day,ok\n1,2.5,2024-01-01,true\n2,,2024-01-02,false\n",
    "models/raw/items.sql": "MODEL (name raw.items, kind SEED (path '../../seeds/items.csv'));",
    "models/raw/typed.sql": """MODEL (
  name raw.typed, kind SEED (path '$root/seeds/semi.csv', csv_settings (delimiter = ';', quotechar = '"')),
  columns (id INT, "Name" TEXT, at DATE),
  grain id
);""",
    "seeds/semi.csv": "id;Name;at\n1;x;2024-01-01\n",
    "models/raw/inferred.sql": "MODEL (kind FULL);\nSELECT 1 AS a, 'x' AS b",
    "models/raw/bare.sql": "SELECT 1 AS a",
    "models/mart/named.sql": "MODEL(name @{schema}.named, kind full, tags [x, 'Y', z],);\nSELECT a, b FROM raw.inferred",
    "models/mart/twice.sql": "MODEL (name mart.twice, owner a, cron '@hourly', cron '@weekly', kind VIEW,);\nSELECT * FROM mart.named",
    "models/mart/incremental.sql": """-- What happened.
MODEL (
  name mart.incremental, -- its name
  kind INCREMENTAL_BY_TIME_RANGE (
    time_column (ds, '%Y%m%d'), lookback 2, batch_size 10, batch_concurrency 3,
    forward_only true, on_destructive_change warn, /* all of it */
  ),
  cron '*/5 * * * *', start '2023-05-01',
  interval_unit 'quarter_hour', allow_partials true,
  audits (not_null(columns := (ds, item)), unique_values(columns = [item]), many(least := 1), accepted_range_non_blocking(column := price, min_v := 0)),
  partitioned_by (ds, item),
  physical_properties (a = 1, 'b' = @n),
  depends_on (ext.other),
);
@DEF(factor, 2);
CREATE TABLE IF NOT EXISTS x.y (a INT);
SELECT item, price * @factor AS price, -- twice the price
  strftime(day::DATE, '%Y%m%d')::TEXT AS ds /* the day */
FROM raw.items WHERE day BETWEEN @start_ds AND @end_ds;
DROP TABLE x.y;
ON_VIRTUAL_UPDATE_BEGIN;
GRANT SELECT ON VIEW @this_model TO ROLE r;
ON_VIRTUAL_UPDATE_END;
""",
    "models/mart/embedded.sql": "MODEL (name mart.embedded, kind EMBEDDED);\nSELECT item, SUM(price) AS total FROM mart.incremental GROUP BY 1",
    "models/mart/reads_embedded.sql": "MODEL (name mart.reads_embedded, kind FULL);\nWITH raw AS (SELECT * FROM mart.embedded), items AS (SELECT * FROM raw) SELECT i.*, 1::BIGINT AS one FROM items AS i",
    "models/mart/outer_reads.sql": "MODEL (name mart.outer_reads);\nSELECT e.item, o.v FROM mart.embedded e LEFT JOIN ext.other o ON e.item = o.item",
    "models/mart/self.sql": """MODEL (name mart.self, kind INCREMENTAL_BY_TIME_RANGE (time_column ds), columns (ds DATE, n INT));
SELECT '2024-01-01'::DATE AS ds, COALESCE((SELECT MAX(n) FROM mart.self), 0)::INT AS n""",
    "models/mart/each.sql": "MODEL (name mart.each, kind FULL, description 'made by a macro');\nSELECT @EACH(@cols, c -> c AS @{c}_copy), @n AS n, @VAR('where') AS w FROM mart.named",
    "models/mart/star.sql": "MODEL (name mart.star, kind FULL);\nSELECT @STAR(mart.named, exclude := [b]), 2.5 AS q FROM mart.named",
    "models/mart/unioned.sql": "MODEL (name mart.unioned, kind FULL);\n@UNION('all', mart.named, mart.twice)",
    "models/mart/set_operation.sql": "MODEL (name mart.set_operation);\nSELECT a FROM raw.bare UNION ALL SELECT item FROM raw.items EXCEPT SELECT id FROM raw.typed",
    "models/mart/Upper.sql": 'MODEL (name MART.Upper_Case, kind FULL);\nSELECT A AS "Mixed", B FROM "mart"."named"',
    "models/mart/three.sql": "MODEL (name shop.mart.three, kind FULL, column_descriptions (a = 'the a', B = 'the b'));\nSELECT a, b FROM shop.mart.named",
    "models/mart/windowed.sql": "MODEL (name mart.windowed, kind FULL);\nSELECT item, COUNT(*) AS n, AVG(price) AS mean, MIN(day) OVER (PARTITION BY item) AS first FROM raw.items GROUP BY ALL",
    "models/mart/blue.sql": "MODEL (name mart.blue_@{region}, kind FULL, blueprints ((region := north, w := 1), (region := south, w := 2)));\nSELECT a, @w AS w, @'@{region}' AS r FROM raw.inferred",
    "models/mart/green.sql": "MODEL (name mart.green_@{region}, kind FULL, blueprints @EACH(@cols, c -> (region := r_@c, w := @c)));\nSELECT a, @w AS w, @'@{region}' AS r FROM raw.inferred",
    "models/mart/red.sql": "MODEL (name @zone.red, kind FULL, blueprints @EACH(@FILTER([1, 2, 3], n -> n <> 2), n -> (zone := s_@n, times := @EVAL(@n * 2))));\nSELECT a * @times AS b FROM raw.inferred",
    "models/mart/pink.sql": "MODEL (name mart.pink_@x, kind FULL, blueprints @IF(@n > 1, ((x := a), (x := b)), ((x := c))));\nSELECT 1 AS @x",
    "models/mart/inline.sql": """MODEL (name mart.inline, kind FULL, audits (own, own_soft));
SELECT 1 AS id;
AUDIT (name own); SELECT * FROM @this_model WHERE id < 0;
AUDIT (name own_soft, blocking false); SELECT * FROM @this_model WHERE id > 9""",
    "models/mart/case.sql": "MODEL (name mart.Case, kind FULL, dialect 'duckdb,normalization_strategy=case_sensitive');\nSELECT Item AS Item FROM Raw.Items",
    "models/mart/disabled.sql": "MODEL (name mart.disabled, enabled false);\nSELECT 1 AS a",
    "models/mart/monthly.sql": "MODEL (name mart.monthly, kind FULL, cron '0 5 1 * *', cron_tz 'Europe/Berlin');\nSELECT 1 AS a",
    "audits/many.sql": """AUDIT (name many, defaults (least = 3)); SELECT 1 FROM @this_model HAVING COUNT(*) < @least;
AUDIT (name spare, dialect duckdb, blocking false);
SELECT * FROM @this_model""",
    "external_models.yaml": """
- name: ext.other
  description: not ours
  columns: {item: int, V: text}
- name: ext.unused
""",
}

ORACLE = """
import json, sys
from sqlmesh import Context
for m in Context(paths=sys.argv[1]).models.values():
    columns = m.columns_to_types
    print(json.dumps({
        "name": m.fqn, "kind": m.kind.name.value, "cron": m.cron, "unit": m.interval_unit.value,
        "depends_on": sorted(m.depends_on), "description": m.description, "tags": list(m.tags),
        "column_descriptions": m.column_descriptions, "audits": [a for a, _ in m.audits],
        "columns": columns and [[k, None if v.is_type("unknown") else v.sql("duckdb")] for k, v in columns.items()],
        "physical_schema": m.physical_schema, "start": m.start and str(m.start), "lookback": m.lookback,
        "time_column": m.time_column and [m.time_column.column.name, m.time_column.format],
    }))
"""


def lines(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        sys.exit(f"{command[0]} failed:\n{done.stdout}{done.stderr}")
    found = (json.loads(line) for line in done.stdout.splitlines() if line.startswith("{"))
    return {model["name"]: model for model in found}


def build_loader(build, folder):
    """load.c linked with the build's libraries."""
    here = pathlib.Path(__file__).resolve().parent
    packages = "glib-2.0 jansson libfyaml libmicrohttpd gnutls libcurl openssl".split()
    flags = shlex.split(subprocess.check_output(["pkg-config", "--cflags", "--libs", *packages], text=True))
    libraries = [f"{build}/lib/{name}.a" for name in ("project", "macro", "warehouse", "sql", "wire", "http", "calendar", "base")]
    loader = f"{folder}/load"
    subprocess.check_call(
        ["gcc", "-std=c11", "-D_DEFAULT_SOURCE", f"-I{here.parent.parent}/src", "-o", loader, here / "load.c",
         "-Wl,--start-group", *libraries, "-Wl,--end-group", *flags, "-lm"])
    return loader


def write_project(folder):
    for name, text in FILES.items():
        path = pathlib.Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def compare(python, loader, folder):
    """How many members differ."""
    theirs = lines([python, "-c", ORACLE, folder])
    ours = lines([loader, folder])
    unlike = 0
    for name in sorted(theirs.keys() | ours.keys()):
        if name not in theirs or name not in ours:
            print(f"{name}: only {'ours' if name in ours else 'theirs'}")
            unlike += 1
            continue
        for key, value in theirs[name].items():
            if ours[name].get(key) != value:
                print(f"{name}: {key}\n    SQLMesh: {value}\n    Heddle:  {ours[name].get(key)}")
                unlike += 1
    print(f"{folder}: {len(theirs)} models, {unlike} differences")
    return unlike


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build")
    parser.add_argument("folders", nargs="*")
    arguments = parser.parse_args()
    python = pathlib.Path.home() / ".cache/heddle/oracle/bin/python"
    python = str(python) if python.exists() else sys.executable
    with tempfile.TemporaryDirectory() as own:
        loader = build_loader(arguments.build, own)
        write_project(f"{own}/project")
        folders = [f"{own}/project", *arguments.folders]
        sys.exit(sum(compare(python, loader, folder) for folder in folders) > 0)


main()
