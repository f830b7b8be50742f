"""A school with people who send files."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from accounts.sessions import Actor
from tests.rooms.files.sender import Post
from tests.world import School, World


@dataclass
class Staffroom:
    """Two teachers in a staffroom, one who is not in it, and one of another school."""

    post: Post
    school: School
    room: str
    amara: Actor
    ben: Actor
    outsider: Actor
    stranger: Actor


@pytest.fixture
async def staffroom(world: World, tmp_path: Path) -> Staffroom:
    school, other = await world.school(), await world.school("riverside")
    amara, ben, outsider = [
        await world.session(await world.person(school, login, seated=seated))
        for login, seated in (("amara", True), ("ben", True), ("olu", False))
    ]
    stranger = await world.session(await world.person(other, "stranger"))
    return Staffroom(Post(world, tmp_path), school, school.staffroom, amara, ben, outsider, stranger)
