"""Every code is taken once, whoever is quicker."""

import asyncio

from accounts.second_step.codes import Codes
from accounts.second_step.model import codes_left, recovery_code, totp
from accounts.second_step.rules import CODES
from tests.accounts.second_step.school import Office


async def spend(office: Office, code: str, person: str | None = None) -> str | None:
    return await office.world.database.write(
        office.showing.codes.spend, person or office.amara, code, office.clock.now_ms()
    )


async def test_a_code_of_the_app_is_taken_once(office: Office) -> None:
    shows, _ = await office.add_app(await office.session())
    code = shows()
    assert await spend(office, code) == "totp"
    assert await spend(office, code) is None
    office.clock.forward()
    assert await spend(office, code) is None, "not even while it is still near enough"
    assert await spend(office, shows()) == "totp"


async def test_the_code_that_set_the_app_up_is_used_up(office: Office) -> None:
    actor = await office.session()
    offer = office.enrolment.offer(actor)
    code = office.app(offer.key)()
    await office.enrolment.add_app(actor, offer.sealed, code)
    assert await spend(office, code) is None


async def test_of_two_at_once_with_one_code_one_is_let_in(office: Office) -> None:
    shows, codes = await office.add_app(await office.session())
    for code, way in ((shows(), "totp"), (codes[0], "recovery")):
        taken = await asyncio.gather(*(spend(office, code) for _ in range(6)))
        assert sorted(map(str, taken)) == ["None"] * 5 + [way]


async def test_a_recovery_code_is_taken_once_however_it_is_typed(office: Office) -> None:
    _, codes = await office.add_app(await office.session())
    assert len(set(codes)) == CODES
    assert await spend(office, f" {codes[0].upper().replace('-', ' ')}") == "recovery"
    assert await spend(office, codes[0]) is None
    assert await office.world.database.read(codes_left, office.amara) == CODES - 1


async def test_new_recovery_codes_end_the_old_ones(office: Office) -> None:
    actor = await office.session()
    _, old = await office.add_app(actor)
    new = await office.enrolment.renew_codes(await office.again(actor))
    assert set(new).isdisjoint(old)
    assert await spend(office, old[0]) is None
    assert await spend(office, new[0]) == "recovery"


async def test_nobody_has_use_of_another_s_code(office: Office) -> None:
    shows, codes = await office.add_app(await office.session())
    tom = await office.world.person(office.school, "tom", "teacher")
    await office.add_app(await office.session(tom))
    assert await spend(office, codes[0], tom) is None
    assert await spend(office, shows(), tom) is None
    assert await spend(office, "123456", await office.world.person(office.school, "leila")) is None


async def test_with_another_secret_of_the_installation_no_code_is_right_and_nothing_breaks(office: Office) -> None:
    shows, codes = await office.add_app(await office.session())
    other = Codes(b"another secret")
    for code in (shows(), codes[0]):
        spent = await office.world.database.write(other.spend, office.amara, code, office.clock.now_ms())
        assert spent is None


async def test_whoever_has_only_the_database_has_no_code(office: Office) -> None:
    actor = await office.session()
    offer = office.enrolment.offer(actor)
    codes = await office.enrolment.add_app(actor, offer.sealed, office.app(offer.key)())
    kept = repr(await office.world.rows(totp)) + repr(await office.world.rows(recovery_code))
    assert offer.key not in kept
    assert not any(code.replace("-", "") in kept for code in codes)
