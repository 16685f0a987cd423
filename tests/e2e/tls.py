#!/usr/bin/env python3
"""TLS from outside: a certificate authority made by openssl, a server that speaks TLS, clients that trust it or not,
a proxy that asks for a password; a plan and a run through executors over all of it. On the way every text that is
said when TLS, the proxy or the control plane is wrong.

    tests/e2e/tls.py build/heddle [WORD…]
"""

import base64
import os
import select
import signal
import socket
import socketserver
import ssl
import subprocess
import sys
import threading
import time

import rig

NAME = "plane.heddle.test"  # no name that is known; the proxy knows where it is


def openssl(*args):
    subprocess.run(["openssl", *map(str, args)], check=True, capture_output=True)


class Authority:
    def __init__(self, folder, name):
        folder.mkdir()
        self.folder, self.cert, self.key = folder, folder / "ca.pem", folder / "ca.key"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "3650",
                "-subj", f"/CN={name}", "-keyout", self.key, "-out", self.cert)

    def sign(self, name, names, days=(-1, 30)):
        """A certificate for these names, valid from and until so many days from now."""
        base = self.folder / name
        extensions = base.with_suffix(".ext")
        extensions.write_text(f"subjectAltName={names}\nextendedKeyUsage=serverAuth\n")
        openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-subj",
                "/CN=heddle", "-keyout", base.with_suffix(".key"), "-out", base.with_suffix(".csr"))
        database = self.folder / f"{name}.index"
        database.write_text("")
        config = self.folder / f"{name}.cnf"
        config.write_text(f"[ca]\ndefault_ca=x\n[x]\ndatabase={database}\nnew_certs_dir={self.folder}\nrand_serial=yes\n"
                          "default_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=supplied\n")
        at = [time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + d * 86400)) for d in days]
        openssl("ca", "-batch", "-notext", "-config", config, "-cert", self.cert, "-keyfile", self.key, "-extfile",
                extensions, "-startdate", at[0], "-enddate", at[1], "-in", base.with_suffix(".csr"), "-out",
                base.with_suffix(".pem"))
        return base.with_suffix(".pem"), base.with_suffix(".key")


class Proxy(socketserver.ThreadingTCPServer):
    """CONNECT, and plain requests refused; wants a password; every name is this machine."""
    allow_reuse_address = daemon_threads = True

    def __init__(self, login=None):
        super().__init__(("127.0.0.1", 0), Tunnel)
        self.login, self.asked, self.refused = login, [], 0
        threading.Thread(target=self.serve_forever, daemon=True).start()

    def url(self, login=None):
        return f"http://{login + '@' if login else ''}127.0.0.1:{self.server_address[1]}"


class Tunnel(socketserver.StreamRequestHandler):
    def handle(self):
        line = self.rfile.readline().decode().split()
        headers = {}
        while (text := self.rfile.readline().decode().strip()):
            key, _, value = text.partition(":")
            headers[key.lower()] = value.strip()
        given = headers.get("proxy-authorization", "").removeprefix("Basic ")
        if self.server.login and base64.b64decode(given).decode() != self.server.login:
            self.server.refused += 1
            self.answer("407 Proxy Authentication Required", "Proxy-Authenticate: Basic realm=\"the company\"\r\n")
            return
        self.server.asked.append(line[1])
        if line[0] != "CONNECT":
            self.answer("403 Forbidden")
            return
        try:
            with socket.create_connection(("127.0.0.1", int(line[1].rsplit(":", 1)[1]))) as there:
                self.wfile.write(b"HTTP/1.1 200 Connection established\r\n\r\n")
                self.pump(there)
        except OSError:
            self.answer("502 Bad Gateway")

    def answer(self, status, more=""):
        self.wfile.write(f"HTTP/1.1 {status}\r\n{more}Content-Type: text/html\r\nContent-Length: 0\r\n"
                         "Connection: close\r\n\r\n".encode())

    def pump(self, there):
        pair = {self.connection: there, there: self.connection}
        while True:
            for one in select.select(list(pair), [], [])[0]:
                data = one.recv(65536)
                if not data:
                    return
                pair[one].sendall(data)


def set_up(b):
    """A server with a certificate of the company's authority, and what clients need to know."""
    if hasattr(b, "company"):
        return
    b.company = Authority(b.root / "company", "The Company's Authority")
    b.stranger = Authority(b.root / "stranger", "An Authority Nobody Knows")
    b.cert, b.key = b.root / "server.pem", b.root / "server.key"
    show(b, b.company.sign("good", f"DNS:{NAME},DNS:localhost,IP:127.0.0.1"))
    b.state = f"sqlite:{b.root}/state.db"
    b.base = b.server("--tls-cert", b.cert, "--tls-key", b.key)
    assert b.base.startswith("https://127.0.0.1:"), b.base
    b.port = int(b.base.rsplit(":", 1)[1])
    b.developer, b.worker = b.client("developer"), b.client("executor")
    b.folder = b.project("shop")


