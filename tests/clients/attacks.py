#!/usr/bin/env python3
"""Attacks on a live control plane that must fail: forged tokens, texts that lead elsewhere, too much of everything.

    tests/clients/attacks.py build/heddle
"""

import base64
import http.client
import json
import os
import re
import resource
import socket
import sqlite3
import statistics
import subprocess
import threading
import time
import urllib.parse
from concurrent.futures import ThreadPoolExecutor

from rig import Form, Site, main

API = "/sqlmesh/acme/shop/api/heddle/v1/"
SLOW_CLIENTS = 2000
CONNECTIONS = SLOW_CLIENTS + 200  # all that the server admits
FEW = 64
BODIES_KB = 256 * 1024  # of developers, together
WRONG_SECRETS = 100_000
TEXTS = ["../../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "/etc/passwd", "file:///etc/passwd", "....//....//etc/passwd",
         "x'; DROP TABLE auth_client; --", "' OR '1'='1", "\") UNION SELECT pem FROM auth_key --", "1; DELETE FROM auth_key",
         "\x00", "%s%n", "-9223372036854775809", "{{ 7*7 }}", "\u202e\U0001f4a5"]
SECRETS = ("root:x:0:0", "PRIVATE KEY", "sqlite3", "SELECT ", "no such column", "syntax error")


def encoded(value):
    text = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(text).decode().rstrip("=")


def decoded(part):
    return json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))


def signature(text, pem):
    """ES256 of the text by openssl, as the two numbers that a JWT wants."""
    der = subprocess.run(["openssl", "dgst", "-sha256", "-sign", pem], input=text.encode(), capture_output=True, check=True).stdout
    size = der[3]
    r, s = der[4:4 + size], der[6 + size:]
    return b"".join(n.lstrip(b"\0").rjust(32, b"\0") for n in (r, s))


class Target(Site):
    def __init__(self, world):
        world.server_options = [*world.server_options, "--connections", str(CONNECTIONS)]
        super().__init__(world)
        self.port = int(world.base.rsplit(":", 1)[1])
        self.developer = self.token(world.cloud)
        self.executor = self.token(world.executor)
        with self.database() as db:
            pem, = db.execute("SELECT pem FROM auth_key").fetchone()
        self.own, self.other = world.root / "own.pem", world.root / "other.pem"
        self.own.write_text(pem)
        subprocess.run(["openssl", "ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", self.other], check=True)

    def database(self):
        return sqlite3.connect(f"file:{self.w.root}/state.db?mode=ro", uri=True)

    def tables(self):
        """What is there, and how much of what nobody may change."""
        with self.database() as db:
            kept = [db.execute(f"SELECT count(*) FROM {t}").fetchone()[0] for t in ("auth_key", "auth_client", "auth_account")]
            return db.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2").fetchall(), kept

    def token(self, client):
        got = self.ask("POST", "/auth/token", {
            "grant_type": "client_credentials", "client_id": client["TCLOUD_CLIENT_ID"],
            "client_secret": client["TCLOUD_CLIENT_SECRET"]})
        assert got.status == 200, got.text
        return json.loads(got.text)["id_token"]

    def status(self, token, method="GET", path="environments", body=None):
        return self.ask(method, API + path, body, {"Authorization": "Bearer " + token}).status

    def forged(self, pem=None, header=None, **claims):
        """The developer's token with something changed; signed with the key of `pem`, or with the old signature."""
        first, second, third = self.developer.split(".")
        text = encoded({**decoded(first), **(header or {})}) + "." + encoded({**decoded(second), **claims})
        return text + "." + (encoded(signature(text, pem)) if pem else third)

    def memory_kb(self):
        text = open(f"/proc/{self.w.children['server'].pid}/smaps_rollup").read()
        return int(re.search(r"^Rss:\s+(\d+)", text, re.M).group(1))

    def connect(self, source="127.0.0.1"):
        return socket.create_connection(("127.0.0.1", self.port), 60, (source, 0))

    def say_hello(self):
        hello = {"executor_id": "patient", "kind": "both", "gateways": []}
        assert self.status(self.executor, "POST", "executors/hello", json.dumps(hello)) == 200

    def claim_forever(self, stop, seconds):
        """An executor that asks for work until told to stop; how long each answer took."""
        there = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        body = json.dumps({"executor_id": "patient", "slots": [{"gateway": "main", "free": 1}], "wait_ms": 0})
        while not stop.is_set():
            began = time.monotonic()
            there.request("POST", API + "tasks/claim", body, {"Authorization": "Bearer " + self.executor})
            answer = there.getresponse()
            text = answer.read()
            seconds.append(time.monotonic() - began)
            assert answer.status == 200, text
            time.sleep(0.01)


