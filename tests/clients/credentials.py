#!/usr/bin/env python3
"""Secrets that rotate, clients that end, tokens that are revoked: by commands beside a running server, seen at its routes.

    tests/clients/credentials.py build/heddle
"""

import json
import subprocess
import time

from rig import Site, main

ENVIRONMENTS = "/sqlmesh/acme/shop/api/heddle/v1/environments"


class Desk(Site):
    def heddle(self, *words, code=0):
        done = subprocess.run([self.w.heddle, *words, "--state", self.w.state], text=True, capture_output=True)
        assert done.returncode == code, (words, done.stdout, done.stderr)
        return done.stdout if code == 0 else done.stderr

    def made(self, name):
        return json.loads(self.heddle("client", "create", "--org", "acme", "--project", "shop", "--role", "developer",
                                      "--client-id", name, "--json"))["client_secret"]

    def token(self, name, secret):
        got = self.ask("POST", "/auth/token", {"grant_type": "client_credentials", "client_id": name, "client_secret": secret})
        return json.loads(got.text).get("id_token")

    def sees(self, token):
        return self.ask("GET", ENVIRONMENTS, headers={"Authorization": "Bearer " + token}).status


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


def test_keys_are_listed_and_a_young_one_must_settle_before_the_next(desk):
    keys = json.loads(desk.heddle("keys", "list", "--json"))
    shown = json.loads(desk.ask("GET", "/.well-known/jwks.json").text)["keys"]
    assert [k["kid"] for k in keys] == [k["kid"] for k in shown] and [k["signs"] for k in keys] == [True]
    assert "rotate again when it is a minute old" in desk.heddle("keys", "rotate", code=1)


main(globals(), Desk)
