"""One program started as a process of its own, with all that it prints kept."""

import io
import os
import pwd
import re
import signal
import socket
import subprocess
import threading
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Self

ROOT = Path(__file__).resolve().parent.parent.parent


class StartError(RuntimeError):
    """A program ended, or did not say that it is ready; the message carries what it printed."""


class Program:
    """A process that is ready once it has printed a line that matches `ready`.

    It can be started again after its end, as itself: same command, same port.
    """

    def __init__(
        self,
        command: Sequence[str | Path],
        ready: str,
        *,
        env: Mapping[str, str] | None = None,
        user: str | None = None,
        stop_signal: signal.Signals = signal.SIGTERM,
    ) -> None:
        self.command = [str(part) for part in command]
        self.ready = re.compile(ready)
        self.env = {**os.environ, **(env or {})}
        self.user = user
        self.stop_signal = stop_signal
        self._process: subprocess.Popen[str] | None = None
        self._output = _Output()

    @property
    def pid(self) -> int:
        """The process id. Raises StartError when it was never started."""
        if self._process is None:
            raise StartError(f"{self.command[0]} was not started")
        return self._process.pid

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def log(self) -> str:
        """All that it printed so far, over all its starts."""
        return self._output.text

    def start(self, timeout: float = 30) -> None:
        """Start and wait until ready. Raises StartError with the output if it ends or takes longer than `timeout` s."""
        seen = len(self.log)
        self._process = subprocess.Popen(
            self.command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            cwd="/" if self.user else ROOT,
            env=self.env,
            user=self.user,
            group=pwd.getpwnam(self.user).pw_gid if self.user else None,
            extra_groups=[] if self.user else None,
            start_new_session=True,
        )
        assert self._process.stdout is not None
        self._output.follow(self._process.stdout)
        if not self._output.wait_for(self.ready, seen, timeout):
            self.kill9()
            raise StartError(f"{' '.join(self.command)} did not become ready:\n{self.log[seen:]}")

    def wait_for(self, pattern: str, timeout: float = 10, since: int = 0) -> bool:
        """Wait until it prints what matches `pattern` after the first `since` characters; False if it does not."""
        return self._output.wait_for(re.compile(pattern), since, timeout)

    def terminate(self, timeout: float = 20) -> int:
        """Ask it to end and return its exit status; raises subprocess.TimeoutExpired if it does not."""
        return self._end(self.stop_signal, timeout)

    def kill9(self) -> int:
        """Kill it without warning: what it had not written is lost."""
        return self._end(signal.SIGKILL, 10)

    def restart(self) -> None:
        """Ask it to end, then start it again."""
        self.terminate()
        self.start()

    def freeze(self) -> None:
        """Stop its work with all its connections open, until `thaw`."""
        os.kill(self.pid, signal.SIGSTOP)

    def thaw(self) -> None:
        os.kill(self.pid, signal.SIGCONT)

    def close(self) -> None:
        """End it by all means; called on exit from `with`."""
        if not self.alive:
            return
        self.thaw()
        try:
            self.terminate()
        except subprocess.TimeoutExpired:
            self.kill9()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _end(self, how: signal.Signals, timeout: float) -> int:
        assert self._process is not None, "it was never started"
        if self.alive:
            self._process.send_signal(how)
        status = self._process.wait(timeout)
        self._output.finish()
        return status


class _Output:
    """What a process prints, over all its starts, read by a thread so that its pipe never fills."""

    def __init__(self) -> None:
        self._text = io.StringIO()
        self._changed = threading.Condition()
        self._reader: threading.Thread | None = None  # None once the process has closed its output

    @property
    def text(self) -> str:
        with self._changed:
            return self._text.getvalue()

    def follow(self, pipe: IO[str]) -> None:
        self._reader = threading.Thread(target=self._read, args=(pipe,), daemon=True)
        self._reader.start()

    def wait_for(self, pattern: re.Pattern[str], since: int, timeout: float) -> bool:
        def found() -> bool:
            return pattern.search(self._text.getvalue(), since) is not None

        with self._changed:
            self._changed.wait_for(lambda: found() or self._reader is None, timeout)
            return found()

    def finish(self) -> None:
        # A child of the process may hold the pipe open after it; nobody waits for that.
        if reader := self._reader:
            reader.join(1)

    def _read(self, pipe: IO[str]) -> None:
        with pipe:
            for line in pipe:
                self._add(line)
        with self._changed:
            if self._reader is threading.current_thread():  # not when it was started again meanwhile
                self._reader = None
            self._changed.notify_all()

    def _add(self, line: str) -> None:
        with self._changed:
            self._text.write(line)
            self._changed.notify_all()


def free_port() -> int:
    """A port of loopback that nobody listens on now."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


def unprivileged(name: str) -> str | None:
    """The user to run a program as that refuses to be root: `name`, else nobody; None when we are not root."""
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam(name).pw_name
    except KeyError:
        return "nobody"
