#!/usr/bin/env python3
"""Warehouses that refuse: a real PostgreSQL with a wrong password, nobody at the port, missing rights; and disks that are
full. Every text whole, nothing lost.

    tests/e2e/bad_warehouse.py build/heddle [WORD…]
"""

import contextlib
import json
import os
import re
import socket
import sqlite3
import sys
import urllib.error
import urllib.request

import rig


def config(postgres, user="shop", password="s3cret of the shop", **more):
    lines = {"type": "postgres", "host": "127.0.0.1", "port": postgres.port, "user": user, "password": password,
             "database": "shop",
             "concurrent_tasks": 1, **more}
    return ("gateways:\n  main:\n    connection:\n" + "".join(f"      {k}: {v}\n" for k, v in lines.items()) +
            "default_gateway: main\nmodel_defaults:\n  dialect: postgres\n  start: '2026-01-01'\n")


def set_up(b):
    if hasattr(b, "postgres"):
        return
    b.postgres = rig.PostgreSQL(b)
    b.postgres.sql("CREATE ROLE shop LOGIN PASSWORD 's3cret of the shop'")
    b.postgres.sql("CREATE DATABASE shop OWNER owner")


def said(b, texts, title, folder):
    done = b.plan(folder)
    texts.compare(title, b.plain(done.stderr))
    assert done.returncode != 0, done
    assert "s3cret" not in done.stdout + done.stderr and "wr0ng" not in done.stdout + done.stderr
    return done


def test_a_login_that_is_refused(b, texts):
    set_up(b)
    folder = b.project("login", **{"config.yaml": config(b.postgres, password="wr0ng")})
    said(b, texts, "a wrong warehouse password", folder)
    (folder / "config.yaml").write_text(config(b.postgres, user="nobody"))
    said(b, texts, "a user of the warehouse that there is not", folder)
    (folder / "config.yaml").write_text(config(b.postgres, database="shpo"))
    said(b, texts, "a database that there is not", folder)


def test_a_warehouse_that_does_not_answer(b, texts):
    set_up(b)
    folder = b.project("away", **{"config.yaml": config(b.postgres, port=9)})
    said(b, texts, "nobody at the warehouse's port", folder)
    (folder / "config.yaml").write_text(config(b.postgres, host="warehouse.invalid"))
    said(b, texts, "a host of the warehouse that is not known", folder)


def test_a_right_that_is_missing(b, texts):
    """Each GRANT that an error names is given; in the end the plan works."""
    set_up(b)
    b.postgres.sql("CREATE TABLE public.stock (day DATE, amount INT)", "shop")
    b.postgres.sql("INSERT INTO public.stock VALUES ('2026-01-01', 7)", "shop")
    folder = b.project("rights", **{
        "config.yaml": config(b.postgres),
        "models/daily.sql": "MODEL (name shop.daily, kind FULL);\nSELECT day, SUM(amount) AS total\nFROM public.stock\nGROUP BY day\n"})
    done = said(b, texts, "no right to make a schema", folder)
    assert "GRANT CREATE ON DATABASE" in done.stderr
    b.postgres.sql("GRANT CREATE ON DATABASE shop TO shop", "shop")
    done = said(b, texts, "no right to read a table", folder)
    assert "GRANT SELECT ON" in done.stderr
    b.postgres.sql("GRANT SELECT ON public.stock TO shop", "shop")
    b.plan(folder, code=0)
    assert [r["total"] for r in b.rows(folder, "SELECT total FROM shop.top")] == [7]
    b.postgres.sql("CREATE SCHEMA closed; CREATE TABLE closed.stock AS SELECT * FROM public.stock", "shop")
    b.postgres.sql("GRANT SELECT ON closed.stock TO shop", "shop")
    model = folder / "models/daily.sql"
    model.write_text(model.read_text().replace("public.stock", "closed.stock"))
    done = said(b, texts, "no right to use a schema", folder)
    assert "GRANT USAGE ON SCHEMA" in done.stderr
    assert [r["total"] for r in b.rows(folder, "SELECT total FROM shop.top")] == [7]
    b.postgres.sql("GRANT USAGE ON SCHEMA closed TO shop", "shop")
    b.plan(folder, code=0)


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def test_an_executor_that_may_make_nothing(b, texts):
    """It is not ready and says which GRANT helps; given that, it is ready without a restart. One that reads is told."""
    set_up(b)
    b.postgres.sql("CREATE ROLE reader LOGIN PASSWORD 's3cret of the reader'")
    base = b.server(name="plane")
    gateway = {"TYPE": "postgres", "HOST": "127.0.0.1", "PORT": str(b.postgres.port), "USER": "reader",
               "PASSWORD": "s3cret of the reader", "DATABASE": "shop"}
    env = {"TCLOUD_URL": f"{base}/sqlmesh/acme/shop", **b.client("executor"),
           **{f"SQLMESH__GATEWAYS__MAIN__CONNECTION__{k}": v for k, v in gateway.items()}}
    done = b.run("executor", "apply", "--check", env=env, code=1)
    refused = done.stdout[done.stdout.index("failed "):]
    texts.compare("an executor's check without rights",
                  re.sub(r"\(\d+ ms\)", "(N ms)", re.sub(r"version .*?, catalog", "version N, catalog", refused)))
    listen = f"127.0.0.1:{free_port()}"
    b.start("poor", "executor", "apply", env={**env, "HEDDLE_HEALTH_LISTEN": listen})
    b.await_log("poor", "GRANT CREATE ON DATABASE")
    with contextlib.suppress(urllib.error.HTTPError):
        raise AssertionError(urllib.request.urlopen(f"http://{listen}/readyz").read())
    b.postgres.sql("GRANT CREATE ON DATABASE shop TO reader", "shop")
    b.await_log("poor", "welcomes this executor")
    assert urllib.request.urlopen(f"http://{listen}/readyz").status == 200
    b.run("executor", "apply", "--check", env=env, code=0)
    b.stop("poor")
    b.stop("plane")
    assert "s3cret" not in b.log("poor") + done.stdout


