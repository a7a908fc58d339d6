"""GitHub's REST API through the standard library: the runner's token, JSON in and out, retries on GitHub's faults."""

import json
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from delivery.errors import BadInput, Refused

VERSION = "2022-11-28"
TRIES, PAUSE = 4, 2.0  # seconds, doubled after each try
PAGE = 100
Method = Literal["GET", "POST", "PATCH"]


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Downloads redirect to a store that must not see the token."""

    def redirect_request(self, *arguments: Any) -> None:
        return None


@dataclass(frozen=True)
class GitHub:
    """One repository, `owner/name`."""

    repository: str
    token: str
    api: str = "https://api.github.com"
    pause: float = PAUSE

    @classmethod
    def of(cls, variables: Mapping[str, str]) -> "GitHub":
        """From what GitHub's runners set, and GITHUB_TOKEN; raises BadInput for what is missing."""
        missing = [name for name in ("GITHUB_REPOSITORY", "GITHUB_TOKEN") if not variables.get(name)]
        if missing:
            raise BadInput(f"{' and '.join(missing)}: not set; a workflow sets them, on a laptop export them first")
        api = variables.get("GITHUB_API_URL") or cls.api
        return cls(variables["GITHUB_REPOSITORY"], variables["GITHUB_TOKEN"], api)

    def request(self, method: Method, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """The JSON answer to `path` below the repository. Raises Refused with what GitHub says."""
        answer = self._open(method, f"{self.api}/repos/{self.repository}/{path}", body)
        return json.loads(answer) if answer else None

    def pages(self, path: str, key: str = "") -> Iterator[dict[str, Any]]:
        """Every item of a list, page after page; `key` names the list where GitHub wraps it in an object."""
        joint = "&" if "?" in path else "?"
        for page in range(1, 1000):
            answer = self.request("GET", f"{path}{joint}per_page={PAGE}&page={page}")
            items: list[dict[str, Any]] = answer[key] if key else answer
            yield from items
            if len(items) < PAGE:
                return

    def download(self, path: str) -> bytes:
        """A file that GitHub keeps elsewhere; the token stays with GitHub."""
        content = self._open("GET", f"{self.api}/repos/{self.repository}/{path}", None)
        return content

    def _open(self, method: Method, url: str, body: Mapping[str, Any] | None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        headers = {
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {self.token}",
            "X-GitHub-Api-Version": VERSION,
        }
        if data is not None:
            headers["Content-Type"] = "application/json"
        opener = urllib.request.build_opener(_NoRedirect)
        for attempt in range(TRIES):
            request = urllib.request.Request(url, data, headers, method=method)
            try:
                with opener.open(request, timeout=30) as response:
                    return bytes(response.read())
            except urllib.error.HTTPError as error:
                if error.code in (301, 302, 307, 308):
                    with urllib.request.urlopen(error.headers["Location"], timeout=60) as response:
                        return bytes(response.read())
                fault = f"{error.code} {_message(error)}"
                # Repeating a POST that may have been carried out would make a second comment.
                again = error.code in (429, 502, 503, 504) and method != "POST"
            except OSError as error:
                fault, again = str(error), method != "POST"
            if not again or attempt == TRIES - 1:
                break
            time.sleep(self.pause * 2**attempt)
        raise Refused(f"GitHub: {method} {url}: {fault}")


def _message(error: urllib.error.HTTPError) -> str:
    try:
        return str(json.loads(error.read())["message"])
    except (ValueError, KeyError, TypeError):
        return error.reason
