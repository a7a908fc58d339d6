"""The two ways in which a step of the delivery ends without success."""


class BadInput(Exception):
    """An argument, a variable or a file that cannot be used: exit code 2."""


class Refused(Exception):
    """The step ran and its answer is no: unhealthy, rolled back, over a limit, not reviewed. Exit code 3."""