def show(b, pair):
    """Put a pair where the server reads it, as a program that renews certificates does."""
    for new, place in zip(pair, (b.cert, b.key)):
        part = place.with_suffix(".part")
        part.write_bytes(new.read_bytes())
        os.replace(part, place)


def cloud(b, host="127.0.0.1", who=None, port=None, scheme="https", **more):
    return {"TCLOUD_URL": f"{scheme}://{host}:{port or b.port}/sqlmesh/acme/shop", **(who or b.developer), **more}


def said(b, texts, title, env, code=4):
    done = b.run("environments", env=env, folder=b.folder)
    texts.compare(title, b.plain(done.stdout + done.stderr))
    assert done.returncode == code, done
    return done


def shown(b):
    """The certificate that the server shows now."""
    context = ssl.create_default_context(cafile=b.company.cert)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    with socket.create_connection(("127.0.0.1", b.port)) as plain, context.wrap_socket(plain) as s:
        return s.getpeercert(True)


def renewed(b, pair, how=None):
    """Show a pair and wait until the server does."""
    wanted = ssl.PEM_cert_to_DER_cert(pair[0].read_text())
    show(b, pair)
    if how:
        b.children["server"].send_signal(how)
    deadline = time.time() + rig.PATIENCE
    while shown(b) != wanted:
        assert time.time() < deadline, b.log("server")
        time.sleep(0.1)


def test_an_authority_that_is_not_trusted(b, texts):
    set_up(b)
    said(b, texts, "an unknown authority", cloud(b), code=1)
    said(b, texts, "another authority than the one that is trusted",
         cloud(b, SSL_CERT_FILE=str(b.stranger.cert)), code=1)
    said(b, texts, "SSL_CERT_FILE that is not there", cloud(b, SSL_CERT_FILE=str(b.root / "nowhere.pem")), code=1)
    b.run("environments", env=cloud(b, SSL_CERT_FILE=str(b.company.cert)), folder=b.folder, code=0)


def test_a_folder_of_authorities(b, texts):
    set_up(b)
    folder = b.root / "authorities"
    folder.mkdir()
    (folder / "company.pem").write_bytes(b.company.cert.read_bytes())
    openssl("rehash", folder)
    b.run("environments", env=cloud(b, SSL_CERT_DIR=str(folder)), folder=b.folder, code=0)


def test_certificates_are_renewed_without_a_restart_and_a_bad_one_is_told(b, texts):
    set_up(b)
    trusted = {"SSL_CERT_FILE": str(b.company.cert)}
    renewed(b, b.company.sign("expired", "IP:127.0.0.1", days=(-30, -2)))
    said(b, texts, "an expired certificate", cloud(b, **trusted), code=1)
    renewed(b, b.company.sign("early", "IP:127.0.0.1", days=(2, 30)), how=signal.SIGHUP)
    said(b, texts, "a certificate of the future", cloud(b, **trusted), code=1)
    renewed(b, b.company.sign("other", "DNS:other.example.com,DNS:www.example.com"))
    said(b, texts, "a certificate for another name", cloud(b, **trusted), code=1)
    good = b.company.sign("again", f"DNS:{NAME},DNS:localhost,IP:127.0.0.1")
    renewed(b, good)
    b.run("environments", env=cloud(b, **trusted), folder=b.folder, code=0)
    show(b, (good[0], b.stranger.key))
    b.await_log("server", "cannot be used")
    time.sleep(2.5)
    log = b.log("server")
    assert log.count("cannot be used") == 1, log
    texts.compare("a key that does not fit, while the server runs",
                  b.plain("".join(l + "\n" for l in log[log.index("the changed TLS"):].splitlines()[:2])))
    b.run("environments", env=cloud(b, **trusted), folder=b.folder, code=0)
    renewed(b, good)


def test_a_server_that_cannot_have_tls_does_not_start(b, texts):
    set_up(b)
    for title, words in (("a key that does not fit", ("--tls-cert", b.cert, "--tls-key", b.stranger.key)),
                         ("a certificate that is none", ("--tls-cert", b.folder / "config.yaml", "--tls-key", b.key)),
                         ("a certificate that is not there", ("--tls-cert", "nowhere.pem", "--tls-key", b.key)),
                         ("a certificate without a key", ("--tls-cert", b.cert)),
                         ("plain HTTP beyond loopback", ("--listen", "0.0.0.0:0"))):
        listen = () if "--listen" in words else ("--listen", "127.0.0.1:0")
        done = b.run("server", *listen, "--state", f"sqlite:{b.root}/never.db", *words)
        texts.compare(title, b.plain(done.stdout + done.stderr))
        assert done.returncode in (1, 2), done
    plain = b.server("--plain-http", state=f"sqlite:{b.root}/plain.db", host="0.0.0.0", name="plain")
    assert plain.startswith("http://0.0.0.0:"), plain
    b.stop("plain")


