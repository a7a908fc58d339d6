"""The one comment that a pull request gets from each kind of run: made once, then kept up to date."""

from delivery.errors import BadInput
from delivery.github import GitHub

# GitHub refuses longer bodies ("Body is too long (maximum is 65536 characters)").
LONGEST = 65_536
AUTHOR = "github-actions[bot]"


def post(github: GitHub, pull_request: int, kind: str, text: str) -> str:
    """Writes the comment named `kind`, and returns its address.

    Only a comment of GitHub's own bot is taken for it: anybody can write the marker into one of theirs.
    """
    marker = f"<!-- payments:{kind} -->"
    body = f"{marker}\n{text}"
    if len(body) > LONGEST:
        raise BadInput(f"the comment has {len(body)} characters, GitHub takes {LONGEST}")
    for comment in github.pages(f"issues/{pull_request}/comments"):
        if comment["user"]["login"] == AUTHOR and comment["body"].startswith(marker):
            if comment["body"] == body:
                return str(comment["html_url"])
            return str(github.request("PATCH", f"issues/comments/{comment['id']}", {"body": body})["html_url"])
    return str(github.request("POST", f"issues/{pull_request}/comments", {"body": body})["html_url"])
