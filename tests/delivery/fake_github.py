"""GitHub's REST API as far as the delivery uses it: a server on 127.0.0.1 that keeps everything in memory."""

import io
import json
import re
import threading
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from typing import Any
from urllib.parse import parse_qs, urlsplit

BOT = "github-actions[bot]"
TOKEN = "a-token-of-the-run"
REPOSITORY = "example/payments-platform"

Item = dict[str, Any]
Query = dict[str, str]


@dataclass
class Store:
    """What a repository holds; tests fill it and look at it."""

    comments: dict[int, list[Item]] = field(default_factory=dict)
    issues: list[Item] = field(default_factory=list)
    pulls: dict[int, Item] = field(default_factory=dict)
    pulls_of_commit: dict[str, list[Item]] = field(default_factory=dict)
    reviews: dict[int, list[Item]] = field(default_factory=dict)
    artifacts: list[Item] = field(default_factory=list)
    files: dict[int, bytes] = field(default_factory=dict)
    deployments: list[Item] = field(default_factory=list)
    statuses: dict[int, list[Item]] = field(default_factory=dict)
    no_comments: bool = False
    # Answers that come before any other: (status, message), as GitHub gives them in bad hours.
    faults: list[tuple[int, str]] = field(default_factory=list)
    requests: list[tuple[str, str, str | None]] = field(default_factory=list)
    ids: Iterator[int] = field(default_factory=lambda: count(1001))

    def pull_request(self, number: int, head: str, *, merge: str | None = None, labels: tuple[str, ...] = ()) -> None:
        """Opens a pull request, or merges it as `merge`."""
        self.pulls[number] = {
            "number": number,
            "state": "closed" if merge else "open",
            "labels": [{"name": label} for label in labels],
            "merged_at": "2026-11-25T10:00:00Z" if merge else None,
            "merge_commit_sha": merge,
            "head": {"sha": head},
        }
        if merge:
            self.pulls_of_commit[merge] = [self.pulls[number]]

    def artifact(
        self,
        name: str,
        head: str,
        files: dict[str, bytes],
        *,
        created: str = "2026-11-25T09:00:00Z",
        expired: bool = False,
        fork: bool = False,
        branch: str = "main",
    ) -> None:
        """Uploads an artifact of a run at `head`."""
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as archive:
            for path, content in files.items():
                archive.writestr(path, content)
        number = next(self.ids)
        self.files[number] = packed.getvalue()
        run = {"head_sha": head, "repository_id": 1, "head_repository_id": 2 if fork else 1, "head_branch": branch}
        self.artifacts.append(
            {"id": number, "name": name, "created_at": created, "expired": expired, "workflow_run": run}
        )


