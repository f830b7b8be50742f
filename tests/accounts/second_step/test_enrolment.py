"""Setting a second step up and taking it away: by whom, from which session, and what follows."""

import pytest

from accounts.audit.model import audit_log
from accounts.model import person as person_table
from accounts.model import role as role_table
from accounts.model import session as session_table
from accounts.second_step.enrolment import OFFER_S, reset
from accounts.second_step.model import codes_left, passkey, recovery_code, totp, wanted, ways
from accounts.second_step.rules import CODES, MOST_PASSKEYS
from accounts.second_step.showing import Answer
from accounts.sessions import Actor, own_room_of
from accounts.settings import SchoolSettings, write
from rooms.announcing import to_own_room
from tests.accounts.second_step.authenticator import Authenticator
from tests.accounts.second_step.school import SITE, Office


async def told(office: Office) -> list[str]:
    return [each.kind for each in await office.world.events(own_room_of(office.amara))]


async def test_the_first_one_brings_recovery_codes_and_makes_this_session_strong_and_no_other(office: Office) -> None:
    here, there = await office.session(), await office.session()
    _, codes = await office.add_app(here)
    assert len(codes) == CODES
    assert (await office.again(here)).strong
    assert not (await office.again(there)).strong
    assert await office.world.database.read(ways, office.amara) == ["totp", "recovery"]
    assert "access_changed" in await told(office)
    assert [row.kind for row in await office.world.rows(audit_log)] == ["second_step_added"]


async def test_the_second_one_keeps_the_codes(office: Office) -> None:
    here = await office.session()
    await office.add_app(here)
    assert await office.add_passkey(await office.again(here), Authenticator()) == []
    assert await office.world.database.read(ways, office.amara) == ["totp", "passkey", "recovery"]


async def test_a_wrong_code_keeps_nothing(office: Office) -> None:
    here = await office.session()
    refused = await office.refusal(office.enrolment.add_app(here, office.enrolment.offer(here).sealed, "000000"))
    assert refused.code == "bad_request"
    assert await office.world.rows(totp) == []


async def test_an_offer_is_for_one_session_and_a_quarter_of_an_hour(office: Office) -> None:
    here = await office.session()
    offer = office.enrolment.offer(here)
    shows = office.app(offer.key)
    assert (await office.refusal(office.enrolment.add_app(await office.session(), offer.sealed, shows()))).code
    for forged in ("", "s1.AAAA", offer.sealed[:-4] + "AAAA"):
        assert (await office.refusal(office.enrolment.add_app(here, forged, shows()))).code == "bad_request"
    office.clock.forward(OFFER_S)
    assert "too long" in (await office.refusal(office.enrolment.add_app(here, offer.sealed, shows()))).message
    assert await office.world.rows(totp) == []


async def test_another_phone_takes_the_place_of_the_first(office: Office) -> None:
    here = await office.session()
    old, _ = await office.add_app(here)
    new, codes = await office.add_app(await office.again(here))
    assert codes == []
    spend, now_ms = office.showing.codes.spend, office.clock.now_ms()
    assert await office.world.database.write(spend, office.amara, old(), now_ms) is None
    assert await office.world.database.write(spend, office.amara, new(), now_ms) == "totp"


async def test_a_weak_session_changes_nothing_once_there_is_a_second_step(office: Office) -> None:
    here, weak = await office.session(), await office.session()
    shows, codes = await office.add_app(here)
    offer = office.enrolment.offer(weak)
    for work in (
        office.enrolment.add_app(weak, offer.sealed, office.app(offer.key)()),
        office.add_passkey(weak, Authenticator()),
        office.enrolment.remove_app(weak),
        office.enrolment.renew_codes(weak),
    ):
        assert (await office.refusal(work)).code == "forbidden"
    await office.enrolment.show(weak, shows())
    await office.enrolment.remove_app(await office.again(weak))
    assert codes


async def test_showing_takes_no_wrong_and_no_used_code(office: Office) -> None:
    weak = await office.session()
    _, codes = await office.add_app(await office.session())
    assert (await office.refusal(office.enrolment.show(weak, "000000"))).code == "bad_request"
    await office.enrolment.show(weak, codes[0])
    assert (await office.refusal(office.enrolment.show(await office.session(), codes[0]))).code == "bad_request"


