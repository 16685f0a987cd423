#!/usr/bin/env python3
"""The file that `make artifact` builds serves machines of two architectures. What is of the other one is run by qemu, the
public command line too, unchanged, in a root file system of that architecture.

    tests/clients/artifact_aarch64.py build/heddle
"""

import os
import subprocess
import sys
import zipfile
import zlib

from installed import HERE, OTHER, ROOT, Machine, Shop
from rig import CACHE, check_record, main

from roundtrip import DAY, TODAY, check_totals
from running import Skipped

MACHINES = {"x86_64": 62, "aarch64": 183}  # e_machine in the header of an ELF file
REFUSED = {f"SQLMESH__GATEWAYS__HOUSE__CONNECTION__{name}": value for name, value in
           (("TYPE", "postgres"), ("HOST", "127.0.0.1"), ("PORT", "1"), ("USER", "x"), ("PASSWORD", "x"), ("DATABASE", "x"))}


class Both(Shop):
    bare, namespaces = CACHE / f"bare-{OTHER}", [sys.executable, ROOT / "tests/clients/emulating.py"]

    def __init__(self, world):
        super().__init__(world)
        self.machines = {name: Machine(world.root / name, name) for name in (HERE, OTHER, "riscv64")}
        self.archive = zipfile.ZipFile(self.built)

    def elf_files(self):
        for name in self.archive.namelist():
            content = self.archive.read(name)
            if content[:4] == b"\x7fELF":
                yield name, content


def dynamic(path, entry):
    listed = subprocess.run(["readelf", "-d", path], check=True, capture_output=True, text=True).stdout
    return [line.split("[")[1].rstrip("]") for line in listed.splitlines() if f"({entry})" in line]


def test_linux_executes_it_and_python_opens_it(s):
    assert s.built.read_bytes()[:10] == b"#!/bin/sh\n" and os.access(s.built, os.X_OK)
    assert s.archive.testzip() is None
    assert {name.split("/")[0] for name in s.archive.namelist()} == {
        "__main__.py", "start", "certificates.pem", "zoneinfo", *MACHINES}
    compile(s.archive.read("__main__.py"), "__main__.py", "exec")


def test_each_machine_unpacks_what_is_of_it(s):
    for name, machine in s.machines.items():
        machine.install(s.built)
        assert {p.name for p in machine.unpacked.iterdir()} == {"start", "certificates.pem", "zoneinfo", *({name} & {*MACHINES})}


def test_every_program_and_library_is_of_its_folder(s):
    seen = {name: 0 for name in MACHINES}
    for name, content in s.elf_files():
        folder = name.split("/")[0]
        assert int.from_bytes(content[18:20], "little") == MACHINES[folder], name
        seen[folder] += 1
    assert all(count > 40 for count in seen.values()), seen


def test_every_library_that_is_needed_is_there(s):
    for name in (HERE, OTHER):
        tree = s.machines[name].unpacked / name
        libraries = {p.name for p in (tree / "lib").iterdir()}
        drivers = sorted((tree / "drivers").iterdir())
        assert [p.name for p in drivers] == ["libadbc_driver_postgresql.so", "libduckdb.so"], drivers
        for file in (tree / "heddle", *drivers, *(tree / "lib").iterdir()):
            missing = {*dynamic(file, "NEEDED")} - libraries
            assert not missing and not dynamic(file, "RUNPATH"), (file, missing)


def test_the_same_certificates_as_debian_and_no_others(s):
    """What this machine trusts besides is nobody else's business."""
    ours = s.archive.read("certificates.pem").decode().split("-----END CERTIFICATE-----")
    debian = CACHE / f"cross/{OTHER}/sysroot/usr/share/ca-certificates/mozilla"
    assert len(ours) - 1 == len([*debian.glob("*.crt")]) > 100


def test_the_program_starts(s):
    said = {name: subprocess.run([s.machines[name].unpacked / name / "program", "--version"], capture_output=True,
                                 text=True, check=True).stdout for name in (HERE, OTHER)}
    assert said[HERE] == said[OTHER] == subprocess.run([s.w.heddle, "--version"], capture_output=True, text=True).stdout