def test_old_versions_of_tls_are_refused(b, texts):
    set_up(b)
    for version, wanted in ((ssl.TLSVersion.TLSv1_1, False), (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)):
        context = ssl.create_default_context(cafile=b.company.cert)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version = context.maximum_version = version
        try:
            with socket.create_connection(("127.0.0.1", b.port)) as plain, \
                    context.wrap_socket(plain, server_hostname="127.0.0.1") as s:
                got = s.version() is not None
        except ssl.SSLError:
            got = False
        assert got == wanted, version


def test_plain_http_to_a_port_of_tls(b, texts):
    set_up(b)
    done = b.run("environments", env=cloud(b, scheme="http"), folder=b.folder)
    assert done.returncode == 4, done


def test_a_plan_and_a_run_over_tls_through_the_proxy(b, texts):
    """Only the proxy knows where the control plane is: whatever works goes through it."""
    set_up(b)
    b.proxy = Proxy("me:s3cret@company")
    way = {"SSL_CERT_FILE": str(b.company.cert), "HTTPS_PROXY": b.proxy.url("me:s3cret%40company")}
    gateway = {"SQLMESH__DEFAULT_GATEWAY": "main", "SQLMESH__GATEWAYS__MAIN__CONNECTION__TYPE": "duckdb",
               "SQLMESH__GATEWAYS__MAIN__CONNECTION__DATABASE": str(b.root / "house.duckdb")}
    b.developers_way = cloud(b, host=NAME, **way)
    for kind in ("apply", "run"):
        b.start(kind, "executor", kind, env={**cloud(b, host=NAME, who=b.worker, **way), **gateway})
        b.await_log(kind, "welcomes this executor")
    before = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 2 * 86400))
    b.plan(b.folder, "--execution-time", before, env=b.developers_way, code=0)
    assert [r["total"] for r in b.rows(b.folder, "SELECT * FROM shop.top", env=b.developers_way)] == [7]
    b.run("run", env=b.developers_way, folder=b.folder, code=0)
    assert "task ended" in b.log("run"), b.log("run")
    assert f"{NAME}:{b.port}" in b.proxy.asked and not b.proxy.refused
    for text in (b.log("apply"), b.log("run"), b.log("server")):
        assert "s3cret" not in text
    for kind in ("apply", "run"):
        b.stop(kind)


def test_a_proxy_that_refuses(b, texts):
    set_up(b)
    trusted = {"SSL_CERT_FILE": str(b.company.cert)}
    proxy = Proxy("me:s3cret")
    for title, url in (("a proxy that wants a login", proxy.url()), ("a wrong password of the proxy", proxy.url("me:wr0ng"))):
        done = said(b, texts, title, cloud(b, host=NAME, HTTPS_PROXY=url, **trusted), code=1)
        assert "wr0ng" not in done.stdout + done.stderr
    done = said(b, texts, "a proxy that is not there", cloud(b, host=NAME, HTTPS_PROXY="http://me:wr0ng@127.0.0.1:9", **trusted))
    assert "wr0ng" not in done.stdout + done.stderr
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        said(b, texts, "a proxy that does not reach the server",
             cloud(b, host=NAME, port=s.getsockname()[1], HTTPS_PROXY=proxy.url("me:s3cret"), **trusted))
    plain = {**cloud(b, host=NAME, scheme="http"), "HTTP_PROXY": proxy.url()}
    said(b, texts, "a proxy for plain HTTP that wants a login", plain, code=1)


def test_loopback_and_no_proxy_go_past_the_proxy(b, texts):
    set_up(b)
    trap = Proxy()
    trusted = {"SSL_CERT_FILE": str(b.company.cert), "HTTPS_PROXY": trap.url(), "HTTP_PROXY": trap.url(),
               "https_proxy": trap.url(), "http_proxy": trap.url()}
    for host in ("127.0.0.1", "localhost"):
        b.run("environments", env=cloud(b, host=host, **trusted), folder=b.folder, code=0)
    assert not trap.asked
    said(b, texts, "a host of NO_PROXY that is not known", cloud(b, host=NAME, **trusted, NO_PROXY=".heddle.test"))
    assert not trap.asked
    alone = b.project("alone")
    b.plan(alone, env={k: v for k, v in trusted.items()}, code=0)
    assert not trap.asked


if __name__ == "__main__":
    sys.exit(rig.main(globals(), "tls"))
