#!/usr/bin/env python3
"""The public command line, unchanged, signs in at a live control plane: by browser, by device, by secret.

    tests/clients/tcloud.py build/heddle
"""

import json
import urllib.parse

from rig import CHALLENGE, CLIENT, GRANT, REDIRECT, Site, check_record, main


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
    assert check_record("tcloud", "tobiko_cloud_api_client") > 10


if __name__ == "__main__":
    main(globals(), Site)
