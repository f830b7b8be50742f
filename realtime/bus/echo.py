"""Does what we send come back to us? Pure: the time is an argument."""


class Echo:
    """Watches the delivery of one process's own messages over one link.

    Every message carries a number and every message comes back to its sender, so each is a probe of the whole way.
    After `after` seconds without one coming back, an empty message is due; one that is away for longer than `within`
    seconds says that the link is deaf, however healthy its connections look.

    Only one message is watched at a time: a link keeps order, so that one stands for those before it, and the next
    one sent stands for those after it.
    """

    def __init__(self, now: float, after: float, within: float) -> None:
        self._after = after
        self._within = within
        self._due_at = now  # the first probe at once: a link delivers when it has shown it
        self._watched: int | None = None
        self._sent_at = now

    def sent(self, number: int, now: float) -> None:
        if self._watched is None:
            self._watched, self._sent_at = number, now

    def returned(self, number: int, now: float) -> bool:
        """True when this answers what was watched; a late message of an earlier link does not."""
        if self._watched is None or number < self._watched:
            return False
        self._watched, self._due_at = None, now + self._after
        return True

    def due(self, now: float) -> bool:
        """True when it is time to send a probe."""
        return self._watched is None and now >= self._due_at

    def deaf(self, now: float) -> bool:
        return self._watched is not None and now >= self._sent_at + self._within

    def wait(self, now: float) -> float:
        """Seconds until `due` or `deaf` is worth asking again. Never long: something may be sent right afterwards."""
        longest = min(self._after, self._within)
        left = (self._due_at if self._watched is None else self._sent_at + self._within) - now
        return min(left, longest) if left > 0 else longest
