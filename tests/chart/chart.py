"""The tests of both charts; tests/chart/run starts them.   chart.py TOOLS [--accept]"""
import os
import pathlib
import sys
import tempfile
import traceback
from concurrent.futures import ThreadPoolExecutor

import helm

helm.tools = pathlib.Path(sys.argv[1])

import details
import figures
import goldens
import page
import refusals
import values
from registry import Registry

accept = "--accept" in sys.argv


class Tally:
    passed = failed = 0

    def check(self, name, test, *arguments):
        try:
            test(*arguments)
        except Exception as e:  # whatever went wrong, the next test is run
            self.failed += 1
            print(f"FAILED {name}: {e if isinstance(e, AssertionError) and str(e) else traceback.format_exc()}")
        else:
            self.passed += 1
            print(f"ok     {name}")


def page_tests(tally, folder, registry, archives, cluster):
    missing = set(p.name for p in helm.PAGE.iterdir()) ^ (page.BLOCKS.keys() | {"SHA256SUMS", "substitutions.txt"})
    tally.check("each block of the page has a test", lambda: not missing or (_ for _ in ()).throw(AssertionError(missing)))
    for version in helm.VERSIONS:
        work = folder / version
        work.mkdir()
        here = page.Page(version, work, registry)
        tally.check("blocks are the page's words", page.blocks_are_the_pages, here)
        for archive in archives:
            tally.check(f"{version}: push {archive.name}", registry.push, version, archive)
        for name, test in page.BLOCKS.items():
            if test:
                tally.check(f"{version}: page/{name}", test, here)
        if cluster:
            tally.check(f"{version}: page/02-install.sh", page.install, here, cluster)
        else:
            print(f"skipped: {version}: page/02-install.sh: KUBECONFIG names no cluster that answers\n1 skipped")


def is_there(cluster):
    assert cluster, "KUBECONFIG names none: what needs one is left out"


def main():
    tally, cluster = Tally(), helm.cluster()
    if os.environ.get("HEDDLE_CI"):
        tally.check("a cluster answers", is_there, cluster)
    with tempfile.TemporaryDirectory() as temporary, ThreadPoolExecutor(2) as pool:
        folder = helm.home = pathlib.Path(temporary)
        jobs = []

        def later(name, test, *arguments):
            jobs.append(pool.submit(tally.check, name, test, *arguments))

        tally.check("README and schema are made of values.yaml", details.documents_are_made)
        archives = details.package(folder)
        registry = Registry(folder)
        try:
            page_tests(tally, folder, registry, archives, cluster)
        finally:
            registry.stop()
        quick_start = folder / "helm-3.8/my-values.yaml"
        charts = {c: helm.with_notes(c, folder / "copies") for c in ("hybrid-executors", "heddle")}
        for example in goldens.examples(quick_start):
            if accept:
                tally.check(f"accepted golden/{example[0]}", goldens.compare, "helm-3.22", charts, example, True)
            for version in helm.VERSIONS:
                later(f"{version}: golden/{example[0]}", goldens.compare, version, charts, example, False)
            later(f"kubeconform {example[0]}", goldens.conform, example, charts, pathlib.Path(tempfile.mkdtemp(dir=folder)))
            if cluster:
                later(f"API server: {example[0]}", goldens.server_side, example, cluster, pathlib.Path(tempfile.mkdtemp(dir=folder)))
        for version in helm.VERSIONS:
            for chart in ("hybrid-executors", "heddle"):
                example = ("", chart, [helm.CHARTS / chart / "ci/minimal-values.yaml"], ())
                later(f"{version}: lint {chart}", goldens.lint, version, example)
            for name, chart, sets, sentences in refusals.cases():
                later(f"{version}: refused: {name}", refusals.refuse, version, chart, sets, sentences)
        for test in (*details.TESTS, *figures.TESTS, *values.TESTS):
            later(test.__doc__.strip(), test, folder)
        for job in jobs:
            job.result()
    print(f"{tally.passed} passed, {tally.failed} failed")
    sys.exit(1 if tally.failed else 0)


main()