def fill(folder):
    ballast = os.open(folder / "ballast", os.O_CREAT | os.O_WRONLY)
    try:
        for size in (65536, 4096):
            with contextlib.suppress(OSError):
                while os.write(ballast, b"x" * size):
                    pass
    finally:
        os.close(ballast)


def test_the_warehouse_has_a_full_disk(b, texts):
    with rig.tmpfs(b, "small", "12m") as disk:
        folder = b.project("full", **{"config.yaml": rig.PROJECT["config.yaml"].replace(
            "house.duckdb", str(disk / "house.duckdb"))})
        b.plan(folder, code=0)
        fill(disk)
        model = folder / "models/daily.sql"
        good = model.read_text()
        model.write_text("MODEL (name shop.daily, kind FULL);\n"
                         "SELECT DATE '2026-01-01' AS day, HASH(i) AS total FROM RANGE(2000000) AS t(i)\n")
        said(b, texts, "the warehouse's disk is full", folder)
        (disk / "ballast").unlink()
        model.write_text(good)
        b.plan(folder, code=0)
        assert [int(r["total"]) for r in b.rows(folder, "SELECT total FROM shop.top")] == [7]


def test_the_state_has_a_full_disk(b, texts):
    with rig.tmpfs(b, "tiny", "4m") as disk:
        state = f"sqlite:{disk}/state.db"
        base = b.server(state=state, name="full")
        env = {"TCLOUD_URL": f"{base}/sqlmesh/acme/shop", **b.client("developer", state)}
        executor = {"TCLOUD_URL": f"{base}/sqlmesh/acme/shop", **b.client("executor", state),
                    "SQLMESH__DEFAULT_GATEWAY": "main", "SQLMESH__GATEWAYS__MAIN__CONNECTION__TYPE": "duckdb",
                    "SQLMESH__GATEWAYS__MAIN__CONNECTION__DATABASE": str(b.root / "beside.duckdb")}
        b.start("worker", "executor", "apply", env=executor)
        b.await_log("worker", "welcomes this executor")
        folder = b.project("stateful")
        b.plan(folder, env=env, code=0)
        fill(disk)
        (folder / "models/top.sql").write_text("MODEL (name shop.top, kind VIEW);\nSELECT day, total, '%s' AS note FROM shop.daily\n"
                                               % ("x" * 400000))
        done = b.plan(folder, env=env)
        texts.compare("the state's disk is full", b.plain(done.stderr))
        assert done.returncode != 0, done
        (disk / "ballast").unlink()
        rig.write_project(folder)
        done = b.plan(folder, env=env, code=0)
        assert "No changes" in done.stdout, done.stdout
        assert [int(r["total"]) for r in b.rows(folder, "SELECT total FROM shop.top", env=env)] == [7]
        b.stop("worker")
        b.stop("full")
        with sqlite3.connect(disk / "state.db") as db:
            assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


def test_an_executor_has_a_full_disk(b, texts):
    """Its log and the warehouse's temporary files are on it: what needs these fails, all else goes on; the log too once there is room."""
    with rig.tmpfs(b, "scratch", "4m") as disk:
        (b.root / "crowded.log").symlink_to(disk / "executor.log")
        base = b.server(name="roomy")
        url = {"TCLOUD_URL": f"{base}/sqlmesh/acme/shop"}
        env, gateway = {**url, **b.client("developer")}, "SQLMESH__GATEWAYS__MAIN__CONNECTION__"
        b.start("crowded", "executor", "apply", env={
            **url, **b.client("executor"), "SQLMESH__DEFAULT_GATEWAY": "main", f"{gateway}TYPE": "duckdb",
            f"{gateway}DATABASE": str(b.root / "room.duckdb"), f"{gateway}CONCURRENT_TASKS": "1", f"{gateway}CONNECTOR_CONFIG":
            json.dumps({"memory_limit": "100MB", "threads": "1", "temp_directory": str(disk / "spill")})})
        b.await_log("crowded", "welcomes this executor")
        folder = b.project("crowded")
        fill(disk)
        before = b.log("crowded")
        b.plan(folder, env=env, code=0)
        assert b.log("crowded").startswith(before) and len(b.log("crowded")) < len(before) + 4096
        model = folder / "models/daily.sql"
        good = model.read_text()
        model.write_text("MODEL (name shop.daily, kind FULL);\nSELECT DATE '2026-01-01' AS day, COUNT(*) AS total\n"
                         "FROM (SELECT i, ROW_NUMBER() OVER (ORDER BY HASH(i)) AS n FROM RANGE(20000000) AS t(i)) AS s\n")
        done = b.plan(folder, env=env)
        text = re.sub(r"(size |- |to )[\d.-]+( KiB|\]| 00:00:00)", r"\1N\2", b.plain(done.stderr))
        texts.compare("the disk of an executor's temporary files is full", text)
        assert done.returncode != 0, done
        (disk / "ballast").unlink()
        said_before = len(b.log("crowded"))
        model.write_text(good)
        b.plan(folder, env=env, code=0)
        assert [int(r["total"]) for r in b.rows(folder, "SELECT total FROM shop.top", env=env)] == [7]
        b.stop("crowded")
        assert len(b.log("crowded")) > said_before
        b.stop("roomy")


if __name__ == "__main__":
    sys.exit(rig.main(globals(), "warehouse"))
