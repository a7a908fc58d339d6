"""When a revision that lost a race is tried again."""

import random
import time

from pg8000.exceptions import DatabaseError

from migrations import log
from migrations.connection import message, sqlstate
from migrations.deadline import Deadline
from migrations.revisions import Revision
from migrations.watch import Watch

# lock_not_available, deadlock_detected: somebody else's work was in the way; the same statement can succeed later.
PASSING = ("55P03", "40P01")
MAX_ATTEMPTS = 8
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 20.0


class Retries:
    """Counts the attempts at one revision and pauses between them, twice as long each time."""

    def __init__(self, revision: Revision, watch: Watch, deadline: Deadline) -> None:
        self._revision = revision
        self._watch = watch
        self.deadline = deadline
        self.attempts = 1
        self._failed_in_a_row = 0
        self._waited = 0.0
        self._blockers: list[dict[str, object]] = []
        watch.take()

    def again(self, error: DatabaseError) -> bool:
        """Pauses and is True when it makes sense to try once more; False when the error is final."""
        if sqlstate(error) not in PASSING:
            return False
        self._note_waits()
        self._failed_in_a_row += 1
        pause = min(FIRST_PAUSE_SECONDS * 2 ** (self._failed_in_a_row - 1), LONGEST_PAUSE_SECONDS)
        pause *= random.uniform(0.75, 1.25)  # a job that runs by the clock would otherwise be met again
        give_up = self._failed_in_a_row == MAX_ATTEMPTS or pause + self._revision.lock_timeout > self.deadline.left()
        log.warning(
            "Gave up waiting for a lock" if give_up else "Waits for a lock, tries again",
            revision=self._revision.name,
            attempt=self.attempts,
            pause_seconds=round(pause, 3),
            reason=message(error),
            blocked_by=self._blockers,
        )
        if give_up:
            return False
        time.sleep(pause)
        self.attempts += 1
        return True

    def succeeded_once(self) -> None:
        """A part of the revision is done; the next part has all its attempts again."""
        self._failed_in_a_row = 0

    def lock_wait_seconds(self) -> float:
        self._note_waits()
        return self._waited

    def blocked_by(self) -> str:
        """A part of a sentence about the sessions that held the lock, empty when they were not seen."""
        who = [f"{b['user']} ({b['application'] or 'no application name'}, {b['state']})" for b in self._blockers]
        return f", held by {' and '.join(who)}" if who else ""

    def _note_waits(self) -> None:
        seconds, blockers = self._watch.take()
        self._waited += seconds
        self._blockers = blockers or self._blockers
