"""One App for all stacks: the bindings are paid for once."""

import time
from collections.abc import Callable, Sequence

from cdktf import App

from constructs_lib.schema import Schema
from environments.schema.workspace import Workspace
from stacks.foundation import FoundationStack
from stacks.payments import PaymentsStack


def build(
    workspaces: Sequence[Workspace],
    outdir: str,
    schema: Schema,
    built: Callable[[str, float], None] = lambda stack, seconds: None,
) -> App:
    """The app with each workspace's stack and, for a workspace that is no copy, its account's foundation.

    `built` hears of every stack as it is done: its name, and the seconds it took.
    """
    app = App(outdir=outdir)
    for workspace in workspaces:
        start = time.perf_counter()
        PaymentsStack(app, workspace, schema)
        built(workspace.names.stack, time.perf_counter() - start)
        if not workspace.is_copy:
            start = time.perf_counter()
            FoundationStack(app, workspace)
            built(workspace.foundation_names.stack, time.perf_counter() - start)
    return app