def test_only_our_own_signature_counts(s):
    assert s.status(s.forged(s.own)) == 200, "the forger can forge when it has the key"
    for header in ({"alg": "none"}, {"alg": "None"}, {"alg": "HS256"}, {"alg": "ES384"}, {"kid": "another"}, {"kid": None}):
        assert s.status(s.forged(s.own, header)) == 401, header
    bare = s.forged(header={"alg": "none"}).rsplit(".", 1)[0]
    for token in (bare + ".", bare, s.forged(s.other), s.forged(role="admin"), s.developer[:-4], "", "a.b.c", s.developer + ".x",
                  "x" * 9000, s.developer.rsplit(".", 1)[0] + "." + encoded(bytes(64))):
        assert s.status(token) == 401, token


def test_a_key_that_the_token_brings_does_not_count(s):
    jwk = {"kty": "EC", "crv": "P-256", "x": encoded(bytes(32)), "y": encoded(bytes(32))}
    for header in ({"jwk": jwk}, {"jku": "http://127.0.0.1:1/keys", "kid": "x"}, {"x5u": "http://127.0.0.1:1/", "kid": "../../x"}):
        assert s.status(s.forged(s.other, header)) == 401, header


def test_tokens_have_their_time(s):
    now = int(time.time())
    for claims in ({"exp": now - 1}, {"exp": 0}, {"exp": "never"}, {"nbf": now + 3600}, {"nbf": None}, {"iat": -1 << 62, "exp": None}):
        assert s.status(s.forged(s.own, **claims)) == 401, claims


def test_tokens_have_their_audience_project_and_organisation(s):
    assert s.status(s.forged(s.own, aud="another")) == 401
    for claims in ({"project": "bank"}, {"org": "evil"}, {"project": "shop/../bank"}):
        assert s.status(s.forged(s.own, **claims)) == 403, claims
    made = json.loads(s.w.run("client", "create", "--state", s.w.state, "--org", "acme", "--project", "bank", "--name", "bank",
                              "--role", "admin", "--json", environment={}).stdout)
    bank = s.token({"TCLOUD_CLIENT_ID": made["client_id"], "TCLOUD_CLIENT_SECRET": made["client_secret"]})
    assert s.status(bank) == 403, "an admin of another project"


def test_each_role_stays_on_its_routes(s):
    for method, path in (("POST", "plans"), ("POST", "janitor"), ("POST", "queries"), ("GET", "environments"), ("GET", "runs")):
        assert s.status(s.executor, method, path, "{}" if method == "POST" else None) == 403, path
    for path in ("tasks/claim", "tasks/finish", "tasks/renew", "tasks/logs", "executors/hello"):
        assert s.status(s.developer, "POST", path, "{}") == 403, path


def test_texts_that_lead_elsewhere_lead_nowhere(s):
    """Every parameter of every route of the document, with each of the texts."""
    before, tried = s.tables(), 0
    there = http.client.HTTPConnection("127.0.0.1", s.port, timeout=60)
    for path, operations in json.loads(s.ask("GET", "/openapi.json").text)["paths"].items():
        for method, operation in operations.items():
            for parameter in operation.get("parameters", []):
                token = s.executor if "/tasks/" in path or "/executors/" in path else s.developer
                for text in TEXTS:
                    there.request(method.upper(), address(path, parameter, text), "{}" if method != "get" else None,
                                  {"Authorization": "Bearer " + token, "Content-Type": "application/json"})
                    got = there.getresponse()
                    said = got.read().decode()
                    assert got.status < 500, (method, path, parameter["name"], text, said)
                    found = [w for w in SECRETS if w in said.replace(text, "") and w not in text]
                    assert not found, (method, path, parameter["name"], text, said)
                    tried += 1
    print(f"{tried} requests with texts that lead elsewhere")
    assert tried > 1000 and s.tables() == before


def address(path, parameter, text):
    values = {"org": "acme", "project": "shop"}
    if parameter["in"] == "path":
        values[parameter["name"]] = text
    path = re.sub(r"\{(\w+)\}", lambda m: urllib.parse.quote(values.get(m.group(1), "prod"), safe=""), path)
    return path + ("?" + urllib.parse.urlencode({parameter["name"]: text}) if parameter["in"] == "query" else "")


def test_raw_paths_do_not_climb(s):
    for path in ("/../../../../etc/passwd", "//etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%5c..%5cetc/passwd", "/auth/../../etc/passwd",
                 "/%c0%ae%c0%ae/etc/passwd", API + "../../../../../../etc/passwd", "/healthz%00.html"):
        got = s.ask("GET", path, headers={"Authorization": "Bearer " + s.developer})
        assert got.status in (400, 404) and "root:" not in got.text, (path, got.status, got.text)


