"""A real PostgreSQL server of a test's own: in a folder of its own, on a port of loopback, as a user without rights."""

import os
import pathlib
import pwd
import shutil
import socket
import subprocess
import tempfile
import time

USER, PASSWORD = "admin", "p@ss/w:o rd%"


def programs():
    """The folder of initdb and postgres, of the newest version that is installed."""
    found = [p.parent for p in pathlib.Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if not found:
        raise RuntimeError("no PostgreSQL server is installed (tools/bootstrap test)")
    return max(found, key=lambda p: float(p.parent.name))


def as_nobody():
    """PostgreSQL refuses to run as root."""
    if os.getuid() == 0:
        user = pwd.getpwnam("postgres")
        return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}
    return {}


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    def __init__(self, *settings, tls=False):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="heddle-postgres-"))
        self.folder.chmod(0o777)
        self.data = self.folder / "data"
        self.process = None
        self._initdb()
        if tls:
            settings = (*settings, *self._tls())
        for _ in range(5):  # another program may take the port in between
            self.port = free_port()
            if self._start(settings):
                return
        raise RuntimeError("PostgreSQL does not start:\n" + (self.folder / "log").read_text())

    def _initdb(self):
        password = self.folder / "password"
        password.write_text(PASSWORD + "\n")
        password.chmod(0o644)
        subprocess.run([programs() / "initdb", "-D", self.data, "-U", USER, "-A", "scram-sha-256", "-N",
                        "--no-instructions", "--locale=C.UTF-8", "--pwfile", password],
                       check=True, cwd="/", stdout=subprocess.DEVNULL, **as_nobody())

    def _tls(self):
        """Over TCP only TLS is let in; self.authority is who vouches for the server."""
        key, self.authority = self.folder / "server.key", self.folder / "server.crt"
        subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                        "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1", "-keyout", key, "-out", self.authority],
                       check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        if as_nobody():
            shutil.chown(key, "postgres", "postgres")
        key.chmod(0o600)
        self.authority.chmod(0o644)
        (self.data / "pg_hba.conf").write_text("local all all scram-sha-256\nhostssl all all 127.0.0.1/32 scram-sha-256\n")
        return "ssl=on", f"ssl_cert_file={self.authority}", f"ssl_key_file={key}"

    def _start(self, settings):
        words = [programs() / "postgres", "-D", self.data, "-k", self.folder, "-p", str(self.port),
                 "-c", "listen_addresses=127.0.0.1", "-c", "fsync=off", "-c", "shared_buffers=32MB"]
        for setting in settings:
            words += ["-c", setting]
        self.process = subprocess.Popen(words, cwd="/", stdout=subprocess.DEVNULL,
                                        stderr=open(self.folder / "log", "w"), **as_nobody())
        state = self.data / "postmaster.pid"
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            if state.exists() and "ready" in state.read_text():
                return True
            time.sleep(0.05)
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        return False

    def stop(self):
        if self.process:
            self.process.send_signal(3)  # immediate: nothing of it is kept
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def connect(self, database="postgres", **more):
        import psycopg2

        connection = psycopg2.connect(host="127.0.0.1", port=self.port, user=USER, password=PASSWORD,
                                      dbname=database, **more)
        connection.autocommit = True
        return connection

    def ask(self, sql, database="postgres"):
        connection = self.connect(database)
        try:
            with connection.cursor() as cursor:
                cursor.execute(sql)
                return cursor.fetchall() if cursor.description else []
        finally:
            connection.close()
