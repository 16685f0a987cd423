"""kubectl, helm and a port-forward, for tests/k8s/run."""
import base64
import hashlib
import html
import http.client
import json
import os
import pathlib
import re
import shutil
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parents[2]
VERSION = (ROOT / "CHANGES.md").read_text().split()[1]
NAMESPACE = "heddle-test"


def command(*words, text_in=None, good=True, **more):
    r = subprocess.run([str(w) for w in words], input=text_in, capture_output=True, text=True, timeout=400, **more)
    if good and r.returncode:
        raise RuntimeError(f"{' '.join(map(str, words))}: exit code {r.returncode}\n{r.stdout[-2000:]}{r.stderr[-3000:]}")
    return r


def kubectl(*words, **more):
    return command("kubectl", "--namespace", NAMESPACE, *words, **more)


def apply(text):
    kubectl("apply", "-f", "-", text_in=text)


def find_helm():
    cache = pathlib.Path(os.environ.get("HEDDLE_CACHE") or os.environ.get("XDG_CACHE_HOME", "~/.cache") + "/heddle")
    kept = sorted(cache.expanduser().glob("chart/**/helm*3*"))
    return os.environ.get("HELM") or shutil.which("helm") or next((str(k) for k in reversed(kept) if os.access(k, os.X_OK) and k.is_file()), "helm")


def helm(*words, **more):
    return command(find_helm(), "--namespace", NAMESPACE, *words, **more)


def wait_for(seconds, what, condition):
    """The condition's first true value; a complaint when there is none in time."""
    until = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > until:
            raise RuntimeError(f"{what} did not happen within {seconds} seconds")
        time.sleep(0.3)


def pods(selector):
    """Those that are not on their way out."""
    items = json.loads(kubectl("get", "pods", "-l", selector, "-o", "json").stdout)["items"]
    return [p for p in items if "deletionTimestamp" not in p["metadata"]]


def is_ready(pod):
    return any(c["type"] == "Ready" and c["status"] == "True" for c in pod["status"].get("conditions", []))


def names(found):
    return sorted(p["metadata"]["name"] for p in found)


def secret_value(name, key):
    return base64.b64decode(json.loads(kubectl("get", "secret", name, "-o", "json").stdout)["data"][key]).decode()


class Forward:
    """A local port for a Service, made anew whenever its pod goes away."""

    def __init__(self, service, port):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.port = s.getsockname()[1]
        self.words = ["kubectl", "--namespace", NAMESPACE, "port-forward", f"service/{service}", f"{self.port}:{port}"]
        self.ended, self.process = False, None
        self.thread = threading.Thread(target=self.keep, daemon=True)
        self.thread.start()

    def keep(self):
        while not self.ended:
            self.process = subprocess.Popen(self.words, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            self.process.wait()
            time.sleep(0.3)

    def again(self):
        """The pod it leads to may be one that goes away: choose anew."""
        if self.process:
            self.process.terminate()

    def stop(self):
        self.ended = True
        self.again()
        self.thread.join(5)


def signs_in(port, name, password):
    """As a browser does for the public command line; the status of the form's answer, and where it leads."""
    browser = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    challenge = base64.urlsafe_b64encode(hashlib.sha256(b"x" * 43).digest()).decode().rstrip("=")
    browser.request("GET", "/auth?" + urllib.parse.urlencode({
        "response_type": "code", "client_id": "f695a000-bc5b-43c2-bcb7-8e0179ddff0c", "scope": "tbk:scope:projects",
        "redirect_uri": "http://127.0.0.1:29525/auth/handler", "code_challenge": challenge, "code_challenge_method": "S256"}))
    page = browser.getresponse()
    hidden = dict(re.findall(r'type="hidden" name="([^"]*)" value="([^"]*)"', html.unescape(page.read().decode())))
    browser.request("POST", "/auth", urllib.parse.urlencode({**hidden, "name": name, "password": password}), {
        "Cookie": page.headers["Set-Cookie"].split(";")[0], "Content-Type": "application/x-www-form-urlencoded"})
    answer = browser.getresponse()
    return answer.status, answer.headers.get("Location", "")


class Api:
    """What a developer's client sees of the control plane."""

    def __init__(self, port, path, client, secret):
        self.base, self.path = f"http://127.0.0.1:{port}", path
        self.client, self.secret = client, secret

    def fetch(self, url, **more):
        with urllib.request.urlopen(urllib.request.Request(url, **more), timeout=20) as answer:
            return json.load(answer)

    def once(self, what):
        basic = base64.b64encode(f"{self.client}:{self.secret}".encode()).decode()
        form = urllib.parse.urlencode({"grant_type": "client_credentials"}).encode()
        token = self.fetch(f"{self.base}/auth/token", data=form, headers={"Authorization": f"Basic {basic}"})["access_token"]
        return self.fetch(f"{self.base}{self.path}/api/heddle/v1/{what}", headers={"Authorization": f"Bearer {token}"})

    def get(self, what, seconds=60):
        """Asked until it answers: servers come and go in these tests."""
        until = time.monotonic() + seconds
        while True:
            try:
                return self.once(what)
            except (OSError, urllib.error.URLError, json.JSONDecodeError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.3)
