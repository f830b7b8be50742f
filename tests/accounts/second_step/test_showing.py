"""At the door: no session before the second step, and every way round it is closed."""

import asyncio

from accounts.audit.model import audit_log
from accounts.model import person as person_table
from accounts.model import session as session_table
from accounts.rules import FREE_TRIES
from accounts.second_step.model import passkey, spent_challenge
from accounts.second_step.passkeys import CHALLENGE_S
from accounts.second_step.rules import TICKET_S
from accounts.second_step.showing import Answer
from accounts.sessions import Actor
from accounts.signing_in import SignedIn, Visit
from tests.accounts.second_step.authenticator import Authenticator
from tests.accounts.second_step.school import ELSEWHERE, PASSWORD, SITE, Office


async def kinds(office: Office) -> list[str]:
    return [row.kind for row in await office.world.rows(audit_log)]


async def test_the_password_alone_gives_a_ticket_and_no_session(office: Office) -> None:
    await office.add_app(await office.session())
    before = await office.world.rows(session_table)
    assert await office.ticket(office.visit())
    assert await office.world.rows(session_table) == before


async def test_without_a_second_step_the_password_is_enough_and_the_session_is_weak(office: Office) -> None:
    assert (await office.signing_in.sign_in("oakfield", "amara", PASSWORD, office.visit())).token
    assert [row.strong for row in await office.world.rows(session_table)] == [False]


async def test_password_and_code_give_a_strong_session(office: Office) -> None:
    shows, _ = await office.add_app(await office.session())
    visit = office.visit()
    assert (await office.showing.by_code(await office.ticket(visit), shows(), visit)).token
    made = max(await office.world.rows(session_table), key=lambda row: row.created_ms)
    assert (made.method, made.strong) == ("password", True)


async def test_a_recovery_code_lets_in_once_and_leaves_a_row(office: Office) -> None:
    _, codes = await office.add_app(await office.session())
    visit = office.visit()
    assert (await office.showing.by_code(await office.ticket(visit), codes[3], visit)).token
    assert "recovery_code_used" in await kinds(office)
    again = await office.refusal(office.showing.by_code(await office.ticket(visit), codes[3], visit))
    assert again.code == "unauthenticated"


async def test_of_two_with_the_same_recovery_code_one_gets_a_session(office: Office) -> None:
    _, codes = await office.add_app(await office.session())
    before = len(await office.world.rows(session_table))
    visits = [office.visit() for _ in range(2)]
    tickets = [await office.ticket(visit) for visit in visits]
    done = await asyncio.gather(
        *(office.showing.by_code(ticket, codes[0], visit) for ticket, visit in zip(tickets, visits, strict=True)),
        return_exceptions=True,
    )
    assert [isinstance(each, SignedIn) for each in done].count(True) == 1
    assert len(await office.world.rows(session_table)) == before + 1


async def test_a_ticket_is_of_no_use_elsewhere_or_late_or_after_a_new_password(office: Office) -> None:
    shows, _ = await office.add_app(await office.session())
    visit = office.visit()
    ticket = await office.ticket(visit)
    for other in (office.visit(), Visit("a test"), Visit("a test", "forged")):
        assert (await office.refusal(office.showing.by_code(ticket, shows(), other))).code == "unauthenticated"
    office.clock.forward(TICKET_S)
    assert "too long" in (await office.refusal(office.showing.by_code(ticket, shows(), visit))).message
    ticket = await office.ticket(visit)
    await office.world.set(person_table, {"password": "another"}, id=office.amara)
    assert "too long" in (await office.refusal(office.showing.by_code(ticket, shows(), visit))).message


async def test_an_account_that_was_closed_meanwhile_stays_closed(office: Office) -> None:
    shows, _ = await office.add_app(await office.session())
    key = Authenticator()
    await office.add_passkey(await office.again(await strong(office)), key)
    visit = office.visit()
    ticket = await office.ticket(visit)
    await office.world.set(person_table, {"disabled_ms": 1}, id=office.amara)
    assert (await office.refusal(office.showing.by_code(ticket, shows(), visit))).code == "unauthenticated"
    assert (
        await office.refusal(office.showing.by_passkey(show(office, key, visit), SITE, visit))
    ).code == "unauthenticated"


async def test_wrong_codes_are_slowed_down_even_if_the_password_is_typed_between(office: Office) -> None:
    shows, _ = await office.add_app(await office.session())
    visit = office.visit()
    codes = []
    for _ in range(FREE_TRIES + 1):
        ticket = await office.ticket(visit)
        codes.append((await office.refusal(office.showing.by_code(ticket, "000000", visit))).code)
    assert codes == ["unauthenticated"] * FREE_TRIES + ["rate_limited"]
    refused = await office.refusal(office.showing.by_code(await office.ticket(visit), shows(), visit))
    assert refused.code == "rate_limited"
    assert (await kinds(office)).count("sign_in_failed") >= FREE_TRIES


