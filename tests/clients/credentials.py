#!/usr/bin/env python3
"""Secrets that rotate, clients that end, tokens that are revoked: accounts of people and their passwords: by
commands beside a running server, seen at its routes.

    tests/clients/credentials.py build/heddle
"""

import json
import subprocess
import time
import urllib.parse

from rig import CLIENT, GRANT, Form, Site, main

ENVIRONMENTS = "/sqlmesh/acme/shop/api/heddle/v1/environments"


PAGE = "/sqlmesh/acme/shop/environments/prod"
PASSWORDS = "/account/password"


class Desk(Site):
    def heddle(self, *words, code=0, given=None):
        done = subprocess.run([self.w.heddle, *words, "--state", self.w.state], text=True, capture_output=True, input=given)
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def made(self, name):
        return json.loads(self.heddle("client", "create", "--org", "acme", "--project", "shop", "--role", "developer",
                                      "--client-id", name, "--json"))["client_secret"]

    def token(self, name, secret):
        got = self.ask("POST", "/auth/token", {"grant_type": "client_credentials", "client_id": name, "client_secret": secret})
        return json.loads(got.text).get("id_token")

    def sees(self, token, path=ENVIRONMENTS, method="GET"):
        return self.ask(method, path, headers={"Authorization": "Bearer " + token}).status

    def person(self, name, *words, **more):
        return json.loads(self.heddle("user", "add", name, "--org", "acme", *words, "--json", **more)).get("password")

    def signed_in(self, name, password, **change):
        """The token endpoint's answer to a person who signs in by browser."""
        got = self.sign_in(self.authorize(**change), name, password)
        assert got.status == 303, got.text
        code = urllib.parse.parse_qs(urllib.parse.urlparse(got.headers["Location"]).query)["code"][0]
        return self.by_code(code)

    def session(self, name, password):
        got = self.sign_in("/auth/session?" + urllib.parse.urlencode({"to": PAGE}), name, password)
        assert got.status == 303, got.text
        return got.headers["Set-Cookie"].split(";")[0]

    def looks(self, cookie):
        """The page of an environment, which is not there; or the way to the sign-in page."""
        return self.ask("GET", PAGE, headers={"Cookie": cookie}).status

    def until(self, what):
        deadline = time.time() + 60
        while not what():
            assert time.time() < deadline
            time.sleep(0.2)


def test_a_secret_rotates_without_a_moment_in_which_none_is_valid(desk):
    first = desk.made("turning")
    second = json.loads(desk.heddle("client", "rotate", "turning", "--json"))["client_secret"]
    assert desk.token("turning", first) and desk.token("turning", second)
    desk.heddle("client", "retire", "turning")
    assert not desk.token("turning", first) and desk.token("turning", second)


def test_a_client_that_is_removed_ends_with_its_tokens(desk):
    token = desk.token("leaving", desk.made("leaving"))
    assert desk.sees(token) == 200
    desk.heddle("client", "remove", "leaving")
    deadline = time.time() + 60
    while desk.sees(token) != 401:
        assert time.time() < deadline
        time.sleep(0.2)
    assert not any(c["client_id"] == "leaving" for c in json.loads(desk.heddle("client", "list", "--json")))
    assert "There is no client leaving." in desk.heddle("client", "rotate", "leaving", code=1)


def test_a_token_that_is_revoked_is_void_at_once_and_others_are_not(desk):
    secret = desk.made("speaking")
    one, other = desk.token("speaking", secret), desk.token("speaking", secret)
    assert desk.ask("POST", "/auth/revoke", {"token": one}).status == 200
    assert desk.sees(one) == 401 and desk.sees(other) == 200
    assert desk.ask("POST", "/auth/revoke", {"token": "no token of ours"}).status == 200