def test_a_machine_it_has_nothing_for_is_told(s):
    done = s.machines["riscv64"].run("run", "--once", **s.settings())
    assert done.returncode == 1 and "it has no executor for riscv64" in done.stderr, done


def test_the_drivers_answer(s):
    for name in (HERE, OTHER):
        done = s.machines[name].run("run", "--check", **s.settings(**REFUSED))
        assert done.returncode == 1, done
        assert "ok         token" in done.stdout and "gateway main: it is open; version v1" in done.stdout, done.stdout
        assert "driver house: there is one for connections of type postgres" in done.stdout, done.stdout
        assert "failed     gateway house" in done.stdout and "port 1 failed: Connection refused" in done.stdout, done.stdout


def test_apply_carries_out_a_plan_there(s):
    turn = s.machines[OTHER].turn(s.settings())
    code, text = turn("apply", "--once")
    assert code == 0 and "welcomes this executor" in text, text
    s.turns("apply", s.plans("--execution-time", str(TODAY - 2 * DAY)), turn)
    check_totals(s.rows(), TODAY - 2 * DAY)


def test_the_client_itself_installs_it_there_and_carries_out_a_run(s):
    """Nothing is changed and nothing is pretended: the shell, python3, uname and tcloud are of that architecture."""
    if subprocess.run([*s.namespaces, "true"], capture_output=True).returncode == 77:
        raise Skipped("this Linux hands no foreign programs to qemu in a user namespace (6.7 and later do)")
    s.turns("run", s.develops("run", "--execution-time", str(TODAY - DAY)))
    check_totals(s.rows(), TODAY - DAY)
    assert [p.name for p in s.installed().parent.glob(".heddle-*")] == [s.machines[OTHER].unpacked.name]
    assert check_record("tcloud", venv=s.bare / "usr/local") > 5


def test_both_work_on_one_project(s):
    """What aarch64 has made x86_64 goes on with: the files of a warehouse are the same."""
    s.turns("run", s.develops("run"), s.machines[HERE].turn(s.settings()))
    check_totals(s.rows(), TODAY)


def test_a_tree_laid_out_again_is_the_same(s):
    tree = s.w.root / "tree"
    subprocess.run([ROOT / "deploy/image/collect", s.w.heddle, CACHE / "deps/lib", tree], check=True)
    folders = {"lib": next((tree / "usr/lib").glob("*-linux-gnu")), "drivers": tree / "usr/local/lib/heddle",
               "doc": tree / "usr/share/doc"}
    compared = 0
    for entry in s.archive.infolist():
        folder, _, name = entry.filename.removeprefix(HERE + "/").partition("/")
        if entry.filename.startswith(HERE + "/") and folder in folders:
            assert zlib.crc32((folders[folder] / name).read_bytes()) == entry.CRC, entry.filename
            compared += 1
    assert zlib.crc32((tree / "usr/local/bin/heddle").read_bytes()) == s.archive.getinfo(f"{HERE}/heddle").CRC
    assert compared > 80, compared


def small_tree(root, names):
    """Files in the order of the names, so with other times and inodes; a loader with a second name."""
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(path.name)
    (root / "usr/lib/x86_64-linux-gnu/libb.so.1").symlink_to("libb.so.1.2")
    return root


def test_one_tree_gives_one_file_byte_for_byte(s):
    names = ["usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2", "usr/lib/x86_64-linux-gnu/libb.so.1.2", "usr/local/bin/heddle",
             "usr/local/lib/heddle/liba.so", "usr/share/doc/a/copyright", "usr/share/zoneinfo/UTC", "etc/ssl/certs/ca-certificates.crt"]
    packed = []
    for turn, order in enumerate((names, names[::-1])):
        trees = [f"{name}={small_tree(s.w.root / f'small/{turn}/{name}', order)}" for name in MACHINES]
        packed.append(s.w.root / f"small/{turn}.pex")
        subprocess.run([ROOT / "deploy/artifact/pack", packed[-1], *(trees, trees[::-1])[turn]], check=True, capture_output=True)
    assert packed[0].read_bytes() == packed[1].read_bytes()


main(globals(), Both)
