#!/usr/bin/env python3
"""The public command line, unchanged, signs in at a live control plane: by browser, by device, by secret.

    tests/clients/tcloud.py build/heddle
"""

import hashlib
import base64
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
from running import main  # noqa: E402

VENV = pathlib.Path(os.environ.get("HEDDLE_CACHE") or pathlib.Path.home() / ".cache/heddle") / "clients"
CLIENT = "f695a000-bc5b-43c2-bcb7-8e0179ddff0c"
REDIRECT = "http://127.0.0.1:29525/auth/handler"
VERIFIER = "a-verifier-of-more-than-forty-three-characters-0123456789"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
GRANT = "urn:ietf:params:oauth:grant-type:"


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
        if form is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        there.request(method, path, urllib.parse.urlencode(form) if form is not None else None, headers)
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


def test_browser_login_status_and_logout(s):
    s.log_in()
    status = s.said("auth", "status")
    assert "User Token" in status and "admin" in status, status
    s.said("auth", "logout")
    assert "Not currently authenticated" in s.said("auth", "status")


def test_device_login(s):
    s.log_in("--device-flow")
    assert "User Token" in s.said("auth", "status")
    s.said("auth", "logout")


def test_login_by_secret(s):
    s.said("auth", "login", **{k: v for k, v in s.w.cloud.items() if k != "TCLOUD_URL"})
    status = s.said("auth", "status")
    assert "Service to Service Token" in status and s.w.cloud["TCLOUD_CLIENT_ID"] in status, status
    s.said("auth", "logout")


def test_a_person_may_use_the_api(s):
    status, got = s.by_code(s.code())
    assert status == 200, got
    answer = s.ask("GET", "/sqlmesh/acme/shop/api/heddle/v1/environments",
                   headers={"Authorization": "Bearer " + got["id_token"]})
    assert answer.status == 200, answer.text
    less, narrow = s.redeem(grant_type=GRANT + "token-exchange", subject_token=got["id_token"],
                            scope="tbk:scope:project:acme:shop:viewer")
    assert less == 200, narrow
    for project, wanted in (("acme/shop", 403), ("acme/bank", 403)):
        answer = s.ask("POST", f"/sqlmesh/{project}/api/heddle/v1/janitor", {},
                       {"Authorization": "Bearer " + narrow["id_token"]})
        assert answer.status == wanted, (project, answer.text)


def test_a_code_replayed_ends_what_came_of_it(s):
    code = s.code()
    status, got = s.by_code(code)
    assert status == 200, got
    assert s.by_code(code)[1]["error"] == "invalid_grant"
    assert s.redeem(grant_type="refresh_token", refresh_token=got["refresh_token"])[1]["error"] == "invalid_grant"


def test_refresh_tokens_rotate_and_reuse_ends_all(s):
    first = s.by_code(s.code())[1]["refresh_token"]
    status, got = s.redeem(grant_type="refresh_token", refresh_token=first)
    assert status == 200 and got["refresh_token"] != first, got
    assert s.redeem(grant_type="refresh_token", refresh_token=first)[0] == 400
    assert s.redeem(grant_type="refresh_token", refresh_token=got["refresh_token"])[0] == 400


def test_pkce_cannot_be_left_out_or_be_weakened(s):
    for change in ({"code_challenge_method": "plain"}, {"code_challenge_method": ""}, {"code_challenge": "short"}):
        got = s.ask("GET", s.authorize(**change))
        assert got.status == 400 and not got.headers["Location"], got.text
    for change in ({"code_verifier": "another"}, {"code_verifier": CHALLENGE}, {"code_verifier": ""},
                   {"redirect_uri": REDIRECT + "x"}, {"client_id": "another"}):
        code = s.code()
        assert s.by_code(code, **change)[1]["error"] == "invalid_grant", change
        assert s.by_code(code)[1]["error"] == "invalid_grant", "a code that was shown wrongly is spent"


def test_no_open_redirect(s):
    for target in ("https://evil.example/", REDIRECT + ".evil.example", "//evil.example", "javascript:alert(1)",
                   "http://127.0.0.1:29525@evil.example/auth/handler", ""):
        got = s.ask("GET", s.authorize(redirect_uri=target))
        assert got.status == 400 and not got.headers["Location"], (target, got.text)
        got = s.sign_in(s.authorize(), change={"redirect_uri": target})
        assert got.status == 400 and not got.headers["Location"], (target, got.text)


def test_a_form_of_another_site_is_refused(s):
    for got in (s.sign_in(s.authorize(), cookie=False), s.sign_in(s.authorize(), change={"form": "0" * 32})):
        assert got.status == 403 and not got.headers["Location"], got.text


def test_what_is_carried_on_is_escaped(s):
    page = s.ask("GET", s.authorize(state='"><script>alert(1)</script>'))
    assert "<script>" not in page.text
    page = s.ask("GET", "/auth/device?user_code=" + urllib.parse.quote("<b>'\"&"))
    assert "<b>" not in page.text
    got = s.sign_in(s.authorize())
    assert got.headers["Location"].endswith("state=a%26b%3Dc%0D%0AX%3A%20y") and not got.headers["X"], got.headers


def test_a_device_code_is_good_once_and_only_when_approved(s):
    started = json.loads(s.ask("POST", "/auth/device", {"client_id": CLIENT}).text)
    ask = {"grant_type": GRANT + "device_code", "device_code": started["device_code"]}
    assert s.redeem(**ask)[1]["error"] == "authorization_pending"
    assert s.sign_in(started["verification_uri_complete"], password="wrong").status == 403
    assert s.redeem(**ask)[1]["error"] == "authorization_pending"
    assert s.sign_in(started["verification_uri_complete"]).status == 200
    assert s.sign_in(started["verification_uri_complete"]).status == 400, "approved twice"
    assert s.redeem(**ask)[0] == 200
    assert s.redeem(**ask)[1]["error"] == "invalid_grant"


def test_names_are_no_sql(s):
    for name in ("admin' OR '1'='1", "admin'--", "../admin", "admin\0", "%"):
        assert s.sign_in(s.authorize(), name=name, password="x").status in (400, 403, 429), name


def test_the_password_is_no_log_and_too_many_failures_wait(s):
    codes = {s.sign_in(s.authorize(), password="wrong").status for _ in range(15)}
    assert codes == {403, 429}, codes
    assert s.sign_in(s.authorize()).status == 429, "the right one waits, too"
    assert s.w.log("server").count(s.password) == 1, "shown once"


def test_their_files_are_as_they_were_installed(_):
    site = next((VENV / "lib").glob("python3*")) / "site-packages"
    checked = 0
    for record in list(site.glob("tcloud-*/RECORD")) + list(site.glob("tobiko_cloud_api_client-*/RECORD")):
        for line in record.read_text().splitlines():
            name, digest, _ = line.rsplit(",", 2)
            if digest.startswith("sha256="):
                found = base64.urlsafe_b64encode(hashlib.sha256((site / name).read_bytes()).digest())
                assert found.decode().rstrip("=") == digest[7:], name
                checked += 1
    assert checked > 10


if __name__ == "__main__":
    main(globals(), Site)
