"""A PostgreSQL cluster of one's own."""

import functools
import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path

from tests.harness.program import Program, StartError, free_port, unprivileged

OWNER = "corridor"
# Not for the data's safety but against it: a cluster that dies with the test may skip the disk.
UNSAFE = ("fsync=off", "synchronous_commit=off", "full_page_writes=off")


class Postgres(Program):
    """A fresh cluster in a temporary folder, on a free port; as an unprivileged user when we are root.

    `durable=False` skips the disk: faster, and only for tests in which PostgreSQL itself is not killed.
    """

    def __init__(self, *, durable: bool = True, settings: tuple[str, ...] = ()) -> None:
        self.port = free_port()
        self.folder = Path(tempfile.mkdtemp(prefix="corridor-postgres-"))
        options = ("listen_addresses=127.0.0.1", f"unix_socket_directories={self.folder}", "max_connections=200")
        chosen = (*options, *(() if durable else UNSAFE), *settings)
        super().__init__(
            [binary("postgres"), "-D", self._cluster, "-p", str(self.port), *(f"-c{option}" for option in chosen)],
            ready="database system is ready to accept connections",
            user=unprivileged("postgres"),
            stop_signal=signal.SIGINT,  # "fast": ends sessions instead of waiting for them
            env={"LC_ALL": "C.UTF-8"},
        )

    def start(self, timeout: float = 60) -> None:
        if not self._cluster.exists():
            self._initialise()
        super().start(timeout)

    def close(self) -> None:
        super().close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def url(self, database: str = "postgres") -> str:
        """The address of a database as Corridor takes it."""
        return f"postgresql+asyncpg://{OWNER}@127.0.0.1:{self.port}/{database}"

    def create(self, database: str, template: str = "template0") -> str:
        """Make a database, empty or as a copy of `template` (to which nobody may be connected); returns its address."""
        self.execute(f'CREATE DATABASE "{database}" TEMPLATE "{template}" ENCODING UTF8')
        return self.url(database)

    def drop(self, database: str) -> None:
        """Remove a database, and disconnect whoever uses it."""
        self.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')

    def execute(self, sql: str, database: str = "postgres") -> str:
        """Run one statement with psql; returns the rows as lines, columns parted by `|`."""
        address = ("-h", "127.0.0.1", "-p", str(self.port), "-U", OWNER, "-d", database)
        flags = ("-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1")
        done = subprocess.run(
            [binary("psql"), *address, *flags, "-c", sql], check=False, capture_output=True, text=True, timeout=60
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout.strip()

    @property
    def _cluster(self) -> Path:
        return self.folder / "cluster"

    def _initialise(self) -> None:
        self.folder.mkdir(exist_ok=True)
        if self.user:
            shutil.chown(self.folder, self.user)
        options = ("-U", OWNER, "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        done = subprocess.run(
            [binary("initdb"), "-D", self._cluster, *options],
            check=False, capture_output=True, text=True, user=self.user, cwd="/", env={**os.environ, "LC_ALL": "C"},
        )  # fmt: skip
        if done.returncode:
            raise StartError(f"initdb failed:\n{done.stdout}{done.stderr}")


@functools.cache
def binary(name: str) -> str:
    """The path of one of PostgreSQL's programs; Debian keeps the newest of several versions off the PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*"), key=lambda folder: float(folder.name), reverse=True)
    for folder in versions:
        if (folder / "bin" / name).exists():
            return str(folder / "bin" / name)
    if found := shutil.which(name):
        return found
    raise StartError(f"PostgreSQL's '{name}' is not on this machine; 'make test' can install it")