def test_a_body_of_a_gigabyte(s):
    before = s.memory_kb()
    for token, path in ((None, "/auth/token"), (None, "/healthz"), (None, "/openapi.json"), (None, API + "plans"),
                        (s.executor, API + "tasks/logs"), (s.developer, API + "plans"), (s.developer, API + "runs/x")):
        for chunked in (False, True):
            status, sent, most = send_a_gigabyte(s, path, token, chunked)
            assert path == API + "plans" and token or most < before + 32 * 1024, (path, chunked, before, most)
            assert status in (401, 413, None) and sent < 1 << 29, (path, chunked, status, sent)
            assert status or chunked, "the answer to an announced size is not lost"
    after = s.memory_kb()
    print(f"memory before and after bodies of 1 GB: {before} and {after} kB")
    assert after < before + 32 * 1024


def test_bodies_of_a_gigabyte_from_many_at_once(s):
    """Of developers, who may send the largest ones: together no more is kept than one of them may have, and executors go on."""
    s.say_hello()
    before, seconds, stop = s.memory_kb(), [], threading.Event()
    with ThreadPoolExecutor(5) as pool:
        claims = pool.submit(s.claim_forever, stop, seconds)
        try:
            ends = [w.result() for w in [pool.submit(send_a_gigabyte, s, API + "plans", s.developer, True) for _ in range(4)]]
        finally:
            stop.set()
        claims.result()
    most = max(most for _, _, most in ends)
    print(f"memory before, and at most with 4 bodies of 1 GB: {before} and {most} kB")
    assert most < before + 2 * BODIES_KB, (before, most)  # what grows is copied now and then
    assert {status for status, _, _ in ends} <= {413, 503, None} and seconds
    after = s.memory_kb()
    send_a_gigabyte(s, API + "plans", s.developer, True)
    assert s.memory_kb() < after + 32 * 1024 < before + BODIES_KB, "what the allocator keeps does not add up"


def test_json_that_is_small_as_text_alone(s):
    before = s.memory_kb()
    for many in (b"[]," * 30_000_000, b'{"a":0},' * 10_000_000):
        got = s.ask("POST", API + "plans", b"[" + many + b"0]", {"Authorization": "Bearer " + s.developer})
        assert got.status == 413 and "values" in got.text, (got.status, got.text)
    assert s.memory_kb() < before + 32 * 1024


def send_a_gigabyte(s, path, token, chunked):
    """The status, or none when the connection was cut before; how much was taken; the server's memory at most, in kB."""
    size, piece, sent, most, answer = 1 << 30, bytes(1 << 20), 0, 0, b""
    with s.connect() as there:
        length = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {size}"
        method = "GET" if path.startswith(("/healthz", "/openapi", API + "runs/")) else "POST"
        there.sendall(f"{method} {path} HTTP/1.1\r\nHost: x\r\n{length}\r\nContent-Type: application/json\r\n"
                      f"{'Authorization: Bearer ' + token if token else 'X-None: x'}\r\n\r\n".encode())
        try:
            while sent < size:
                there.sendall(b"100000\r\n" + piece + b"\r\n" if chunked else piece)
                sent += len(piece)
                most = max(most, s.memory_kb()) if sent % (16 << 20) == 0 else most
        except OSError:
            pass
        try:
            answer = there.recv(65536)
        except OSError:
            pass
    return (int(answer.split()[1]) if answer else None), sent, max(most, s.memory_kb())


def test_slow_clients_do_not_keep_claims_waiting(s):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, SLOW_CLIENTS + 512)), hard))
    s.say_hello()
    began = ["GET / HTTP/1.1\r\nX-A: ", "POST /auth/token HTTP/1.1\r\nHost: x\r\nContent-Length: 9000\r\n\r\na"]
    stop, seconds, slow = threading.Event(), [], []
    with ThreadPoolExecutor(1) as one:
        claims = one.submit(s.claim_forever, stop, seconds)
        try:
            for i in range(SLOW_CLIENTS):
                slow.append(s.connect())
                slow[-1].sendall(began[i % 2].encode())
            seconds.clear()
            for _ in range(4):
                time.sleep(0.7)
                for one_of_them in slow:
                    one_of_them.sendall(b"a")
            held = len(os.listdir(f"/proc/{s.w.children['server'].pid}/fd"))
            assert held > SLOW_CLIENTS, f"the server holds {held} descriptors only"
            assert s.ask("GET", "/readyz").status == 200
        finally:
            stop.set()
        claims.result()
        for one_of_them in slow:
            one_of_them.close()
    worst = statistics.quantiles(seconds, n=100)[98]
    print(f"{len(seconds)} claims beside {SLOW_CLIENTS} slow clients: p99 {worst * 1000:.1f} ms (wanted: 100 ms)")
    assert len(seconds) >= 20


