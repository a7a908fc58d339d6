"""I-01: a policy allows everything, or everything but something."""

from collections.abc import Iterator

from plan_review.iam_documents import Statement
from plan_review.rule import Hit, Rule
from plan_review.stack import Stack
from plan_review.tier import Tier

RULE = Rule(
    "I-01",
    Tier.BLOCK,
    what='A policy newly allows Action "*", or allows by NotAction, NotResource or NotPrincipal.',
    why="It includes whatever AWS adds tomorrow, and every way to raise one's own rights.",
    do="Name the actions, resources and principals.",
)


def check(stack: Stack) -> Iterator[Hit]:
    for policy in stack.policies:
        old = {_form(statement) for statement in policy.before.statements}
        for statement in sorted(policy.best.statements, key=lambda s: _form(s)):
            form = _form(statement)
            if form and form not in old:
                yield Hit(policy.change, f"newly allows {form}", (policy.path,))


def _form(statement: Statement) -> str:
    """What makes the statement boundless; empty when nothing does."""
    if not statement.allows:
        return ""
    wide = [f"by {key}" for key in statement.inverted]
    if statement.actions & {"*", "*:*"} and "NotAction" not in statement.inverted:
        wide.append('Action "*"')
    return " and ".join(wide)
