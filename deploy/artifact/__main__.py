"""Unpack the executor that this file holds for this machine, once, and start it; or with PEX_TOOLS do only the former.

    executors_bin.pex run|apply [--once|--check]
    PEX_TOOLS=1 executors_bin.pex venv --compile FOLDER
"""

import os
import shutil
import sys
import tempfile
import zipfile

MACHINE = os.uname().machine
NAME = f".heddle-@DIGEST@-{MACHINE}"


def of_this_machine(name):
    """What is in a folder that is called after an architecture is of that architecture."""
    return name != "__main__.py" and name.split("/")[0] not in {*"@ARCHITECTURES@".split()} - {MACHINE}


def unpack(archive, folder):
    """Whole or not at all; another process may do the same at this moment."""
    there = os.path.join(folder, NAME)
    if os.path.isdir(there):
        return there
    part = tempfile.mkdtemp(prefix=".heddle-", dir=folder)  # of mode 0700
    try:
        with zipfile.ZipFile(archive) as packed:
            for entry in packed.infolist():
                if of_this_machine(entry.filename):
                    os.chmod(packed.extract(entry, part), entry.external_attr >> 16 & 0o777)
        try:
            os.rename(part, there)
        except OSError:
            if not os.path.isdir(there):
                raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return there


def place(archive):
    """Beside the file; where nobody may write, in the client's own folder."""
    beside = os.path.dirname(archive)
    if os.path.isdir(os.path.join(beside, NAME)) or os.access(beside, os.W_OK):
        return beside
    home = os.environ.get("TCLOUD_HOME") or os.path.join(os.path.expanduser("~"), ".tcloud")
    os.makedirs(home, exist_ok=True)
    return home


def tools(archive, words):
    if len(words) < 2 or words[0] != "venv" or words[-1].startswith("-"):
        sys.exit("executors_bin.pex: with PEX_TOOLS say: venv --compile FOLDER")
    unpack(archive, place(archive))
    version = f"python{sys.version_info[0]}.{sys.version_info[1]}"
    os.makedirs(os.path.join(words[-1], "lib", version, "site-packages"), exist_ok=True)


def main():
    archive = os.path.abspath(sys.argv[0])
    if os.environ.get("PEX_TOOLS"):
        return tools(archive, sys.argv[1:])
    start = os.path.join(unpack(archive, place(archive)), "start")
    os.execv("/bin/sh", ["/bin/sh", start, *sys.argv[1:]])


main()
