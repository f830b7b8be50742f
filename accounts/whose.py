"""Whose school and name these are: accounts that may sign in with a password."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from sqlalchemy import Connection

from accounts import settings, standing
from accounts.rules import fold_login, younger_than
from storage.rows import Statement


class Account(NamedTuple):
    """What it takes to check a password. `second_step`: the person has set one up."""

    person: str
    password: str | None
    second_step: bool


_accounts: Final = Statement(
    lambda _, given: (
        f"""
        SELECT given.slug, given.login, person.id, person.password,
               EXISTS (SELECT 1 FROM totp WHERE totp.person_id = person.id)
               OR EXISTS (SELECT 1 FROM passkey WHERE passkey.person_id = person.id),
               COALESCE(role.base, person.role), person.year, school.settings
        FROM {given} AS given
        JOIN school ON school.slug = given.slug
        JOIN person ON person.school_id = school.id AND person.login = given.login
        LEFT JOIN role ON role.id = person.role
        WHERE {standing.OPEN}
    """
    ),
    {"slug": str, "login": str},
    "now",
)


def open_accounts(connection: Connection, names: Sequence[tuple[str, str]], now_ms: int) -> list[Account | None]:
    """The account behind each (school's short name, sign-in name), however they are typed; None: there is none.

    A learner who is too young for passwords is passed over, as if there were nobody of that name.
    """
    asked = [(fold_login(slug), fold_login(name)) for slug, name in names]
    found: dict[tuple[str, str], Account] = {}
    for slug, login, person, password, second_step, base, year, settled in _accounts.run(
        connection, sorted(set(asked)), now_ms
    ):
        if base != "learner" or not younger_than(year, settings.decoded(settled).passwords_from_year):
            found[slug, login] = Account(person, password, bool(second_step))
    return [found.get(each) for each in asked]
