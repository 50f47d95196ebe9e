"""Keys that wait: another screen is about to come, and they are meant for it."""


class Hold:
    """Keeps keys back while it lasts. Let go of it from any thread."""

    def __init__(self, until: float) -> None:
        """`until` is the moment, on the monotonic clock, at which it ends by itself."""
        self._until = until

    def let_go(self) -> None:
        """End it."""
        self._until = 0.0

    def lasts(self, now: float) -> bool:
        """Whether keys still wait for it."""
        return now < self._until