def test_a_token_ends_with_the_one_it_was_made_from(desk):
    def exchanged(token, scope="tbk:scope:project:acme:shop:viewer"):
        got = desk.ask("POST", "/auth/token", {"grant_type": GRANT + "token-exchange", "subject_token": token, "scope": scope})
        return json.loads(got.text)["access_token"]

    secret = desk.made("narrowing")
    first, other = desk.token("narrowing", secret), desk.token("narrowing", secret)
    second, third, apart = exchanged(first), exchanged(exchanged(first)), exchanged(other)
    assert [desk.sees(t) for t in (second, third, apart)] == [200, 200, 200]
    assert desk.ask("POST", "/auth/revoke", {"token": first}).status == 200
    assert [desk.sees(t) for t in (first, second, third, other, apart)] == [401, 401, 401, 200, 200]
    desk.heddle("client", "remove", "narrowing")
    desk.until(lambda: desk.sees(apart) == 401 and desk.sees(other) == 401)


def test_keys_are_listed_and_a_young_one_must_settle_before_the_next(desk):
    keys = json.loads(desk.heddle("keys", "list", "--json"))
    shown = json.loads(desk.ask("GET", "/.well-known/jwks.json").text)["keys"]
    assert [k["kid"] for k in keys] == [k["kid"] for k in shown] and [k["signs"] for k in keys] == [True]
    assert "rotate again when it is a minute old" in desk.heddle("keys", "rotate", code=1)


def test_people_may_what_their_accounts_say(desk):
    viewer, developer = desk.person("vera", "--project", "shop", "--role", "viewer"), desk.person("dan", "--role", "developer")
    elsewhere = desk.person("otto", "--project", "bank", "--role", "admin")
    tokens = {}
    for name, password in (("vera", viewer), ("dan", developer), ("otto", elsewhere)):
        status, answer = desk.signed_in(name, password)
        assert status == 200, answer
        tokens[name] = answer["access_token"]
    assert [desk.sees(tokens[n]) for n in ("vera", "dan", "otto")] == [200, 200, 403]
    change = ENVIRONMENTS + "/none/pause"
    assert [desk.sees(tokens[n], change, "POST") for n in ("vera", "dan", "otto")] == [403, 404, 403]
    log = "/sqlmesh/acme/shop/api/heddle/v1/audit-log"
    assert [desk.sees(tokens[n], log) for n in ("vera", "dan", "otto")] == [403, 403, 403]
    for scope in ("acme:shop:developer", "acme:bank", "evil:shop"):
        status, answer = desk.signed_in("vera", viewer, scope="tbk:scope:project:" + scope)
        assert (status, answer["error"]) == (400, "invalid_scope"), answer
    device = json.loads(desk.ask("POST", "/auth/device", {"client_id": CLIENT}).text)
    assert desk.sign_in(device["verification_uri_complete"], "vera", viewer).status == 200
    status, answer = desk.redeem(grant_type=GRANT + "device_code", device_code=device["device_code"])
    assert status == 200 and desk.sees(answer["access_token"], change, "POST") == 403
    shown = {u["name"]: (u["organisation"], u["project"], u["role"]) for u in json.loads(desk.heddle("user", "list", "--json"))}
    assert shown == {"admin": ("*", None, "admin"), "vera": ("acme", "shop", "viewer"), "dan": ("acme", None, "developer"),
                     "otto": ("acme", "bank", "admin")}


def test_passwords_come_from_a_file_or_standard_input_and_not_from_the_command_line(desk):
    file = desk.w.root / "password.txt"
    file.write_text("the password of fay\n")
    assert desk.person("fay", "--role", "viewer", "--password-file", str(file)) is None
    assert desk.person("ian", "--role", "viewer", "--password-file", "-", given="the password of ian\n") is None
    assert desk.signed_in("fay", "the password of fay")[0] == desk.signed_in("ian", "the password of ian")[0] == 200
    assert "this one has 5" in desk.heddle("user", "passwd", "fay", "--password-file", "-", code=1, given="short\n")
    assert "on standard input" in desk.heddle("user", "passwd", "fay", "--password-file", "-", code=2, given="")
    desk.heddle("user", "passwd", "fay", "--password", "on the command line", code=2)
    assert "account fay already" in desk.heddle("user", "add", "fay", "--org", "acme", "--role", "viewer", code=1)


