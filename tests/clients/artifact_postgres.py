#!/usr/bin/env python3
"""The executor that the public client installs, with PostgreSQL as warehouse: its driver and all that this needs is in the file.

    tests/clients/artifact_postgres.py build/heddle
"""

import shutil

from installed import BARE, OTHER, Machine, Shop
from rig import check_record, main

import warehouse_postgres
from roundtrip import DAY, TODAY, check_totals


class World(warehouse_postgres.World):
    """Its certificate lies where the bare root sees it."""

    def __init__(self, heddle):
        super().__init__(heddle)
        self.authority = self.root / "authority.crt"
        shutil.copy(self.postgres.authority, self.authority)

    def ask(self, sql):
        return self.postgres.ask(sql, "house")


class House(Shop):
    def settings(self, **change):
        return super().settings(**{"PGSSLROOTCERT": str(self.w.authority), **change})


def test_apply_once_carries_out_a_plan(s):
    code, text = s.executor("apply", "--once")
    assert code == 0 and "welcomes this executor" in text, text
    s.turns("apply", s.plans("--execution-time", str(TODAY - 2 * DAY)))
    check_totals(s.rows(), TODAY - 2 * DAY)


def test_run_once_carries_out_a_run(s):
    s.turns("run", s.develops("run", "--execution-time", str(TODAY - DAY)))
    check_totals(s.rows(), TODAY - DAY)


def test_it_looks_at_the_certificate(s):
    """As sslmode says; the file's own libpq and TLS do."""
    code, text = s.executor("run", "--once", PGSSLROOTCERT="/etc/hostname")
    assert "could not read root certificate file" in text, text
    assert code == 0  # so says the client of a turn that failed


def test_a_machine_of_another_architecture_carries_out_a_run(s):
    machine = Machine(s.w.root / OTHER)
    machine.install(s.served)
    s.turns("run", s.develops("run"), machine.turn(s.settings()))
    check_totals(s.rows(), TODAY)
    done = machine.run("run", "--check", **s.settings())
    assert done.returncode == 0 and "gateway main: it is open" in done.stdout, done.stdout + done.stderr


def test_their_files_are_as_they_were_installed(_):
    assert check_record("tcloud", venv=BARE / "usr/local") > 5


main(globals(), House, World)
