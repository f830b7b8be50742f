"""Random people at random doors of servers that are killed: what everybody holds in the end is what the table says.

The dice are fixed (`derandomize`), so that the same machine runs everywhere; DICE=50 throws others, for fifty examples,
and prints how to see a failure again. What is not answered is sent again with its key until it is, as a client does.
"""

import asyncio
import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule, run_state_machine_as_test

from tests.harness.crowd import DOORS, LEADER, OTHERS, Act, Crowd, Scene, Somebody, quietly, scene
from tests.harness.installation import Install
from tests.harness.live import Tab

pytest_plugins = ["tests.harness.live_fixtures"]
pytestmark = pytest.mark.faults


# The dice know nothing of how far things have come, which differs from run to run: they choose a place, and the list
# is as long as it is.
WHICH = st.integers(0, 999)
T = TypeVar("T")


def pick(among: Sequence[T], chosen: int) -> T:
    return among[chosen % len(among)]


class Corridor(RuleBasedStateMachine):
    """What people and machines do. Everything that is asserted at any time is asserted of the real tables."""

    install: ClassVar[Install]

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.runner = self.stack.enter_context(asyncio.Runner())
        self.crowd = Crowd(type(self).install())
        self.run(self.crowd.gather())

    def run(self, work: Any) -> Any:
        return self.runner.run(work)

    def do(self, act: Act, door: str, *, keep: bool = True) -> None:
        if keep:
            self.crowd.acts.append(act)
        self.run(quietly(self.crowd.attempt(act, door)))

    # What people do

    @initialize(acts=scene(8))
    def begin(self, acts: Scene) -> None:
        self.all_at_once(acts, None)
        self.all_at_once(acts, None)

    @rule(acts=scene(3), killed=st.sampled_from((None, 0, 1)))
    def all_at_once(self, acts: Scene, killed: int | None) -> None:
        """Everybody does something at the same moment, and perhaps a server is killed in the midst of it."""
        made = [(self.crowd.made(who, name), door) for who, name, door in acts]
        self.crowd.acts += [act for act, _ in made]
        self.run(self.crowd.together(made, killed))
        self.start_again()

    @rule(name=st.sampled_from((LEADER, *OTHERS)), door=st.sampled_from(DOORS))
    def post(self, name: str, door: str) -> None:
        self.do(Act(name, "post_message", {"text": self.crowd.text()}), door)

    @rule(name=st.sampled_from((LEADER, *OTHERS)), count=st.integers(2, 12))
    def post_in_haste(self, name: str, count: int) -> None:
        """Without waiting for any answer; they are asked for again at the end."""
        acts = [Act(name, "post_message", {"text": self.crowd.text()}) for _ in range(count)]
        self.crowd.acts += acts
        self.run(self.crowd.send_off(name, acts))

    @rule(name=st.sampled_from((LEADER, *OTHERS)), door=st.sampled_from(DOORS), chosen=WHICH)
    def reply(self, name: str, door: str, chosen: int) -> None:
        said = pick(self.crowd.standing(), chosen)
        self.do(Act(name, "post_message", {"text": self.crowd.text(), "reply_to": said}), door)

    @rule(name=st.sampled_from((LEADER, *OTHERS)), door=st.sampled_from(DOORS), chosen=WHICH)
    def edit(self, name: str, door: str, chosen: int) -> None:
        said = pick(self.crowd.standing(name), chosen)
        self.do(Act(name, "edit_message", {"message": said, "text": self.crowd.text()}), door)

    @rule(by=st.sampled_from((LEADER, *OTHERS)), door=st.sampled_from(DOORS), chosen=WHICH)
    def remove(self, by: str, door: str, chosen: int) -> None:
        said = pick(self.crowd.standing(None if by == LEADER else by), chosen)
        self.do(Act(by, "remove_message", {"message": said}), door)

    @rule(name=st.sampled_from((LEADER, *OTHERS)), door=st.sampled_from(("socket", "command")), chosen=WHICH)
    def send_again(self, name: str, door: str, chosen: int) -> None:
        """A client that missed its answer, or is not sure."""
        earlier = [act for act in self.crowd.acts if act.who == name and act.done is not None] or self.crowd.acts[:1]
        act = pick(earlier, chosen)
        again = Act(act.who, act.name, act.fields, act.key)
        self.do(again, door, keep=False)
        if again.done is not None and act.done is not None:
            assert again.done == {**act.done, "repeat": True}

    @rule(name=st.sampled_from((LEADER, *OTHERS)))
    def read(self, name: str) -> None:
        mark = {"room": self.crowd.room, "seq": self.crowd.start + 3}
        self.run(quietly(self.crowd.api(self.crowd.people[name], lambda api: api.command("read", **mark))))

    @rule(name=st.sampled_from((LEADER, *OTHERS)))
    def poll(self, name: str) -> None:
        self.run(quietly(self.crowd.poll(self.crowd.people[name])))

    # Who comes and goes

    @rule(name=st.sampled_from((LEADER, *OTHERS)))
    def drop(self, name: str) -> None:
        self.run(self.crowd.drop(self.crowd.people[name].tab))

    @rule(name=st.sampled_from((LEADER, *OTHERS)), place=st.integers(0, 1))
    def resume(self, name: str, place: int) -> None:
        person = self.crowd.people[name]
        person.place = place % len(self.crowd.here.servers)
        self.run(quietly(self.crowd.resume(person)))

    @rule(name=st.sampled_from(OTHERS))
    def take_out(self, name: str) -> None:
        person = self.crowd.people[name]
        act = Act(LEADER, "remove_member", {"person": person.who.person})
        self.do(act, "command")
        if act.done is not None:
            person.removed_at = act.done["seq"]

    @rule(name=st.sampled_from(OTHERS))
    def let_in(self, name: str) -> None:
        person = self.crowd.people[name]
        if person.removed_at is not None:
            self.run(self.crowd.nothing_after_removal(person))
            person.removed_at = None
            self.do(Act(LEADER, "add_member", {"person": person.who.person, "may_write": True}), "command")

    @rule(name=st.sampled_from(OTHERS))
    def sign_out_and_in(self, name: str) -> None:
        self.run(quietly(self.crowd.sign_out_and_in(self.crowd.people[name])))

    # What befalls the servers

    @rule(place=st.integers(0, 1), back_at_once=st.sampled_from((True, True, False)))
    def kill(self, place: int, *, back_at_once: bool) -> None:
        server = self.crowd.here.servers[place % len(self.crowd.here.servers)]
        if server.alive:
            server.kill9()
        if back_at_once:
            self.start_again()

    @rule()
    def start_again(self) -> None:
        dead = [server for server in self.crowd.here.servers if not server.alive]
        with ThreadPoolExecutor() as threads:
            list(threads.map(lambda server: server.start(), dead))

    # In the end

    def teardown(self) -> None:
        try:
            self.start_again()
            self.run(self._come_together())
            self.run(self._everything_is_answered())
            self._the_table_is_sound()
            self.run(self._every_copy_equals_the_table())
            self.run(self._what_was_removed_is_gone())
        finally:
            self.run(self.crowd.leave())
            self.stack.close()
            for server in self.crowd.here.servers:
                server.kill9()

    async def _come_together(self) -> None:
        for person in self.crowd.people.values():
            if person.removed_at is not None:
                await self.crowd.nothing_after_removal(person)
            await self.crowd.sign_in_if_need_be(person)
            await self.crowd.resume(person)

    async def _everything_is_answered(self) -> None:
        for act in self.crowd.acts:
            if act.done is None and not act.refused:
                await self.crowd.attempt(act, "command")
            assert act.done or act.refused in ("not_found", "forbidden"), act
        for person in self.crowd.people.values():
            await self._bring_back(person)

    async def _bring_back(self, person: Somebody) -> None:
        room = self.crowd.room
        of = f"room_id = '{room}' AND person_id = '{person.who.person}'"
        if not self.crowd.here.query(f"SELECT person_id FROM member WHERE {of}"):
            self.crowd.acts.append(Act(LEADER, "add_member", {"person": person.who.person, "may_write": True}))
            await self.crowd.attempt(self.crowd.acts[-1], "command")
        person.removed_at = None
        await person.tab.sync()
        if room not in person.tab.copies:
            assert (await person.tab.subscribe(room, self.crowd.start))["type"] == "subscribed"

    def _the_table_is_sound(self) -> None:
        events = self.crowd.here.events(self.crowd.room)
        assert [row["seq"] for row in events] == list(range(1, self.crowd.here.head(self.crowd.room) + 1))
        keys = [(row["author_id"], row["key"]) for row in events if row["key"]]
        assert len(keys) == len(set(keys))
        seqs = {row["key"]: row["seq"] for row in events if row["key"]}
        for act in self.crowd.acts:
            if act.done is not None:
                assert seqs.get(act.key) == act.done["seq"], act
                assert act.name != "post_message" or act.done["message"] == f"m{act.done['seq']}-{self.crowd.room}"
            elif act.sent == 1:  # else it may have been done before the right to do it ended
                assert act.key not in seqs, act

    async def _every_copy_equals_the_table(self) -> None:
        rows = self.crowd.here.query(
            "SELECT message.seq, message.author_id, message.text, message.reply_to, message.removed_ms"
            f" FROM message WHERE room_id = '{self.crowd.room}' AND seq > {self.crowd.start}"
        )
        table = {f"m{row['seq']}-{self.crowd.room}": self.crowd.as_read(row) for row in rows}
        head = self.crowd.here.head(self.crowd.room)
        for person in self.crowd.people.values():
            await person.tab.reach(self.crowd.room, head)
            while person.polled.last < head:
                await self.crowd.poll(person)
            for copy in (person.tab.copies[self.crowd.room], person.polled):
                held = {of: (m.by, m.text, m.reply_to, m.removed) for of, m in copy.messages.items() if of in table}
                assert held == table, person.who.name
                assert len(copy.applied) == len(set(copy.applied))
                assert copy.applied == sorted(copy.applied)

    async def _what_was_removed_is_gone(self) -> None:
        head, tom = self.crowd.here.head(self.crowd.room), self.crowd.people["tom"].who
        late = Tab(self.crowd.here.servers[-1].url, tom, {self.crowd.room: max(0, head - 300)})
        await (await late.open()).reach(self.crowd.room, head)
        told = f"{late.frames} {await late.api.history(self.crowd.room)}"
        await late.close()
        kept = str([self.crowd.here.query(f"SELECT * FROM {table}") for table in ("event", "message")])
        evidence = str(self.crowd.here.query("SELECT body FROM evidence"))
        for text in self.crowd.removed():
            assert text not in told
            assert text not in kept
            assert text in evidence


DICE = settings(
    max_examples=int(os.environ.get("DICE", "6")),
    stateful_step_count=25,
    deadline=None,
    derandomize="DICE" not in os.environ,
    print_blob=True,
    phases=[
        Phase.explicit,
        Phase.reuse,
        Phase.generate,
    ],  # a smaller failure costs minutes; the log of this one is here
    suppress_health_check=list(HealthCheck),
)


def test_whatever_happens_every_copy_equals_the_table_and_nothing_is_lost_or_there_twice(
    install: Install, tmp_path: Path
) -> None:
    class Machine(Corridor):
        pass

    Machine.install = staticmethod(install)
    run_state_machine_as_test(Machine, settings=DICE)