async def test_a_stranger_s_wrong_codes_do_not_lock_the_own_device_out(office: Office) -> None:
    shows, _ = await office.add_app(await office.session())
    own = office.visit()
    known = await office.showing.by_code(await office.ticket(own), shows(), own)
    stranger = office.visit()
    for _ in range(FREE_TRIES + 1):
        await office.refusal(office.showing.by_code(await office.ticket(stranger), "000000", stranger))
    office.clock.forward()
    back = Visit("a test", known.device)
    assert (await office.showing.by_code(await office.ticket(back), shows(), back)).token


async def strong(office: Office) -> Actor:
    """A session that is strong already."""
    actor = await office.session()
    await office.world.set(session_table, {"strong": True}, id=actor.session)
    return actor


def show(office: Office, key: Authenticator, visit: Visit) -> Answer:
    """What a browser answers that was asked now."""
    asked = office.showing.options(SITE, office.device(visit.device))
    return Answer(asked["challenge"], key.get(asked["options"]))


async def test_a_passkey_alone_gives_a_strong_session(office: Office) -> None:
    key, visit = Authenticator(), office.visit()
    await office.add_passkey(await office.session(), key)
    made = await office.showing.by_passkey(show(office, key, visit), SITE, visit)
    assert made.token
    assert {(each.method, each.strong) for each in await office.world.rows(session_table)} >= {("passkey", True)}
    assert (await office.world.rows(passkey))[0].sign_count == 1
    assert office.signing_in.devices.read(made.device)[1], "the device has tries of its own from now on"


async def test_an_answer_is_taken_once(office: Office) -> None:
    key, visit = Authenticator(count=None), office.visit()
    await office.add_passkey(await office.session(), key)
    answer = show(office, key, visit)
    done = await asyncio.gather(
        *(office.showing.by_passkey(answer, SITE, visit) for _ in range(4)), return_exceptions=True
    )
    assert [isinstance(each, SignedIn) for each in done].count(True) == 1
    assert (await office.refusal(office.showing.by_passkey(answer, SITE, visit))).code == "unauthenticated"


async def test_two_answers_with_the_same_count_are_a_copied_key(office: Office) -> None:
    key, visit = Authenticator(count=4), office.visit()
    await office.add_passkey(await office.session(), key)
    first = show(office, key, visit)
    key.count = 4
    second = show(office, key, visit)
    assert (await office.showing.by_passkey(first, SITE, visit)).token
    assert (await office.refusal(office.showing.by_passkey(second, SITE, visit))).code == "unauthenticated"
    assert (await kinds(office))[-1] == "sign_in_failed"


async def test_an_answer_from_another_site_device_or_time_is_refused(office: Office) -> None:
    key, visit = Authenticator(), office.visit()
    await office.add_passkey(await office.session(), key)
    answer = show(office, key, visit)
    for site, where in ((ELSEWHERE, visit), (SITE, office.visit())):
        assert (await office.refusal(office.showing.by_passkey(answer, site, where))).code in (
            "unauthenticated", "bad_request"
        )  # fmt: skip
    office.clock.forward(CHALLENGE_S)
    assert (await office.refusal(office.showing.by_passkey(answer, SITE, visit))).code == "bad_request"


async def test_a_passkey_that_nobody_has_and_one_that_was_removed_let_nobody_in(office: Office) -> None:
    key, visit = Authenticator(), office.visit()
    await office.add_passkey(await office.session(), key)
    unknown = await office.refusal(office.showing.by_passkey(show(office, Authenticator(), visit), SITE, visit))
    await office.world.execute(passkey.delete())
    removed = await office.refusal(office.showing.by_passkey(show(office, key, visit), SITE, visit))
    assert removed.fields() == unknown.fields()
    assert removed.code == "unauthenticated"


async def test_spent_challenges_are_kept_until_they_are_too_old_to_matter(office: Office) -> None:
    key, visit = Authenticator(), office.visit()
    await office.add_passkey(await office.session(), key)
    await office.showing.by_passkey(show(office, key, visit), SITE, visit)
    assert len(await office.world.rows(spent_challenge)) == 2
    office.clock.forward(CHALLENGE_S)
    await office.showing.by_passkey(show(office, key, visit), SITE, visit)
    assert len(await office.world.rows(spent_challenge)) == 1


async def test_a_challenge_to_add_a_passkey_lets_nobody_in(office: Office) -> None:
    key, visit = Authenticator(), office.visit()
    actor = await office.session()
    await office.add_passkey(actor, key)
    asked = await office.enrolment.passkey_options(actor, SITE)
    answer = Answer(asked["challenge"], key.get(asked["options"]))
    assert (await office.refusal(office.showing.by_passkey(answer, SITE, visit))).code == "bad_request"