def test_more_connections_than_are_admitted_wait_until_one_ends(s):
    there = s.w.start("small", "server", "--listen", "127.0.0.1:0", "--state", f"sqlite:{s.w.root}/small.db",
                      "--connections", str(FEW))
    port = int(there.stdout.readline().rsplit(":", 1)[1])
    held = []
    try:
        for _ in range(FEW):
            held.append(socket.create_connection(("127.0.0.1", port), 60))
            held[-1].sendall(b"GET /healthz HTTP/1.1\r\nX-A: ")
        time.sleep(0.5)
        assert health(port, 1) is None, "one more than is admitted"
        held.pop().close()
        assert health(port, 30) == 200
    finally:
        for one in held:
            one.close()
        s.w.stop("small")
    refused = s.w.run("server", "--connections", "63", code=2, environment={})
    assert "--connections is from 64 to 1000000, not 63." in refused.stderr, refused.stderr


def health(port, seconds):
    """The status, or none when nobody answers in time."""
    there = http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)
    try:
        there.request("GET", "/healthz")
        return there.getresponse().status
    except (OSError, http.client.HTTPException):
        return None
    finally:
        there.close()


def test_a_hundred_thousand_wrong_secrets_and_passwords(s):
    """From one address, half of them at each door; whoever comes from another gets in meanwhile."""
    page = s.ask("GET", s.authorize())
    form = Form(page.text)
    wrong = [request("/auth/token", {"grant_type": "client_credentials", "client_id": s.w.cloud["TCLOUD_CLIENT_ID"],
                                     "client_secret": "wrong"}),
             request(form.action, {**form.fields, "name": "admin", "password": "wrong"}, page.headers["Set-Cookie"].split(";")[0])]
    before, began = s.memory_kb(), time.monotonic()
    with ThreadPoolExecutor(9) as pool:
        works = [pool.submit(knock, s, wrong[i % 2], WRONG_SECRETS // 8) for i in range(8)]
        time.sleep(0.5)
        right = right_secret_from(s, "127.0.0.2")
        counts = [w.result() for w in works]
    took = time.monotonic() - began
    refused = {code: sum(c.get(code, 0) for c in counts) for code in sorted({k for c in counts for k in c})}
    print(f"{WRONG_SECRETS} wrong secrets and passwords in {took:.1f} s, {WRONG_SECRETS / took:.0f} a second: {refused}; "
          f"memory {before} and {s.memory_kb()} kB")
    assert right == 200, "another's address"
    assert sum(refused.values()) == WRONG_SECRETS and set(refused) <= {401, 403, 429}, refused
    assert refused[429] > WRONG_SECRETS * 9 // 10, refused
    assert s.status(s.developer) == 200, "who has a token has it still"
    assert s.memory_kb() < before + 32 * 1024


def request(path, form, cookie="x=y"):
    body = urllib.parse.urlencode(form)
    return (f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\nContent-Length: {len(body)}\r\n"
            f"Content-Type: application/x-www-form-urlencoded\r\n\r\n{body}").encode()


def knock(s, wrong, times, at_once=50):
    """So many answers by status. What was not answered when the server closed is asked again."""
    counts = {}
    done = 0
    while done < times:
        with s.connect() as there:
            reader = there.makefile("rb")
            while done < times:
                batch = min(at_once, times - done)
                there.sendall(wrong * batch)
                for _ in range(batch):
                    code = read_status(reader)
                    counts[code] = counts.get(code, 0) + 1
                done += batch
    return counts


def read_status(reader):
    line, size = reader.readline(), 0
    while (header := reader.readline()).strip():
        if header.lower().startswith(b"content-length:"):
            size = int(header.split(b":")[1])
    reader.read(size)
    return int(line.split()[1])


def right_secret_from(s, source):
    client = s.w.cloud
    with s.connect(source) as there:
        there.sendall(request("/auth/token", {"grant_type": "client_credentials", "client_id": client["TCLOUD_CLIENT_ID"],
                                              "client_secret": client["TCLOUD_CLIENT_SECRET"]}))
        return read_status(there.makefile("rb"))


def test_the_server_is_as_it_was(s):
    assert s.ask("GET", "/readyz").status == 200
    assert s.password not in s.w.log("server").split("its password", 1)[1].split(";", 1)[1]
    s.w.stop("server")


if __name__ == "__main__":
    main(globals(), Target)
