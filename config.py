"""One frozen settings object, read from the environment once."""

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path


@dataclass(frozen=True)
class Rate:
    """A token bucket's figures: `burst` at once, then `per_second`."""

    burst: float
    per_second: float


DEFAULT_RATES: Mapping[str, Rate] = {
    "posts": Rate(10, 1),
    "acts": Rate(30, 5),  # edits, removals, membership: rarer than posts, cheaper than a flood
    "typing": Rate(1, 1 / 3),
    "reads": Rate(20, 4),
    "subscribes": Rate(50, 5),
    "frames": Rate(40, 20),
    "connects": Rate(16, 16 / 60),
    "polls": Rate(20, 2),
    "searches": Rate(20, 1),
    "help": Rate(30, 1),  # calls for help, reports, worries: nothing else a person does uses these up
    "parts": Rate(60, 10),  # of files that arrive, each of a megabyte at most
    "sockets": Rate(5, 0),  # not a rate: the most sockets one person may hold open
}

SMTP_PORTS: Mapping[str, int] = {"starttls": 587, "tls": 465, "none": 25}


@dataclass(frozen=True)
class S3Settings:
    """Where files are kept that speaks S3. `endpoint`: none for Amazon's own."""

    bucket: str
    endpoint: str | None = None
    region: str = "us-east-1"
    access_key: str | None = field(default=None, repr=False)
    secret_key: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class MailSettings:
    """The server that takes our mail. `tls`: from the first byte on, asked for (starttls), or none."""

    host: str
    sender: str
    port: int = 587
    tls: str = "starttls"
    user: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Settings:
    """Everything a process of Corridor can be told. Seconds unless a name says otherwise."""

    data: Path
    database_url: str
    redis_url: str | None = None
    secret: bytes = field(default=b"", repr=False)
    origins: frozenset[str] = frozenset()
    trusted_proxies: str = ""
    provider_networks: tuple[IPv4Network | IPv6Network, ...] = ()  # private ones where schools' sign-on may live
    feed_networks: tuple[IPv4Network | IPv6Network, ...] = ()  # private ones where rooms' feeds and linked pages may be
    rates: Mapping[str, Rate] = field(default_factory=lambda: dict(DEFAULT_RATES))
    ping: float = 25.0
    poll: float = 1.0
    session_check: float = 60.0
    stall: float = 10.0
    long_poll: float = 25.0
    presence_quiet: float = 30.0
    clock: str | None = None
    s3: S3Settings | None = None  # none: files are kept in the data folder
    address: str = ""  # where people find this installation: for links in mails, and for those who pass pushes on
    mail: MailSettings | None = None  # none: no mail is sent
    push_hosts: frozenset[str] = frozenset()  # besides those of the makers of browsers
    push_networks: tuple[IPv4Network | IPv6Network, ...] = ()  # private ones where these may be
    development: bool = False  # the page of components and the made-up languages are there

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ, data: Path | None = None) -> "Settings":
        """Read CORRIDOR_* from `environ`; `data` (a command's --data) wins over CORRIDOR_DATA.

        Raises ValueError with a sentence for whoever installs it when a value cannot be understood.
        """
        folder = data or Path(environ.get("CORRIDOR_DATA", "data"))
        return cls(
            data=folder,
            database_url=_secret_text(environ, "CORRIDOR_DATABASE_URL") or f"sqlite:///{folder / 'corridor.db'}",
            redis_url=_secret_text(environ, "CORRIDOR_REDIS_URL"),
            secret=(_secret_text(environ, "CORRIDOR_SECRET") or "").encode(),
            origins=frozenset(filter(None, (o.strip() for o in environ.get("CORRIDOR_ORIGINS", "").split(",")))),
            trusted_proxies=environ.get("CORRIDOR_TRUST_PROXY", ""),
            provider_networks=_networks(environ, "CORRIDOR_PROVIDER_NETWORKS"),
            feed_networks=_networks(environ, "CORRIDOR_FEED_NETWORKS"),
            rates={**DEFAULT_RATES, **_rates(environ.get("CORRIDOR_LIMITS", ""))},
            ping=_seconds(environ, "CORRIDOR_PING", 25),
            poll=_seconds(environ, "CORRIDOR_POLL", 1),
            session_check=_seconds(environ, "CORRIDOR_SESSION_CHECK", 60),
            stall=_seconds(environ, "CORRIDOR_STALL", 10),
            long_poll=_seconds(environ, "CORRIDOR_LONG_POLL", 25),
            presence_quiet=_seconds(environ, "CORRIDOR_PRESENCE_QUIET", 30),
            clock=environ.get("CORRIDOR_CLOCK"),
            s3=_s3(environ),
            address=_address(environ),
            mail=_mail(environ),
            push_hosts=frozenset(filter(None, (h.strip() for h in environ.get("CORRIDOR_PUSH_HOSTS", "").split(",")))),
            push_networks=_networks(environ, "CORRIDOR_PUSH_NETWORKS"),
            development=environ.get("CORRIDOR_DEVELOPMENT", "") == "1",
        )


