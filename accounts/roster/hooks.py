"""What rooms do when a roster changes people and groups; accounts know no rooms, so they are given these."""

from collections.abc import Collection, Mapping
from typing import Protocol

from storage.database import Transaction


class Hooks(Protocol):
    """Each is called once in a run's transaction, with everything that changed."""

    def arrived(self, tx: Transaction, school_id: str, person_ids: Collection[str], now_ms: int) -> None:
        """These people are new and have nothing yet, not even a room of their own."""

    def roles_given(self, tx: Transaction, school_id: str, roles: Mapping[str, str], now_ms: int) -> None:
        """These people have these roles now, by the people's ids."""

    def groups_changed(self, tx: Transaction, school_id: str, group_ids: Collection[str], now_ms: int) -> None:
        """These groups have other members, or opened, or closed."""

    def access_changed(self, tx: Transaction, person_ids: Collection[str], now_ms: int) -> None:
        """These people may do other things than before: they left, came back or have another role."""
