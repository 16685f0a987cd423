"""An OCI registry on loopback, for as long as a test runs."""
import pathlib
import socket
import subprocess
import time

import helm


class Registry:
    def __init__(self, folder):
        with socket.socket() as s:
            s.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{s.getsockname()[1]}"
        settings = pathlib.Path(folder) / "registry.yml"
        settings.write_text(f"version: 0.1\nstorage: {{filesystem: {{rootdirectory: {folder}/registry}}}}\n"
                            f"http: {{addr: '{self.address}'}}\n")
        self.log = open(pathlib.Path(folder) / "registry.log", "w")
        self.process = subprocess.Popen([helm.tools / "bin/registry", "serve", settings], stdout=self.log, stderr=self.log)
        host, port = self.address.split(":")
        for _ in range(300):
            with socket.socket() as s:
                if s.connect_ex((host, int(port))) == 0:
                    return
            time.sleep(0.1)
        raise AssertionError("the registry did not start: " + open(self.log.name).read())

    def push(self, version, archive):
        extra = [] if version == "helm-3.8" else ["--plain-http"]
        done = helm.helm(version, "push", archive, f"oci://{self.address}/tobikodata", *extra)
        assert done.returncode == 0, f"{version}: {done.stderr}"

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.log.close()
