#!/usr/bin/env python3
"""Bad input in a project: every error text compared whole, and nothing is lost by it.

    tests/e2e/bad_project.py build/heddle [WORD…]
"""

import hashlib
import shutil
import sqlite3
import sys

import rig


def checksum(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


def bad(b, texts, title, changes, *words, code=1):
    """A good project, planned; then changed: the plan says so, changes nothing, and the old files plan again."""
    folder = b.root / "good"
    if not folder.exists():
        b.project("good")
        b.plan(folder, code=0)
    broken = b.root / "broken"
    shutil.copytree(folder, broken)
    try:
        before = checksum(broken / "house.duckdb")
        for name, text in changes.items():
            (broken / name).write_text(text.lstrip())
        done = b.plan(broken, *words)
        texts.compare(title, b.plain(done.stderr))
        assert done.returncode == code, done
        assert checksum(broken / "house.duckdb") == before, "the warehouse has changed"
        shutil.rmtree(broken / "models")
        rig.write_project(broken)
        done = b.plan(broken, code=0)
        assert "No changes to plan" in done.stdout, done.stdout
        assert len(b.rows(broken, "SELECT * FROM shop.top")) == 1
    finally:
        shutil.rmtree(broken)


def test_a_model_whose_query_cannot_be_read(b, texts):
    bad(b, texts, "a query with an open parenthesis", {"models/daily.sql": """
MODEL (name shop.daily, kind FULL);
SELECT day, SUM(amount AS total
FROM shop.events
GROUP BY day
"""})


def test_a_model_of_another_dialect(b, texts):
    bad(b, texts, "a model of another dialect", {"models/daily.sql": """
MODEL (name shop.daily, kind FULL, dialect postgres);
SELECT day, SUM(amount) / 2 AS half
FROM shop.events
GROUP BY day
"""})


def test_a_model_block_that_cannot_be(b, texts):
    bad(b, texts, "a kind that there is not", {"models/daily.sql": "MODEL (name shop.daily, kind FUL);\nSELECT 1 AS a\n"})
    bad(b, texts, "a property that there is not",
        {"models/daily.sql": "MODEL (name shop.daily, knd FULL);\nSELECT 1 AS a\n"})
    bad(b, texts, "a model without a query", {"models/daily.sql": "MODEL (name shop.daily, kind FULL);\n"})


def test_a_cycle_is_shown_whole(b, texts):
    bad(b, texts, "a cycle", {"models/daily.sql": "MODEL (name shop.daily, kind FULL);\nSELECT day, total FROM shop.last\n",
                              "models/last.sql": "MODEL (name shop.last, kind FULL);\nSELECT day, total FROM shop.top\n"})


def test_two_models_of_one_name(b, texts):
    bad(b, texts, "two models of one name", {"models/other.sql": "MODEL (name shop.daily, kind FULL);\nSELECT 1 AS a\n"})


def test_a_seed_with_a_ragged_row(b, texts):
    bad(b, texts, "a seed with a ragged row",
        {"seeds/events.csv": "id,day,amount\n1,2026-01-01,5\n2,2026-01-02,7\n3,2026-01-03,4,9\n"})


def test_a_gateway_that_there_is_not(b, texts):
    two = rig.PROJECT["config.yaml"].replace("default_gateway", """  lake:
    connection:
      type: duckdb
      database: lake.duckdb
default_gateway""")
    bad(b, texts, "an unknown gateway in a model",
        {"config.yaml": two, "models/daily.sql": """
MODEL (
  name shop.daily,
  kind FULL,
  gateway mian
);
SELECT day, SUM(amount) AS total FROM shop.events GROUP BY day
"""})
    bad(b, texts, "an unknown default gateway", {"config.yaml": two.replace("default_gateway: main", "default_gateway: mian")})
    bad(b, texts, "an unknown gateway as an option", {"config.yaml": two}, "--gateway", "lale")


def test_a_gateway_type(b, texts):
    config = rig.PROJECT["config.yaml"]
    bad(b, texts, "a connection type that there is not", {"config.yaml": config.replace("type: duckdb", "type: duckbd")})


def test_a_gateway_type_without_a_driver(b, texts):
    folder = b.project("driverless", **{"config.yaml": rig.PROJECT["config.yaml"].replace(
        "type: duckdb\n      database: house.duckdb", "type: snowflake\n      account: acme\n      user: me\n"
        "      password: hush\n      database: house")})
    done = b.plan(folder)
    texts.compare("a gateway type without a driver", b.plain(done.stderr))
    assert done.returncode != 0 and "hush" not in done.stderr
    rig.write_project(folder)
    b.plan(folder, code=0)


def test_a_parent_that_nobody_makes(b, texts):
    folder = b.project("orphan")
    b.plan(folder, code=0)
    (folder / "models/daily.sql").write_text(rig.PROJECT["models/daily.sql"].lstrip().replace("shop.events", "shop.event"))
    done = b.plan(folder)
    texts.compare("an unknown parent", b.plain(done.stderr))
    assert done.returncode == 1
    assert len(b.rows(folder, "SELECT * FROM shop.top")) == 1
    rig.write_project(folder)
    b.plan(folder, code=0)
    assert len(b.rows(folder, "SELECT * FROM shop.top")) == 1


def test_a_state_of_a_newer_version(b, texts):
    folder = b.project("newer")
    b.plan(folder, code=0)
    state = folder / ".heddle/state.db"
    with sqlite3.connect(state) as db:
        known, = db.execute("SELECT version FROM heddle_schema WHERE module = 'auth'").fetchone()
    def ahead(by):
        with sqlite3.connect(state) as db:
            db.execute("UPDATE heddle_schema SET version = version + ?", [by])
    def dump():
        with sqlite3.connect(state) as db:
            return list(db.iterdump())
    ahead(100)
    before = dump()
    done = b.plan(folder)
    said = b.plain(done.stderr).replace(f"version {known + 100}", "version N + 100").replace(f"version {known}.", "version N.")
    texts.compare("a state of a newer version", said)
    assert done.returncode == 1 and dump() == before, done
    ahead(-100)
    assert "No changes" in b.plan(folder, code=0).stdout


if __name__ == "__main__":
    sys.exit(rig.main(globals(), "project"))