class _Handler(BaseHTTPRequestHandler):
    store: Store

    def log_message(self, *arguments: Any) -> None:
        pass

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_PATCH(self) -> None:
        self._answer("PATCH")

    def _answer(self, method: str) -> None:
        length = int(self.headers.get("Content-Length", 0))
        body = json.loads(self.rfile.read(length)) if length else {}
        self.store.requests.append((method, self.path, self.headers.get("Authorization")))
        url = urlsplit(self.path)
        query = {key: values[0] for key, values in parse_qs(url.query).items()}
        if self.store.faults:
            status, message = self.store.faults.pop(0)
            return self._send(status, {"message": message})
        if found := re.fullmatch(r"/files/(\d+)", url.path):
            return self._bytes(200, self.store.files[int(found[1])])
        if self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return self._send(401, {"message": "Bad credentials"})
        path = url.path.removeprefix(f"/repos/{REPOSITORY}/")
        for verb, pattern, answer in ROUTES:
            if verb == method and (found := re.fullmatch(pattern, path)):
                return answer(self, found, query, body)
        return self._send(404, {"message": "Not Found"})

    def _send(self, status: int, body: Any) -> None:
        self._bytes(status, json.dumps(body).encode())

    def _bytes(self, status: int, content: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def _page(self, items: list[Item], query: Query, wrapped: str = "") -> None:
        size, page = int(query["per_page"]), int(query["page"])
        part = items[(page - 1) * size : page * size]
        self._send(200, {"total_count": len(items), wrapped: part} if wrapped else part)

    def list_comments(self, found: re.Match[str], query: Query, body: Item) -> None:
        self._page(self.store.comments.get(int(found[1]), []), query)

    def make_comment(self, found: re.Match[str], query: Query, body: Item) -> None:
        if self.store.no_comments:
            return self._send(403, {"message": "Resource not accessible by integration"})
        if len(body["body"]) > 65_536:
            return self._send(422, {"message": "Body is too long (maximum is 65536 characters)"})
        number = next(self.store.ids)
        made = {"id": number, "body": body["body"], "user": {"login": BOT}, "html_url": f"https://github/{number}"}
        self.store.comments.setdefault(int(found[1]), []).append(made)
        self._send(201, made)

    def change_comment(self, found: re.Match[str], query: Query, body: Item) -> None:
        comment = next(one for all_ in self.store.comments.values() for one in all_ if one["id"] == int(found[1]))
        comment.update(body)
        self._send(200, comment)

    def list_issues(self, found: re.Match[str], query: Query, body: Item) -> None:
        wanted = [one for one in self.store.issues if one["state"] == query["state"]]
        self._page([one for one in wanted if query["labels"] in one["labels"]], query)

    def make_issue(self, found: re.Match[str], query: Query, body: Item) -> None:
        made = {"number": next(self.store.ids), "state": "open", **body}
        self.store.issues.append(made)
        self._send(201, made)

    def change_issue(self, found: re.Match[str], query: Query, body: Item) -> None:
        issue = next(one for one in self.store.issues if one["number"] == int(found[1]))
        issue.update(body)
        self._send(200, issue)

    def one_pull(self, found: re.Match[str], query: Query, body: Item) -> None:
        pull = self.store.pulls.get(int(found[1]))
        self._send(200, pull) if pull else self._send(404, {"message": "Not Found"})

    def list_reviews(self, found: re.Match[str], query: Query, body: Item) -> None:
        self._page(self.store.reviews.get(int(found[1]), []), query)

    def list_pulls_of_commit(self, found: re.Match[str], query: Query, body: Item) -> None:
        self._send(200, self.store.pulls_of_commit.get(found[1], []))

    def list_artifacts(self, found: re.Match[str], query: Query, body: Item) -> None:
        self._page([one for one in self.store.artifacts if one["name"] == query["name"]], query, "artifacts")

    def download(self, found: re.Match[str], query: Query, body: Item) -> None:
        host = f"http://{self.headers['Host']}"
        self._bytes(302, b"", Location=f"{host}/files/{found[1]}")

    def list_deployments(self, found: re.Match[str], query: Query, body: Item) -> None:
        wanted = [one for one in self.store.deployments if one["environment"] == query["environment"]]
        wanted = [one for one in wanted if query.get("sha") in (None, one["sha"])]
        self._page([one for one in reversed(wanted) if one["task"] == query["task"]], query)

    def make_deployment(self, found: re.Match[str], query: Query, body: Item) -> None:
        made = {"id": next(self.store.ids), "sha": body["ref"], **body}
        self.store.deployments.append(made)
        self._send(201, made)

    def list_statuses(self, found: re.Match[str], query: Query, body: Item) -> None:
        self._send(200, self.store.statuses.get(int(found[1]), []))

    def make_status(self, found: re.Match[str], query: Query, body: Item) -> None:
        self.store.statuses.setdefault(int(found[1]), []).append(body)
        self._send(201, body)


Answer = Callable[[_Handler, re.Match[str], Query, Item], None]
ROUTES: tuple[tuple[str, str, Answer], ...] = (
    ("GET", r"issues/(\d+)/comments", _Handler.list_comments),
    ("POST", r"issues/(\d+)/comments", _Handler.make_comment),
    ("PATCH", r"issues/comments/(\d+)", _Handler.change_comment),
    ("GET", r"issues", _Handler.list_issues),
    ("POST", r"issues", _Handler.make_issue),
    ("PATCH", r"issues/(\d+)", _Handler.change_issue),
    ("GET", r"pulls/(\d+)", _Handler.one_pull),
    ("GET", r"pulls/(\d+)/reviews", _Handler.list_reviews),
    ("GET", r"commits/(\w+)/pulls", _Handler.list_pulls_of_commit),
    ("GET", r"actions/artifacts", _Handler.list_artifacts),
    ("GET", r"actions/artifacts/(\d+)/zip", _Handler.download),
    ("GET", r"deployments", _Handler.list_deployments),
    ("POST", r"deployments", _Handler.make_deployment),
    ("GET", r"deployments/(\d+)/statuses", _Handler.list_statuses),
    ("POST", r"deployments/(\d+)/statuses", _Handler.make_status),
)


@contextmanager
def serve() -> Iterator[tuple[str, Store]]:
    """The address of the API, and what is behind it."""
    store = Store()
    handler = type("Handler", (_Handler,), {"store": store})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", store
    finally:
        server.shutdown()
        server.server_close()
