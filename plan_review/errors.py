"""The two ways in which a run ends without a verdict."""


class CannotReview(Exception):
    """Bad arguments, a bad or unsupported plan, or a text that must not be posted: exit code 2."""


class BindingBroken(Exception):
    """What is about to be applied is not what was reviewed: exit code 4; `differences` has one sentence each."""

    def __init__(self, differences: tuple[str, ...]) -> None:
        super().__init__("; ".join(differences))
        self.differences = differences
