"""The proxy in front of the servers, with the configuration that is deployed."""

import os
import shutil
import string
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tests.harness.program import ROOT, Program, StartError, free_port

DEPLOY = ROOT / "deploy"
_PLACES = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin"))  # Debian keeps nginx off a user's PATH


class Proxy(Program):
    """Caddy, or else nginx, on a free port in front of `upstreams` (`host:port`)."""

    def __init__(self, upstreams: Sequence[str], kind: str | None = None) -> None:
        self.kind = kind or next(iter(available()), "")
        if not self.kind:
            raise StartError("neither Caddy nor nginx is on this machine; 'make test' can install one")
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="corridor-proxy-"))
        setup = SETUPS[self.kind](self.folder, self.port, upstreams)
        super().__init__(setup.run, ready=setup.ready, env=setup.env)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def close(self) -> None:
        super().close()
        shutil.rmtree(self.folder, ignore_errors=True)


@dataclass(frozen=True)
class Setup:
    """How one kind of proxy is run and how its configuration is read without running."""

    run: list[str]
    verify: list[str]
    ready: str
    env: Mapping[str, str] = field(default_factory=dict)


def caddy(folder: Path, port: int, upstreams: Sequence[str]) -> Setup:
    program = shutil.which("caddy", path=_PLACES) or "caddy"
    config = ["--config", str(DEPLOY / "Caddyfile"), "--adapter", "caddyfile"]
    return Setup(
        run=[program, "run", *config],
        verify=[program, "validate", *config],
        ready="serving initial configuration",
        env={
            "CORRIDOR_SITE": f"http://127.0.0.1:{port}",
            "CORRIDOR_UPSTREAMS": " ".join(upstreams),
            "HOME": str(folder),
            "XDG_CONFIG_HOME": str(folder),
            "XDG_DATA_HOME": str(folder),
        },
    )


def nginx(folder: Path, port: int, upstreams: Sequence[str]) -> Setup:
    folder.chmod(0o755)  # its workers are another user when we are root
    config = folder / "nginx.conf"
    template = string.Template((DEPLOY / "nginx.conf.template").read_text())
    servers = " ".join(f"server {address} max_fails=1 fail_timeout=2s;" for address in upstreams)
    config.write_text(template.safe_substitute(CORRIDOR_LISTEN=f"127.0.0.1:{port}", CORRIDOR_SERVERS=servers))
    program = shutil.which("nginx", path=_PLACES) or "nginx"
    command = [program, "-p", str(folder), "-c", str(config), "-e", "stderr"]
    return Setup(run=[*command, "-g", "daemon off;"], verify=[*command, "-t"], ready="start worker process")


SETUPS = {"caddy": caddy, "nginx": nginx}


def available() -> list[str]:
    """The kinds of proxy on this machine, the preferred one first."""
    return [kind for kind in SETUPS if shutil.which(kind, path=_PLACES)]


def verify(kind: str) -> str:
    """Let the proxy read the configuration that we deploy; returns its complaint, or nothing."""
    with tempfile.TemporaryDirectory() as folder:
        setup = SETUPS[kind](Path(folder), free_port(), ["127.0.0.1:9"])
        done = subprocess.run(
            setup.verify, check=False, capture_output=True, text=True, env={**os.environ, **setup.env}
        )
    return done.stdout + done.stderr if done.returncode else ""
