"""Both programs on one project, step by step; run and run-postgres say on which engine."""

import argparse
import pathlib
import re
import shutil
import tempfile
import time

import mill
import scenarios
import sides
import warehouse

SHOP = pathlib.Path(__file__).resolve().parent.parent.parent / "examples/shop"


class Unlike(Exception):
    pass


class Both:
    """A project on both sides."""

    def __init__(self, engine, pair, known=None):
        self.engine, self.pair, self.known = engine, pair, known  # known: how the two differ since the first plan

    def copy(self, folder):
        return Both(self.engine, [side.copy(folder / side.name) for side in self.pair], self.known)

    # -- the project's files --

    def write(self, path, text):
        for side in self.pair:
            (side.folder / path).write_text(self.engine.sql(text))

    def read(self, path):
        return (self.pair[0].folder / path).read_text()

    def edit(self, path, old, new):
        text, old = self.read(path), self.engine.sql(old)
        assert old in text, f"{path} does not hold {old!r}"
        self.write(path, text.replace(old, new))

    def remove(self, path):
        for side in self.pair:
            (side.folder / path).unlink()

    # -- the warehouse behind the programs' backs --

    def sql(self, statement):
        """{schema.model} is the physical table that the model's view shows."""
        for side in self.pair:
            sides.in_a_fork(self.engine.execute, side.database, statement)

    # -- the programs --

    def plan(self, *args, fails=False, execution=scenarios.BEFORE_YESTERDAY):
        self._each("plan", *args, "--execution-time", execution, "--auto-apply", "--no-prompts", fails=fails)

    def run(self, *args, fails=False):
        self._each("run", *args, fails=fails)

    def _each(self, *args, fails):
        for side in self.pair:
            code, said = side.run(*args)
            (side.folder / "said.txt").open("a").write(f"$ {' '.join(args)}\n{said}\nexit code {code}\n\n")
            if (code != 0) != fails:
                raise Unlike(f"{side.name} {' '.join(args)}: exit code {code}\n{said}")
        self.same(" ".join(args))

    def same(self, step):
        if len(self.pair) < 2:
            return
        found = sides.in_a_fork(warehouse.differences, self.engine, *(side.database for side in self.pair))
        if self.known is None:
            self.known = set(found)
        elif set(found) - self.known:
            found = [line for line in found if line not in self.known] + ["besides those of the first plan"] * bool(self.known)
        else:
            return
        if found:
            raise Unlike(f"after {step} ({' and '.join(side.name for side in self.pair)}):\n" +
                         "\n".join("  " + line for line in found))


# On every engine; an engine's `planted` has what it can be told in its own words only.
PLANTED = {
    "a wrong row": ("UPDATE {mart.people} SET money = money + 1 WHERE user_id = (SELECT MIN(user_id) FROM mart.people)",
                    "table sqlmesh__mart.mart__people__V: 300 and 300 rows; only the first"),
    "a row too many": ("INSERT INTO {mart.daily} SELECT * FROM mart.daily LIMIT 1", "table sqlmesh__mart.mart__daily__V: "),
    "a missing view": ("DROP VIEW mart.best", "view mart.best"),
    "a missing schema": ("DROP SCHEMA mart CASCADE", "schema mart is only on the first side"),
    "a missing comment": ("COMMENT ON COLUMN {mart.people}.name IS NULL", "mart__people__V: its columns"),
    "a table too many": ("CREATE TABLE sqlmesh__mart.mart__people__1234567890 AS SELECT 1 AS x",
                         "is only on the second side"),
}


def planted(base, folder):
    """The comparison itself: SQLMesh's warehouse beside a copy of it with a fault must not be alike."""
    engine, left = base.engine, base.pair[0].database
    if sides.in_a_fork(warehouse.differences, engine, left, left):
        raise Unlike("a warehouse differs from itself")
    for title, (statement, expected) in {**PLANTED, **engine.planted}.items():
        right = sides.in_a_fork(engine.copy_to, left, folder / "planted" / re.sub(r"\W", "_", title))
        sides.in_a_fork(engine.execute, right, statement)
        found = sides.in_a_fork(warehouse.differences, engine, left, right)
        if not any(expected in line for line in found):
            raise Unlike(f"{title} was not found; differences: {found}")


def make(folder, files, kinds, engine):
    pair = []
    for kind in kinds:
        side = kind(folder / kind.name, engine)
        engine.make_empty(side)
        for path, text in files.items():
            target = side.folder / path
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(engine.sql(text))
        pair.append(side)
    return Both(engine, pair)


def shop_files():
    return {str(p.relative_to(SHOP)): p.read_text() for p in SHOP.rglob("*")
            if p.suffix in (".sql", ".csv", ".yaml")}


def main(description, engine):
    options = argparse.ArgumentParser(description=description)
    options.add_argument("program")
    options.add_argument("--only", nargs="*", default=[])
    options.add_argument("--keep", action="store_true")
    options.add_argument("--oracle-only", action="store_true", help="check the steps with SQLMesh alone")
    options = options.parse_args()
    sides.Heddle.program = str(pathlib.Path(options.program).resolve())
    kinds = [sides.SQLMesh] if options.oracle_only else [sides.SQLMesh, sides.Heddle]
    sides.preload()
    root = pathlib.Path(tempfile.mkdtemp(prefix="heddle-parity-"))
    passed = failed = 0

    def check(title, function, *args):
        nonlocal passed, failed
        began = time.monotonic()
        try:
            function(*args)
            passed += 1
            print(f"ok      {title} ({time.monotonic() - began:.1f} s)", flush=True)
            return True
        except (Unlike, AssertionError, RuntimeError) as error:
            failed += 1
            print(f"FAILED  {title}\n{error}", flush=True)
            return False

    base = make(root / "base", mill.files(engine), kinds, engine)
    if check("first_plan", base.plan) or base.known is not None:
        for side in base.pair:
            engine.remember(side)
        check("planted differences are found", planted, base, root)
        for name, scenario in scenarios.SCENARIOS.items():
            if not options.only or name in options.only:
                check(name, lambda name=name, scenario=scenario: scenario(base.copy(root / name)))
    else:
        failed += len(scenarios.SCENARIOS)
    shop = make(root / "shop", shop_files(), kinds, engine)
    if options.only in ([], ["shop"]) and (check("examples/shop: first plan", shop.plan) or shop.known is not None):
        check("examples/shop: a day later", shop.run)
    if options.keep or failed:
        print(f"kept: {root}")
    else:
        shutil.rmtree(root)
    print(f"{passed} passed, {failed} failed")
    return failed > 0
