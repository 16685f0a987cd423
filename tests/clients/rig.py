"""What the tests of public clients share: a live control plane, a browser, and the clients' own programs, unchanged.

A file of tests here is executable, begins like tcloud.py and ends with `main(globals(), Site)`; `tools/check clients`
runs all of them.
"""

import base64
import hashlib
import html.parser
import http.client
import json
import os
import pathlib
import re
import subprocess
import sys
import urllib.parse

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "documents"))
from running import main  # noqa: E402, F401

CACHE = pathlib.Path(os.environ.get("HEDDLE_CACHE") or pathlib.Path.home() / ".cache/heddle")
VENV = CACHE / "clients"
CLIENT = "f695a000-bc5b-43c2-bcb7-8e0179ddff0c"
REDIRECT = "http://127.0.0.1:29525/auth/handler"
VERIFIER = "a-verifier-of-more-than-forty-three-characters-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
GRANT = "urn:ietf:params:oauth:grant-type:"


def go_into(venv):
    """This program once more, in the environment whose packages it imports."""
    if pathlib.Path(sys.prefix) != CACHE / venv:
        os.execv(CACHE / venv / "bin/python", [CACHE / venv / "bin/python", "-u", *sys.argv])


class Form(html.parser.HTMLParser):
    """The action and the hidden fields of a page's form."""

    def __init__(self, text):
        super().__init__()
        self.action, self.fields = None, {}
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        a = dict(attrs)
        if tag == "form":
            self.action = a["action"]
        if tag == "input" and a.get("type") == "hidden":
            self.fields[a["name"]] = a["value"]


class Site:
    def __init__(self, world):
        self.w = world
        world.start_plane()
        found = re.search(r'"admin", its password (\w+);', world.log("server"))
        assert found, world.log("server")
        self.password = found.group(1)

    def ask(self, method, path, form=None, headers=None):
        there = http.client.HTTPConnection("127.0.0.1", int(self.w.base.rsplit(":", 1)[1]), timeout=60)
        headers = dict(headers or {})
        if isinstance(form, dict):
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            form = urllib.parse.urlencode(form)
        there.request(method, path, form, headers)
        answer = there.getresponse()
        answer.text = answer.read().decode()
        there.close()
        return answer

    def sign_in(self, address, name="admin", password=None, change=None, cookie=True):
        """As a browser does: the page, its cookie, its form."""
        page = self.ask("GET", address.removeprefix(self.w.base))
        assert page.status == 200, page.text
        assert "default-src 'none'" in page.headers["Content-Security-Policy"] and "<script" not in page.text
        form = Form(page.text)
        fields = {**form.fields, "name": name, "password": password or self.password, **(change or {})}
        jar = {"Cookie": page.headers["Set-Cookie"].split(";")[0]} if cookie else {}
        return self.ask("POST", form.action, fields, jar)

    def authorize(self, **change):
        query = {"response_type": "code", "client_id": CLIENT, "redirect_uri": REDIRECT, "scope": "tbk:scope:projects",
                 "state": "a&b=c\r\nX: y", "code_challenge": CHALLENGE, "code_challenge_method": "S256", **change}
        return "/auth?" + urllib.parse.urlencode(query)

    def code(self):
        got = self.sign_in(self.authorize())
        assert got.status == 303, got.text
        return urllib.parse.parse_qs(urllib.parse.urlparse(got.headers["Location"]).query)["code"][0]

    def redeem(self, **form):
        got = self.ask("POST", "/auth/token", {"client_id": CLIENT, **form})
        return got.status, json.loads(got.text)

    def by_code(self, code, **change):
        return self.redeem(**{"grant_type": "authorization_code", "code": code, "redirect_uri": REDIRECT,
                              "code_verifier": VERIFIER, **change})

    def tcloud(self, *words, **environment):
        home = self.w.root / "tcloud-home"
        return subprocess.Popen(
            [VENV / "bin/tcloud", *words], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
            env={"PATH": os.environ["PATH"], "HOME": str(self.w.root), "TCLOUD_HOME": str(home), "COLUMNS": "1000",
                 "BROWSER": "true", "TCLOUD_AUTH_URL": self.w.base + "/auth",
                 "TCLOUD_TOKEN_URL": self.w.base + "/auth/token", **environment})

    def said(self, *words, **environment):
        done = self.tcloud(*words, **environment)
        text = done.communicate(timeout=60)[0]
        assert done.returncode == 0, text
        return text

    def log_in(self, *words):
        program = self.tcloud("auth", "login", *words)
        text = ""
        while not (found := re.search(r"^(http://\S+)$", text, re.M)):
            line = program.stdout.readline()
            assert line, text
            text += line
        got = self.sign_in(found.group(1))
        if got.status == 303:
            back = urllib.parse.urlparse(got.headers["Location"])
            there = http.client.HTTPConnection(back.hostname, back.port, timeout=60)
            there.request("GET", f"{back.path}?{back.query}")
            assert there.getresponse().status == 200
        else:
            assert got.status == 200, got.text
        text += program.communicate(timeout=60)[0]
        assert program.returncode == 0, text


def check_record(*packages, venv=VENV):
    """Every file of these packages is as it was installed; gives how many were looked at."""
    site = next((venv / "lib").glob("python3*")) / "site-packages"
    checked = 0
    for package in packages:
        record, = site.glob(f"{package}-*/RECORD")
        for line in record.read_text().splitlines():
            name, digest, _ = line.rsplit(",", 2)
            if digest.startswith("sha256="):
                found = base64.urlsafe_b64encode(hashlib.sha256((site / name).read_bytes()).digest())
                assert found.decode().rstrip("=") == digest[7:], name
                checked += 1
    return checked
