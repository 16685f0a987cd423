#!/usr/bin/env python3
"""A control plane behind a proxy: whom the limits and the audit log take a request for, and attempts to be somebody else.

    tests/clients/proxies.py build/heddle
"""

import http.client
import json
import urllib.parse

from rig import Form, Site, main

PROXY, INNER, STRANGER = "127.0.0.1", "127.0.0.9", "127.0.0.2"  # the first two are trusted
TRIES = 10


class Proxied(Site):
    def __init__(self, world):
        world.server_options = [*world.server_options, "--trusted-proxies", f"{PROXY}/32, {INNER}"]
        super().__init__(world)

    def token(self, name, secret, source=PROXY, **headers):
        """The answer's status to a client's secret that comes from `source`."""
        there = http.client.HTTPConnection("127.0.0.1", int(self.w.base.rsplit(":", 1)[1]), 60, source_address=(source, 0))
        form = {"grant_type": "client_credentials", "client_id": name, "client_secret": secret}
        there.request("POST", "/auth/token", urllib.parse.urlencode(form),
                      {"Content-Type": "application/x-www-form-urlencoded", **{k.replace("_", "-"): v for k, v in headers.items()}})
        answer = there.getresponse()
        answer.read()
        there.close()
        return answer.status

    def right(self, **more):
        return self.token(self.w.cloud["TCLOUD_CLIENT_ID"], self.w.cloud["TCLOUD_CLIENT_SECRET"], **more)

    def exhaust(self, **more):
        """Wrong secrets until no more are admitted."""
        answers = [self.token(self.w.cloud["TCLOUD_CLIENT_ID"], "wrong", **more) for _ in range(TRIES + 2)]
        assert answers[:TRIES] == [401] * TRIES and answers[-1] == 429, answers


def test_one_who_guesses_locks_out_nobody_else_behind_the_proxy(s):
    s.exhaust(X_Forwarded_For="192.0.2.66")
    assert s.right(X_Forwarded_For="192.0.2.66") == 429
    assert s.right(X_Forwarded_For="192.0.2.7") == 200 and s.right(X_Forwarded_For="2001:db8::7") == 200


def test_what_a_client_writes_itself_does_not_make_it_another(s):
    """The proxy adds on the right whom it was asked by."""
    for claim in ("198.51.100.1", "198.51.100.1, 203.0.113.9", PROXY, INNER, "unknown", "", "[::1]:80", ",,,"):
        assert s.right(X_Forwarded_For=f"{claim}, 192.0.2.66") == 429, claim
    assert s.right(X_Forwarded_For="192.0.2.66", Forwarded="for=198.51.100.1", X_Real_IP="198.51.100.1") == 429
    assert s.right(X_Forwarded_For=f"192.0.2.66, {INNER}") == 429, "by way of two proxies"


def test_who_is_no_proxy_is_who_asks_whatever_it_says(s):
    tries = iter(range(1, 255))
    answers = [s.token(s.w.cloud["TCLOUD_CLIENT_ID"], "wrong", source=STRANGER, X_Forwarded_For=f"198.51.100.{next(tries)}")
               for _ in range(TRIES + 2)]
    assert answers[:TRIES] == [401] * TRIES and answers[-1] == 429, answers
    assert s.right(source=STRANGER, X_Forwarded_For="198.51.100.254") == 429
    assert s.right(X_Forwarded_For="198.51.100.1") == 200, "whom it named has no part in it"


def test_the_audit_log_names_the_person_behind_the_proxy(s):
    page = s.ask("GET", s.authorize())
    form = Form(page.text)
    got = s.ask("POST", form.action, {**form.fields, "name": "admin", "password": s.password},
                {"Cookie": page.headers["Set-Cookie"].split(";")[0], "X-Forwarded-For": "198.51.100.1, 192.0.2.77"})
    assert got.status == 303, got.text
    code = urllib.parse.parse_qs(urllib.parse.urlparse(got.headers["Location"]).query)["code"][0]
    _, granted = s.by_code(code)
    log = s.ask("GET", "/sqlmesh/acme/shop/api/heddle/v1/audit-log", headers={"Authorization": "Bearer " + granted["access_token"]})
    peers = [d["peer"] for d in json.loads(log.text)["deeds"] if d["what"] == "signed in"]
    assert peers == ["192.0.2.77"], log.text
    assert "peer=192.0.2.77" in s.w.log("server"), s.w.log("server")


def test_a_variable_names_proxies_too_and_what_is_no_network_is_refused(s):
    for words, env in ((["--trusted-proxies", "ingress"], {}), ([], {"HEDDLE_TRUSTED_PROXIES": "ingress"})):
        refused = s.w.run("server", "--listen", "127.0.0.1:0", *words, code=2, environment=env)
        assert '"ingress" is no network of proxies' in refused.stderr, refused.stderr


if __name__ == "__main__":
    main(globals(), Proxied)
