"""S-01: a generated value is generated anew."""

from collections.abc import Iterator

from plan_review import values
from plan_review.directions import compared
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "S-01",
    Tier.DANGER,
    what="A random password or id is replaced.",
    why="Everything that was made from it gets a new value in the same apply: logins fail, names change.",
    do="Leave length and keepers; rotate in a change of its own.",
    raised_in_production=True,
)

TYPES = ("random_password", "random_id", "random_string", "random_uuid", "random_bytes")


def check(stack: Stack) -> Iterator[Hit]:
    for change in stack.changed(*TYPES):
        keepers_unknown = compared(change) and "keepers" in change.unknown
        if not change.removes and not keepers_unknown:
            continue
        used = [
            values.address(address)
            for address, expressions in sorted(stack.plan.expressions.items())
            if any(
                reference.startswith(f"{change.address}.")
                for attribute in expressions
                for reference in stack.plan.references(address, attribute)
            )
        ]
        detail = "new value for " + (", ".join(used) or "no other resource of this stack")
        yield Hit(change, detail, change.replace_causes, ("keepers",) if keepers_unknown else ())
