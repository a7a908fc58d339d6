"""How much a finding weighs."""

from enum import IntEnum


class Tier(IntEnum):
    """Ordered: a higher tier needs more attention."""

    NOISE = 0  # tags, descriptions, computed values: counted only
    ROUTINE = 1  # expected and reversible
    REVIEW = 2  # needs a human eye, recoverable
    DANGER = 3  # outage, wider access, weaker recovery
    BLOCK = 4  # data, keys or evidence lost for good, card data opened, or an apply that will fail

    def one_below(self) -> "Tier":
        return Tier(max(self - 1, Tier.NOISE))
