"""Whole sign-ins against a real provider: in by the roster's id alone, and never by a token that is not right."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from accounts import settings
from accounts.model import person as person_table
from accounts.model import role as role_table
from accounts.model import session as session_table
from accounts.signing_in import Visit
from accounts.sso.faults import BROKEN, DENIED, NOT_HERE, STALE, UNKNOWN
from accounts.sso.fetching import Fetcher
from accounts.sso.model import external_identity
from accounts.sso.signing_on import Return
from accounts.sso.starting import LIFETIME_S
from realtime.refusal import Refusal
from tests.accounts.sso.entry import Entry
from tests.harness.provider import Provider, query_of


async def test_whoever_the_roster_knows_comes_in_with_the_role_of_the_roster(entry: Entry) -> None:
    entry.provider.tell(wrong={"role": "head", "email": "head@oakfield.example"})
    actor = await entry.sign_on("amara")
    assert (actor.person, actor.role, actor.school_slug, actor.strong) == (entry.amara, "teacher", "oakfield", False)
    assert [row.method for row in await entry.world.rows(session_table)] == ["sso"]
    assert await entry.told("signed_in") == [(entry.amara, {"method": "sso", "strong": False})]


async def test_the_second_time_is_like_the_first(entry: Entry) -> None:
    await entry.sign_on("amara")
    assert (await entry.sign_on("amara")).person == entry.amara
    kept = await entry.world.rows(external_identity)
    assert [(row.subject, row.person_id) for row in kept] == [("provider-1", entry.amara)]


async def test_the_path_that_one_wanted_is_kept_on_the_way(entry: Entry) -> None:
    departure = await entry.leave(back="/rooms/r1?before=5")
    _, back = await entry.signing_on.arrive("oakfield", await entry.come_back(departure), Visit("a test"))
    assert back == "/rooms/r1?before=5"


async def test_the_browser_is_sent_out_with_all_that_the_protocol_asks_and_no_secret(entry: Entry) -> None:
    departure = await entry.leave()
    query = query_of(departure.url)
    assert query["response_type"] == "code"
    assert query["code_challenge_method"] == "S256"
    assert query["redirect_uri"] == "https://corridor.example/sign-in/sso/oakfield/return"
    assert query["prompt"] == "select_account", "or the next child at this device would be let in as the last one"
    assert all(len(query[name]) >= 43 for name in ("state", "nonce", "code_challenge"))
    assert entry.provider.secret not in departure.url + departure.cookie
    assert query["nonce"] not in departure.cookie, "the cookie is sealed"


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
async def test_the_secret_is_shown_the_way_that_the_provider_wants(entry: Entry, method: str) -> None:
    entry.provider.tell(methods=[method])  # it takes no other
    assert (await entry.sign_on()).person == entry.amara


WRONG: dict[str, dict[str, Any]] = {
    "nonce of another sign-in": {"nonce": "another"},
    "no nonce": {"nonce": None},
    "nonce in a list": {"nonce": ["another"]},
    "for another client": {"aud": "another"},
    "for two, without saying for whom": {"aud": ["corridor", "another"]},
    "for two, and the other one asked": {"aud": ["corridor", "another"], "azp": "another"},
    "asked for by another": {"azp": "another"},
    "of another issuer": {"iss": "https://evil.example"},
    "over": {"exp": -120},
    "without an end": {"exp": None},
    "from the future": {"iat": 600},
    "an old one": {"iat": -7200},
    "without a moment": {"iat": None},
    "of nobody": {"sub": None},
    "of a number": {"sub": 7},
    "of a very long name": {"sub": "x" * 300},
    "signed with a key that nobody knows": {"kid": "unknown"},
}


async def test_a_token_that_is_wrong_lets_nobody_in(entry: Entry) -> None:
    for what, wrong in WRONG.items():
        entry.provider.tell(wrong=wrong)
        given = entry.provider.asked.get("given", 0)
        refused = await entry.refusal()
        assert entry.provider.asked["given"] == given + 1, "it was the token that was refused"
        assert (refused.code, refused.message) == ("unavailable", BROKEN), what
    assert (await entry.told("sign_in_failed"))[0] == (None, {"method": "sso", "times": 1})


async def test_a_token_that_nobody_or_anybody_could_have_signed_lets_nobody_in(entry: Entry) -> None:
    for way in ("none", "hs256", "forged"):
        entry.provider.tell(ways=[way])
        given = entry.provider.asked.get("given", 0)
        assert (await entry.refusal()).message == BROKEN, way
        assert entry.provider.asked["given"] == given + 1, "it was the token that was refused"


async def test_a_provider_that_answers_badly_lets_nobody_in(entry: Entry) -> None:
    for way in ("huge", "moved", "packed", "garbage", "gone", "list"):
        entry.provider.behave()
        brought = await entry.come_back(await entry.leave())
        entry.provider.tell(ways=[f"{way}:token"])
        assert (await entry.turned_away(brought)).message == BROKEN, way


async def test_a_provider_that_takes_too_long_lets_nobody_in_and_lets_nobody_wait(
    entry: Entry, fetcher: Fetcher
) -> None:
    brought = await entry.come_back(await entry.leave())
    entry.provider.tell(ways=["slow:token"])
    fetcher._terms = replace(fetcher._terms, seconds=0.3)
    assert (await entry.turned_away(brought)).message == BROKEN


async def test_a_provider_that_is_gone_says_so_before_anybody_leaves(entry: Entry) -> None:
    entry.provider.tell(ways=["gone:openid-configuration"])
    with pytest.raises(Refusal) as caught:
        await entry.leave()
    assert (caught.value.code, caught.value.message) == ("unavailable", BROKEN)


async def test_two_audiences_are_good_if_the_token_was_made_for_us(entry: Entry) -> None:
    entry.provider.tell(wrong={"aud": ["corridor", "another"], "azp": "corridor"})
    assert (await entry.sign_on()).person == entry.amara


async def test_new_keys_of_the_provider_are_learned(entry: Entry) -> None:
    await entry.sign_on()
    entry.provider.tell(new_key=True)
    entry.world.clock._shift_ms += 31_000  # no sooner, however many unknown keys are shown
    assert (await entry.sign_on()).person == entry.amara


async def test_whoever_says_no_at_the_provider_is_told_so_kindly(entry: Entry) -> None:
    refused = await entry.refusal(who="")
    assert (refused.code, refused.message) == ("unauthenticated", DENIED)


async def test_a_return_is_good_for_one_sign_in_only(entry: Entry) -> None:
    brought = await entry.come_back(await entry.leave())
    await entry.arrive(brought)
    assert (await entry.turned_away(brought)).message == STALE


async def test_a_code_that_was_redeemed_is_worth_nothing_in_a_new_sign_in(entry: Entry) -> None:
    brought = await entry.come_back(await entry.leave())
    await entry.arrive(brought)
    again = await entry.leave()
    stolen = {"code": brought.query["code"], "state": query_of(again.url)["state"]}
    assert (await entry.turned_away(Return(stolen, again.cookie))).message == BROKEN


async def test_somebody_else_s_code_cannot_be_slipped_in(entry: Entry) -> None:
    """PKCE: the code is bound to the browser that left, whoever brings it."""
    theirs = await entry.come_back(await entry.leave())
    mine = await entry.leave()
    mixed = {"code": theirs.query["code"], "state": query_of(mine.url)["state"]}
    assert (await entry.turned_away(Return(mixed, mine.cookie))).message == BROKEN


async def test_without_the_cookie_the_state_or_in_time_nobody_returns(entry: Entry) -> None:
    departure = await entry.leave()
    brought = await entry.come_back(departure)
    forged = brought.cookie[:-8] + "AAAAAAAA" if brought.cookie else ""
    for other in (
        Return(brought.query, None), Return(brought.query, ""), Return(brought.query, forged),
        Return({**brought.query, "state": "another"}, brought.cookie),
        Return({"code": brought.query["code"]}, brought.cookie),
    ):  # fmt: skip
        assert (await entry.turned_away(other)).message == STALE
    entry.world.clock._shift_ms += LIFETIME_S * 1000 + 1000
    assert (await entry.turned_away(brought)).message == STALE


async def test_an_answer_of_another_provider_or_without_a_code_is_refused(entry: Entry) -> None:
    for changed in ({"iss": "https://evil.example"}, {"code": ""}):
        brought = await entry.come_back(await entry.leave())
        assert (await entry.turned_away(Return({**brought.query, **changed}, brought.cookie))).message == BROKEN


async def test_a_sign_in_to_one_school_does_not_return_to_another(entry: Entry) -> None:
    riverside = await entry.school("riverside", entry.provider)
    await entry.person(riverside, "amara", "T1", "head")
    brought = await entry.come_back(await entry.leave("oakfield"))
    assert (await entry.turned_away(brought, "riverside")).message == STALE


async def test_each_school_has_its_own_provider(entry: Entry, other_provider: Provider) -> None:
    riverside = await entry.school("riverside", other_provider)
    nia = await entry.person(riverside, "nia", "T1", "head")
    other_provider.tell(people={"nia": {"sub": "provider-1", "roster": "T1"}})
    assert (await entry.sign_on("amara")).person == entry.amara
    assert (await entry.sign_on("nia", "riverside", other_provider)).person == nia


async def test_the_roster_s_id_of_another_school_is_nobody_here(entry: Entry) -> None:
    riverside = await entry.world.school("riverside")
    await entry.person(riverside, "nia", "R1", "head")
    entry.provider.tell(people={"nia": {"sub": "provider-3", "roster": "R1"}})
    assert (await entry.refusal("nia")).message == UNKNOWN


async def test_nobody_is_found_by_anything_but_the_roster_s_id(entry: Entry) -> None:
    claims = {"email": "amara@oakfield.example", "preferred_username": "amara", "name": "Amara", "sub": "T1"}
    entry.provider.tell(people={"amara": claims})
    assert (await entry.refusal()).message == UNKNOWN
    assert await entry.told("sign_in_failed") == [(None, {"method": "sso", "why": "no_roster_id"})]


async def test_nobody_is_made_new(entry: Entry) -> None:
    before = await entry.world.rows(person_table)
    entry.provider.tell(people={"new": {"sub": "provider-4", "roster": "T99"}})
    assert (await entry.refusal("new")).message == UNKNOWN
    assert await entry.world.rows(person_table) == before


OPEN: dict[str, Any] = {"disabled_ms": None, "off_ms": None, "erased_ms": None, "starts_ms": None}
CLOSED: list[dict[str, Any]] = [
    {"disabled_ms": 1}, {"off_ms": 1}, {"erased_ms": 1}, {"starts_ms": 2**52}, {"role": "learner", "year": "2"},
    {"role": "learner", "year": "R"},
]  # fmt: skip


async def test_whoever_may_not_come_in_is_told_the_same_as_a_stranger(entry: Entry) -> None:
    entry.provider.tell(
        people={"stranger": {"sub": "s", "roster": "none"}, "amara": {"sub": "provider-1", "roster": "T1"}}
    )
    stranger = await entry.refusal("stranger")
    for state in CLOSED:
        await entry.world.set(person_table, {**OPEN, **state}, id=entry.amara)
        assert (await entry.refusal("amara")).fields() == stranger.fields(), state
    assert [subject for subject, _ in await entry.told("sign_in_failed")] == [None, *([entry.amara] * len(CLOSED))]


async def test_a_young_learner_of_the_school_s_own_role_is_a_young_learner(entry: Entry) -> None:
    own = role_table.insert().values(id="o1", school_id=entry.oakfield.id, name="Pupil", base="learner", created_ms=1)
    await entry.world.execute(own)
    await entry.world.set(person_table, {"role": "o1", "year": "1"}, id=entry.zoe)
    assert (await entry.refusal("zoe")).message == UNKNOWN


async def test_older_learners_come_in(entry: Entry) -> None:
    assert (await entry.sign_on("zoe")).person == entry.zoe


async def test_whoever_has_left_may_still_come_in_to_read(entry: Entry) -> None:
    await entry.world.set(person_table, {"left_ms": 1}, id=entry.zoe)
    assert (await entry.sign_on("zoe")).person == entry.zoe


async def test_a_person_whom_the_provider_suddenly_calls_otherwise_is_refused(entry: Entry) -> None:
    await entry.sign_on("amara")
    entry.provider.tell(people={"amara": {"sub": "somebody-new", "roster": "T1"}})
    assert (await entry.refusal("amara")).message == UNKNOWN
    assert await entry.told("sign_in_failed") == [(entry.amara, {"method": "sso", "why": "other_subject"})]


async def test_a_subject_that_suddenly_has_another_s_roster_id_is_refused(entry: Entry) -> None:
    await entry.sign_on("amara")
    entry.provider.tell(people={"amara": {"sub": "provider-1", "roster": "L1"}})
    assert (await entry.refusal("amara")).message == UNKNOWN
    assert await entry.told("sign_in_failed") == [(entry.zoe, {"method": "sso", "why": "other_person"})]


SECOND_FACTORS: list[tuple[dict[str, Any], bool, bool]] = [
    ({"amr": ["pwd", "mfa"]}, True, True),
    ({"acr": "http://schemas.microsoft.com/claims/multipleauthn"}, True, True),
    ({"amr": ["pwd", "mfa"]}, False, False),
    ({"amr": ["pwd"], "acr": "1"}, True, False),
    ({"amr": "mfa"}, True, False),
    ({}, True, False),
]


async def test_a_second_factor_counts_if_the_provider_says_so_and_the_school_believes_it(entry: Entry) -> None:
    for says, trusted, strong in SECOND_FACTORS:
        await entry.trust(entry.oakfield, entry.provider, trusts_mfa=trusted)
        entry.provider.tell(wrong=says)
        assert bool((await entry.sign_on()).strong) is strong, says


async def test_a_school_without_a_provider_is_told_apart_from_none_by_nobody(entry: Entry) -> None:
    await entry.world.school("plainfield")
    for slug in ("atlantis", "plainfield", "", "\0", "x" * 500):
        with pytest.raises(Refusal) as caught:
            await entry.signing_on.entrance(slug)
        assert caught.value.fields() == Refusal("not_found", NOT_HERE).fields()


async def test_after_the_provider_was_changed_nobody_returns_from_the_old_one(
    entry: Entry, other_provider: Provider
) -> None:
    brought = await entry.come_back(await entry.leave())
    await entry.trust(entry.oakfield, other_provider)
    assert (await entry.turned_away(brought)).message == STALE


async def test_a_secret_that_was_sealed_by_another_installation_lets_nobody_in(entry: Entry) -> None:
    brought = await entry.come_back(await entry.leave())

    def spoil(tx: Any) -> None:
        now = settings.read(tx.connection, entry.oakfield.id)
        assert now.provider is not None
        spoilt = msgspec.structs.replace(now.provider, client_secret="plain")
        settings.write(tx, entry.oakfield.id, msgspec.structs.replace(now, provider=spoilt))

    await entry.world.database.write(spoil)
    assert (await entry.turned_away(brought)).message == BROKEN


async def test_signing_out_leaves_no_session(entry: Entry) -> None:
    actor = await entry.sign_on()
    await entry.signing_in.sign_out(actor, everywhere=False)
    assert [row.ended_ms is not None for row in await entry.world.rows(session_table)] == [True]
