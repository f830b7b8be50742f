"""What a school has settled for itself, apart from who may do what."""

from typing import Annotated, Final, Literal

import msgspec
from msgspec import Meta, Struct
from sqlalchemy import Connection, select, update

from accounts.model import school
from realtime.refusal import Refusal
from storage.database import Transaction

ClockTime = Annotated[str, Meta(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]


class Provider(Struct, frozen=True, omit_defaults=True, forbid_unknown_fields=True):
    """The school's OpenID provider. `claim` is the claim that carries the roster's id; the secret is sealed."""

    issuer: str
    client_id: str
    client_secret: str
    name: str = "Single sign-on"
    claim: str = "sub"
    scopes: str = "openid"
    trusts_mfa: bool = False  # the school takes the provider's word that a second factor was shown


class Switch(Struct, frozen=True, forbid_unknown_fields=True):
    """For whom a feature is on: for everybody, for the people of these groups, or for nobody."""

    on: Literal["everybody", "groups", "nobody"] = "everybody"
    groups: tuple[str, ...] = ()


class SchoolSettings(Struct, frozen=True, omit_defaults=True):
    """Days count from midnight on the school's clock; networks are CIDR blocks."""

    networks: tuple[str, ...] = ()  # addresses from which people are in school
    day_starts: ClockTime = "08:45"
    day_ends: ClockTime = "15:30"
    # Roles that need one to look or to administer.
    second_step: tuple[str, ...] = ("head", "deputy", "ict_coordinator", "dsl", "office")
    passwords_from_year: int = 3  # younger learners sign in by card or pictures only
    leaver_days: int = 365  # from leaving to the account's end
    access_log_days: int = 90
    largest_change: Annotated[int, Meta(ge=1, le=100)] = 30  # per cent of a role that a roster may take away unasked
    provider: Provider | None = None
    country: str = "GB"  # whose bank holidays are kept, by the codes of `holidays`; "": nobody's
    subdivision: str = "ENG"
    # Hosts, with all that is below them, whose pages may be shown as cards below messages that link to them.
    card_hosts: tuple[str, ...] = ("bbc.co.uk", "bbc.com", "wikipedia.org")
    video_sites: tuple[str, ...] = ("vimeo", "youtube")  # from which videos may be played in rooms
    largest_file: Annotated[int, Meta(ge=1, le=200)] = 20  # megabytes
    files_per_person: Annotated[int, Meta(ge=1, le=1_000_000)] = 2000  # megabytes, all files of one person together
    push_for_learners: bool = False  # they may have their devices say that there is a new sticky
    mail_from_year: Annotated[int, Meta(ge=0, le=14)] = 0  # learners who may give an e-mail address; 0: none may
    stickies_learner_group: Annotated[int, Meta(ge=1, le=8)] = 1  # with how many others a learner may begin a thread
    stickies_adult_group: Annotated[int, Meta(ge=1, le=8)] = 8

    helpline: str = ""  # whom children can call, on the page of help; empty: what Corridor says itself
    labels: dict[str, str] = {}  # what the school calls things, by the keys of words.LABELS
    features: dict[str, Switch] = {}  # by the names of features.FEATURES; on for everybody where nothing is said


DEFAULT: Final = SchoolSettings()
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder(SchoolSettings).decode


def read(connection: Connection, school_id: str) -> SchoolSettings:
    return decoded(connection.scalars(select(school.c.settings).where(school.c.id == school_id)).one())


def decoded(column: str) -> SchoolSettings:
    """What a school's column of settings says."""
    return _decode(column)


def write(tx: Transaction, school_id: str, wanted: SchoolSettings) -> None:
    """Keep these; Refusal `bad_request` if they cannot be read back."""
    encoded = _encode(wanted)
    try:
        _decode(encoded)
    except msgspec.ValidationError:
        raise Refusal("bad_request", "These settings do not fit together.") from None
    tx.connection.execute(update(school).where(school.c.id == school_id).values(settings=encoded.decode()))
    rights_changed(tx, school_id)  # which depend on some of them


def rights_changed(tx: Transaction, school_id: str) -> None:
    """Have every process read anew what the school has settled about rights: roles, policy, settings, calendar."""
    of = school.c.id == school_id
    tx.connection.execute(update(school).where(of).values(rights_version=school.c.rights_version + 1))
