"""A school's provider in its settings, with the client's secret sealed."""

from typing import Final

from msgspec import Struct
from msgspec.structs import replace
from sqlalchemy import Connection, delete, func, select

from accounts import settings
from accounts.audit.log import record
from accounts.model import school
from accounts.rules import check_name, fold_login
from accounts.settings import Provider
from accounts.sso.model import external_identity
from accounts.sso.rules import check_issuer
from realtime.refusal import Refusal
from storage.database import Transaction
from storage.sealing import Sealer

PURPOSE: Final = "client secrets of single sign-on"
LONGEST_FIELD: Final = 200  # characters of a client's id, its secret or a claim's name


def sealer(secret: bytes) -> Sealer:
    return Sealer(secret, PURPOSE)


class Entrance(Struct, frozen=True):
    """A school that has a provider."""

    school: str  # its id
    slug: str
    name: str
    provider: Provider


def entrance(connection: Connection, slug: str) -> Entrance | None:
    """The school of this short name, if it has a provider."""
    found = connection.execute(select(school).where(school.c.slug == fold_login(slug)[:60])).first()
    provider = settings.decoded(found.settings).provider if found else None
    return Entrance(found.id, found.slug, found.name, provider) if found and provider else None


def school_of(connection: Connection, slug: str) -> str:
    """The school's id; Refusal `not_found` if there is none."""
    found: str | None = connection.scalar(select(school.c.id).where(school.c.slug == fold_login(slug)))
    if found is None:
        raise Refusal("not_found", f"There is no school '{slug}'.")
    return found


def provider_of(connection: Connection, school_id: str) -> Provider | None:
    return settings.read(connection, school_id).provider


def checked(wanted: Provider, before: Provider | None, seal: Sealer) -> Provider:
    """The provider as it is kept. An empty secret: the one that was kept before, if it is for the same client.

    Refusal `bad_request` says what cannot be.
    """
    issuer, client_id = check_issuer(wanted.issuer), _field(wanted.client_id)
    secret = _field(wanted.client_secret) if wanted.client_secret else ""
    if secret:
        secret = seal.seal(secret)
    elif before and (before.issuer, before.client_id) == (issuer, client_id):
        secret = before.client_secret
    else:
        raise Refusal("bad_request", "Enter the client secret: for another issuer or client it is another one.")
    return replace(
        wanted, issuer=issuer, client_id=client_id, client_secret=secret, name=check_name(wanted.name),
        claim=_field(wanted.claim),
    )  # fmt: skip


def keep(
    tx: Transaction, school_id: str, wanted: Provider | None, seal: Sealer, now_ms: int, by: str | None
) -> Provider | None:
    """Set the school's provider, or none, and write down which fields changed; gives it as it is kept."""
    tx.connection.execute(select(school.c.id).where(school.c.id == school_id).with_for_update())
    before = settings.read(tx.connection, school_id)
    kept = checked(wanted, before.provider, seal) if wanted else None
    changed = _changed(before.provider, kept)
    if changed:
        settings.write(tx, school_id, replace(before, provider=kept))
        detail = {"part": "single_sign_on", "fields": changed}
        record(tx, school_id, "settings_changed", now_ms, by=by, subject=None, detail=detail)
    return kept


def remembered(connection: Connection, school_id: str) -> int:
    """How many people of the school the provider has vouched for."""
    counted = select(func.count()).select_from(external_identity).where(external_identity.c.school_id == school_id)
    return connection.scalars(counted).one()


def forget(tx: Transaction, school_id: str, person_id: str, now_ms: int, by: str | None) -> bool:
    """Let the provider vouch for a person under another subject; their next sign-in is the first again."""
    gone = tx.connection.execute(
        delete(external_identity).where(
            external_identity.c.school_id == school_id, external_identity.c.person_id == person_id
        )
    )
    if gone.rowcount:
        record(tx, school_id, "identity_forgotten", now_ms, by=by, subject=person_id)
    return gone.rowcount > 0


def _changed(before: Provider | None, after: Provider | None) -> list[str]:
    if before is None or after is None:
        return [] if before is after else ["provider"]
    return [name for name in Provider.__struct_fields__ if getattr(before, name) != getattr(after, name)]


def _field(value: str) -> str:
    value = value.strip()
    if not 0 < len(value) <= LONGEST_FIELD or not value.isprintable():
        raise Refusal("bad_request", "Client ID, client secret and claim have 1 to 200 characters each.")
    return value