def load_secret(settings: Settings) -> bytes:
    """The installation's secret: from the environment, else a file in the data folder that is made on first use."""
    if settings.secret:
        return settings.secret
    path = settings.data / "secret"
    settings.data.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes()
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_urlsafe(32).encode())
    return path.read_bytes()


def _secret_text(environ: Mapping[str, str], name: str) -> str | None:
    """A value given directly or, as container secrets are, by the path of a file that holds it."""
    if path := environ.get(f"{name}_FILE"):
        return Path(path).read_text().strip()
    return environ.get(name) or None


def _s3(environ: Mapping[str, str]) -> S3Settings | None:
    bucket = environ.get("CORRIDOR_S3_BUCKET", "")
    if not bucket:
        return None
    return S3Settings(
        bucket,
        endpoint=environ.get("CORRIDOR_S3_ENDPOINT") or None,
        region=environ.get("CORRIDOR_S3_REGION") or "us-east-1",
        access_key=_secret_text(environ, "CORRIDOR_S3_ACCESS_KEY"),
        secret_key=_secret_text(environ, "CORRIDOR_S3_SECRET_KEY"),
    )


def _address(environ: Mapping[str, str]) -> str:
    """Of CORRIDOR_ADDRESS, else the one origin that there is."""
    origins = [each.strip() for each in environ.get("CORRIDOR_ORIGINS", "").split(",") if each.strip()]
    given = environ.get("CORRIDOR_ADDRESS") or (origins[0] if len(origins) == 1 else "")
    if given and not given.startswith(("https://", "http://")):
        raise ValueError("CORRIDOR_ADDRESS takes an address such as https://corridor.school.example")
    return given.rstrip("/")


def _mail(environ: Mapping[str, str]) -> MailSettings | None:
    host, tls = environ.get("CORRIDOR_SMTP_HOST", ""), environ.get("CORRIDOR_SMTP_TLS") or "starttls"
    if not host:
        return None
    if tls not in SMTP_PORTS:
        raise ValueError(f"CORRIDOR_SMTP_TLS takes one of {', '.join(SMTP_PORTS)}")
    sender, port = environ.get("CORRIDOR_SMTP_FROM", ""), environ.get("CORRIDOR_SMTP_PORT") or str(SMTP_PORTS[tls])
    if "@" not in sender or not sender.isprintable():
        raise ValueError("CORRIDOR_SMTP_FROM takes the address that mails come from, such as corridor@school.example")
    if not _address(environ):
        raise ValueError("Mails hold links: say in CORRIDOR_ADDRESS where people find this installation")
    if not port.isdecimal():
        raise ValueError("CORRIDOR_SMTP_PORT takes a number")
    user, password = environ.get("CORRIDOR_SMTP_USER") or None, _secret_text(environ, "CORRIDOR_SMTP_PASSWORD")
    return MailSettings(host, sender, int(port), tls, user, password)


def _seconds(environ: Mapping[str, str], name: str, default: float) -> float:
    try:
        value = float(environ.get(name, default))
    except ValueError:
        raise ValueError(f"{name} takes a number of seconds") from None
    if value <= 0 and name != "CORRIDOR_PRESENCE_QUIET":
        raise ValueError(f"{name} takes a number of seconds above nought")
    return value


def _networks(environ: Mapping[str, str], name: str) -> tuple[IPv4Network | IPv6Network, ...]:
    """`10.0.0.0/8, 192.168.4.0/24`."""
    parts = environ.get(name, "").split(",")
    try:
        return tuple(ip_network(part.strip(), strict=False) for part in parts if part.strip())
    except ValueError:
        raise ValueError(f"{name} takes networks such as 10.20.0.0/16, with commas between") from None


def _rates(text: str) -> dict[str, Rate]:
    """`posts=10/1 frames=40/20` → buckets by name; burst before the stroke, refill a second after it."""
    rates = {}
    for part in text.split():
        name, _, figures = part.partition("=")
        burst, _, per_second = figures.partition("/")
        if name not in DEFAULT_RATES:
            raise ValueError(f"CORRIDOR_LIMITS knows no '{name}'; it knows {', '.join(sorted(DEFAULT_RATES))}")
        try:
            rates[name] = Rate(float(burst), float(per_second or 0))
        except ValueError:
            raise ValueError(f"CORRIDOR_LIMITS takes figures such as {name}=10/1, not '{part}'") from None
    return rates