async def test_with_the_last_one_codes_and_strength_go(office: Office) -> None:
    here = await office.session()
    await office.add_app(here)
    await office.enrolment.remove_app(await office.again(here))
    assert not (await office.again(here)).strong
    assert await office.world.rows(recovery_code) == []
    assert [row.kind for row in await office.world.rows(audit_log)] == ["second_step_added", "second_step_removed"]


async def test_with_another_left_codes_and_strength_stay(office: Office) -> None:
    here = await office.session()
    await office.add_app(here)
    await office.add_passkey(await office.again(here), Authenticator())
    await office.enrolment.remove_app(await office.again(here))
    assert (await office.again(here)).strong
    assert await office.world.database.read(codes_left, office.amara) == CODES


async def test_another_s_passkey_does_not_exist(office: Office) -> None:
    here = await office.session()
    await office.add_passkey(here, Authenticator())
    tom = await office.session(await office.world.person(office.school, "tom"))
    await office.add_passkey(tom, Authenticator())
    theirs = (await office.world.rows(passkey, person_id=office.amara))[0].id
    assert (await office.refusal(office.enrolment.remove_passkey(await office.again(tom), theirs))).code == "not_found"
    assert len(await office.world.rows(passkey)) == 2


async def test_a_passkey_is_kept_once_and_there_are_so_many_and_no_more(office: Office) -> None:
    here, key = await office.session(), Authenticator()
    await office.add_passkey(here, key)
    here = await office.again(here)
    assert (await office.refusal(office.add_passkey(here, key))).code == "bad_request"
    for _ in range(MOST_PASSKEYS - 1):
        await office.add_passkey(here, Authenticator())
    assert (await office.refusal(office.add_passkey(here, Authenticator()))).code == "bad_request"
    assert len(await office.world.rows(passkey)) == MOST_PASSKEYS


async def test_a_passkey_is_made_by_the_session_that_asked(office: Office) -> None:
    here, other = await office.session(), await office.session()
    asked = await office.enrolment.passkey_options(here, SITE)
    answer = Answer(asked["challenge"], Authenticator().create(asked["options"]))
    add = office.enrolment.add_passkey
    assert (await office.refusal(add(other, answer, "My key", SITE))).code == "bad_request"
    assert (await office.refusal(add(here, answer, " ", SITE))).code == "bad_request"
    assert await add(here, answer, "My key", SITE)


@pytest.mark.parametrize("own_role", [False, True])
async def test_a_learner_sets_up_none_whatever_the_school_calls_the_role(office: Office, own_role: bool) -> None:
    if own_role:
        made = {"id": "o1", "school_id": office.school.id, "name": "Prefect", "base": "learner", "created_ms": 1}
        await office.world.execute(role_table.insert().values(made))
    ben = await office.world.person(office.school, "ben", "learner", seated=False)
    if own_role:
        await office.world.set(person_table, {"role": "o1"}, id=ben)
    here = await office.session(ben)
    offer = office.enrolment.offer(here)
    assert not (await office.enrolment.state(here)).allowed
    refused = await office.refusal(office.enrolment.add_app(here, offer.sealed, office.app(offer.key)()))
    assert refused.code == "forbidden"


async def test_the_school_says_of_whom_one_is_wanted(office: Office) -> None:
    here = await office.session()
    tom = await office.session(await office.world.person(office.school, "tom"))

    async def asked(actor: Actor) -> bool:
        return await office.world.database.read(wanted, actor)

    assert await asked(here), "of a head, unless the school says otherwise"
    assert not await asked(tom)
    await office.add_app(here)
    assert not await asked(await office.again(here))
    await office.world.database.write(write, office.school.id, SchoolSettings(second_step=("teacher",)))
    assert not await asked(await office.session())
    assert await asked(tom)


async def test_a_reset_takes_everything_away_and_ends_all_sessions(office: Office) -> None:
    here = await office.session()
    await office.add_app(here)
    await office.world.database.write(lambda tx: reset(tx, office.amara, to_own_room, office.clock.now_ms(), by=None))
    assert await office.world.database.read(ways, office.amara) == []
    assert await office.world.rows(recovery_code) == []
    assert all(row.ended_ms for row in await office.world.rows(session_table))
    assert (await told(office))[-1] == "session_ended"
    assert [row.kind for row in await office.world.rows(audit_log)][-1] == "second_step_reset"
