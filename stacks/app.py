"""One App for all stacks: the bindings are paid for once."""

import time
from collections.abc import Callable, Sequence

from cdktf import App

from environments.schema.workspace import Workspace
from stacks.payments import PaymentsStack


def build(
    workspaces: Sequence[Workspace], outdir: str, built: Callable[[str, float], None] = lambda stack, seconds: None
) -> App:
    """The app with each workspace's stack and, for a workspace that is no copy, its account's foundation.

    `built` hears of every stack as it is done: its name, and the seconds it took.
    """
    app = App(outdir=outdir)
    for workspace in workspaces:
        for kind in (PaymentsStack,):
            start = time.perf_counter()
            stack = kind(app, workspace)
            built(stack.to_string(), time.perf_counter() - start)
    return app
