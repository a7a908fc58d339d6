"""One issue for each environment that differs from the default branch: opened, updated, closed."""

from delivery.github import GitHub

LABEL = "drift"


def report(github: GitHub, environment: str, text: str | None, run: str) -> str:
    """Brings the issue of an environment in line with tonight's plan; `text` is None when there is no difference.

    Returns what was done, as a sentence. `run` is the address of the run that found it.
    """
    marker = f"<!-- payments:drift {environment} -->"
    opened = (
        issue
        for issue in github.pages(f"issues?state=open&labels={LABEL}")
        if (issue["body"] or "").startswith(marker) and "pull_request" not in issue
    )
    issue = next(opened, None)
    if text is None:
        if issue is None:
            return f"{environment}: no difference"
        github.request("POST", f"issues/{issue['number']}/comments", {"body": f"No difference any more: {run}"})
        github.request("PATCH", f"issues/{issue['number']}", {"state": "closed", "state_reason": "completed"})
        return f"{environment}: no difference any more, closed #{issue['number']}"
    body = f"{marker}\n{text}\n\nFound by [this run]({run}). What to do: `docs/delivery.md`, Drift.\n"
    if issue is None:
        title = f"Drift: {environment} differs from the default branch"
        made = github.request("POST", "issues", {"title": title, "body": body, "labels": [LABEL]})
        return f"{environment}: opened #{made['number']}"
    github.request("PATCH", f"issues/{issue['number']}", {"body": body})
    return f"{environment}: updated #{issue['number']}"
