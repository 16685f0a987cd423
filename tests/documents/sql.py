#!/usr/bin/env python3
"""The examples of docs/cli/sql.md: each command is run and answers what stands below it, in the shape of
tests/cases/cli/json/sql.json; every verb is among them.

    tests/documents/sql.py build/heddle
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import jsonschema

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/cli/sql.md").read_text()
SCHEMA = json.loads((ROOT / "tests/cases/cli/json/sql.json").read_text())


def examples():
    """Commands behind `$ `, each with the lines below it."""
    lines = [line[4:] for line in PAGE.split("\n## JSON\n")[1].split("\n") if line.startswith("    ")]
    for line in lines:
        if line.startswith("$ "):
            command, wanted = line[2:], []
        else:
            wanted.append(line)
            yield command, wanted[0] if len(wanted) == 1 else sys.exit(f"several lines below {command}")


def run(command, heddle, folder):
    environment = {**os.environ, "PATH": f"{heddle.parent}:{os.environ['PATH']}"}
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, cwd=folder, env=environment)


def what_is_wrong(command, wanted, heddle, folder):
    done = run(command, heddle, folder)
    if failed := re.fullmatch(r"exit code (\d+)", wanted):
        told = json.loads(done.stderr.strip().splitlines()[-1])
        ok = done.returncode == int(failed[1]) and done.stdout == "" and told["error"]["line"]
        return None if ok else f"exit code {done.returncode}, {done.stdout}{done.stderr}"
    if done.returncode:
        return done.stderr
    answer = json.loads(done.stdout)
    jsonschema.Draft202012Validator(SCHEMA).validate(answer)
    jsonschema.Draft202012Validator(SCHEMA).validate(json.loads(wanted))
    return None if answer == json.loads(wanted) else f"answers {done.stdout}"


def main():
    heddle = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else "build/heddle").resolve()
    passed = failed = 0
    verbs = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.M))
    with tempfile.TemporaryDirectory() as folder:
        for command, wanted in examples():
            verbs -= set(re.findall(r"heddle sql (\w+)", command))
            wrong = what_is_wrong(command, wanted, heddle, folder)
            passed, failed = passed + (not wrong), failed + bool(wrong)
            if wrong:
                print(f"$ {command}\n  should be {wanted}\n  {wrong}")
    if verbs:
        print(f"no example of {', '.join(sorted(verbs))}")
    print(f"{passed} passed, {failed + bool(verbs)} failed")
    return 1 if failed or verbs else 0


if __name__ == "__main__":
    sys.exit(main())
