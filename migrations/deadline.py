"""How long a run may last."""

import time


class Deadline:
    """Seconds that a run may take in all, counted from here."""

    def __init__(self, seconds: float) -> None:
        self._started = time.monotonic()
        self._seconds = seconds

    def left(self) -> float:
        return self._started + self._seconds - time.monotonic()

    def spent(self) -> float:
        return round(time.monotonic() - self._started, 3)