def test_another_password_and_a_removed_account_end_all_sign_ins(desk):
    password = desk.person("rosa", "--role", "viewer")
    _, granted = desk.signed_in("rosa", password)
    cookie = desk.session("rosa", password)
    assert desk.sees(granted["access_token"]) == 200 and desk.looks(cookie) == 404
    second = json.loads(desk.heddle("user", "passwd", "rosa", "--json"))["password"]
    assert desk.redeem(grant_type="refresh_token", refresh_token=granted["refresh_token"])[0] == 400
    desk.until(lambda: desk.sees(granted["access_token"]) == 401 and desk.looks(cookie) == 303)
    assert desk.sign_in(desk.authorize(), "rosa", password).status == 403
    _, granted = desk.signed_in("rosa", second)
    desk.heddle("user", "remove", "rosa")
    assert desk.redeem(grant_type="refresh_token", refresh_token=granted["refresh_token"])[0] == 400
    assert desk.sign_in(desk.authorize(), "rosa", second).status == 403
    desk.until(lambda: desk.sees(granted["access_token"]) == 401)
    assert "There is no account rosa." in desk.heddle("user", "remove", "rosa", code=1)
    assert "the last admin" in desk.heddle("user", "remove", "admin", code=1)


def test_a_person_changes_the_own_password_on_a_page(desk):
    old, new = desk.person("uma", "--role", "viewer"), "a password of my own"
    _, granted = desk.signed_in("uma", old)
    cookie = desk.session("uma", old)

    def changed(password, **change):
        return desk.sign_in(PASSWORDS, "uma", password, {"fresh": new, "again": new, **change})

    assert desk.sign_in(PASSWORDS, "uma", old, {"fresh": new, "again": new}, cookie=False).status == 403
    assert changed("not the password").status == 403
    for refused in ({"again": "a password of another"}, {"fresh": "short", "again": "short"}, {"fresh": old, "again": old}):
        assert changed(old, **refused).status == 400, refused
    assert desk.sees(granted["access_token"]) == 200 and desk.looks(cookie) == 404, "nothing has ended yet"
    assert changed(old).status == 200
    assert desk.sees(granted["access_token"]) == 401 and desk.looks(cookie) == 303
    assert desk.redeem(grant_type="refresh_token", refresh_token=granted["refresh_token"])[0] == 400
    assert desk.sign_in(desk.authorize(), "uma", old).status == 403
    assert desk.signed_in("uma", new)[0] == 200


def test_the_browser_that_changes_a_password_goes_on_with_a_session_of_its_own(desk):
    old, new = desk.person("nora", "--role", "viewer"), "a password of my own"
    cookie = desk.session("nora", old)
    page = desk.ask("GET", PASSWORDS)
    fields = {**Form(page.text).fields, "name": "nora", "password": old, "fresh": new, "again": new}
    got = desk.ask("POST", PASSWORDS, fields, {"Cookie": page.headers["Set-Cookie"].split(";")[0] + "; " + cookie})
    assert got.status == 200, got.text
    assert desk.looks(cookie) == 303 and desk.looks(got.headers["Set-Cookie"].split(";")[0]) == 404


def test_what_was_done_to_accounts_is_in_the_audit_log_without_passwords(desk):
    _, granted = desk.signed_in("admin", desk.password)
    got = desk.ask("GET", "/sqlmesh/acme/shop/api/heddle/v1/audit-log?limit=1000",
                   headers={"Authorization": "Bearer " + granted["access_token"]})
    done = [(d["who"], d["what"], d["subject"]) for d in json.loads(got.text)["deeds"]][::-1]
    first = done.index(("operator", "created an account", "admin"))
    of_rosa = [done.index(("operator", what + " account" + more, "rosa")) for what, more in
               (("created an", ""), ("changed an", "'s password"), ("removed an", ""))]
    assert first < of_rosa[0] < of_rosa[1] < of_rosa[2] and ("uma", "changed the own password", None) in done, done
    assert desk.password not in got.text and "a password of my own" not in got.text + desk.w.log("server")


main(globals(), Desk)
