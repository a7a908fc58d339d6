"""The server's outermost layer: records requests and failures, injects faults, and answers questions about both."""

import io
import itertools
import json
import threading
import traceback
from collections import OrderedDict
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import asdict, dataclass
from typing import Any
from urllib.parse import parse_qs
from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

from tests.end_to_end.emulator import inventory
from tests.end_to_end.emulator.services import rds

CONTROL = "/bench/"
# How many answers are kept for a client that did not get one; it asks again within seconds.
KEPT = 500

Answer = tuple[str, list[tuple[str, str]], list[bytes]]


@dataclass
class Faults:
    """Every `every`-th request is answered with `status` and not looked at, until `left` faults were injected.

    With an `operation`, such as `sqs.DeleteQueue`, only requests for it count.
    """

    left: int = 0
    every: int = 1
    status: int = 503
    operation: str = ""
    asked: int = 0


class Recorder:
    """Wraps moto's application; what it records is read through CONTROL by the tests."""

    def __init__(self, application: WSGIApplication) -> None:
        self._application = application
        self._lock = threading.Lock()
        self._one_at_a_time = threading.Lock()
        self._requests: list[tuple[str, int]] = []
        self._failures: list[str] = []
        self._faults = Faults()
        self._given: OrderedDict[str, Answer] = OrderedDict()
        self._numbers = itertools.count()
        # The numbers of the requests that are not answered yet.
        self._open: set[int] = set()

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path = environ["PATH_INFO"]
        if path.startswith(CONTROL):
            return self._control(path.removeprefix(CONTROL), _body(environ), start_response)
        number = next(self._numbers)
        self._open.add(number)
        try:
            return self._emulated(environ, start_response)
        finally:
            self._open.remove(number)

    def _emulated(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        path, operation = environ["PATH_INFO"], _operation(environ)
        with self._lock:
            status = self._fault(operation)
        if status:
            self._requests.append((operation, status))
            return _answer(environ, start_response, status, "ThrottlingException", "Injected by the test")
        # An answer gets lost once in some 16,000 requests. The client's next attempt has the same invocation id, and is
        # given the same answer: to do again what it asks can fail (to delete a listener does).
        invocation = environ.get("HTTP_AMZ_SDK_INVOCATION_ID", "")
        if lost := self._given.get(invocation):
            start_response(*lost[:2])
            return lost[2]
        begun: list[tuple[str, list[tuple[str, str]]]] = []

        def started(status: str, headers: list[tuple[str, str]], *rest: Any) -> Callable[[bytes], object]:
            begun.append((status, headers))
            return start_response(status, headers, *rest)

        # moto's dictionaries do not bear two threads. A function that runs may ask in its turn, so nobody waits for it.
        runs_code = path.endswith("/invocations") or operation == "secretsmanager.RotateSecret"
        try:
            with nullcontext() if runs_code else self._one_at_a_time:
                answer = list(self._application(environ, started))
        except NotImplementedError as error:
            # A code that no client retries: moto's own 500 would be tried again for minutes.
            return self._failed(environ, start_response, operation, 400, "NotEmulated", str(error))
        except Exception:
            return self._failed(environ, start_response, operation, 500, "InternalFailure", traceback.format_exc())
        line, headers = begun[-1]
        status = int(line.split()[0])
        self._requests.append((operation, status))
        if status >= 500:
            self._failures.append(f"{operation}: answered {status}")
        if invocation and status < 300:
            self._keep(invocation, (line, headers, answer))
        return answer

    def _keep(self, invocation: str, answer: Answer) -> None:
        with self._lock:
            self._given[invocation] = answer
            if len(self._given) > KEPT:
                self._given.popitem(last=False)

    def _failed(
        self, environ: WSGIEnvironment, start: StartResponse, operation: str, status: int, code: str, why: str
    ) -> Iterable[bytes]:
        self._requests.append((operation, status))
        self._failures.append(f"{operation}: {why}")
        return _answer(environ, start, 400, code, f"{operation}: {why.splitlines()[-1] if why else code}")

    def _fault(self, operation: str) -> int:
        """The status to answer with instead of doing what was asked, or 0."""
        faults = self._faults
        if faults.operation not in ("", operation):
            return 0
        faults.asked += 1
        if not faults.left or faults.asked % faults.every:
            return 0
        faults.left -= 1
        return faults.status

    def _control(self, question: str, body: bytes, start_response: StartResponse) -> Iterable[bytes]:
        answer: Any
        match question:
            case "failures":
                answer = self._failures
            case "open":
                answer = list(self._open)
            case "requests":
                answer = self._requests
            case "inventory":
                answer = inventory.take(**json.loads(body))
            case "withdraw":
                rds.withdrawn = set(json.loads(body)["engine_versions"])
                answer = sorted(rds.withdrawn)
            case "faults":
                answer = asdict(self._faults)  # how it went so far
                self._faults = Faults(**json.loads(body))
            case _:
                answer = None
        start_response("200 OK" if answer is not None else "404 Not Found", [("Content-Type", "application/json")])
        return [json.dumps(answer).encode()]


def _body(environ: WSGIEnvironment) -> bytes:
    data: bytes = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    return data


def _service(environ: WSGIEnvironment) -> str:
    """The service that a signed request is for."""
    scope: list[str] = environ.get("HTTP_AUTHORIZATION", "").partition("Credential=")[2].split(",")[0].split("/")
    return scope[3] if len(scope) > 3 else "-"


def _operation(environ: WSGIEnvironment) -> str:
    """`service.Operation` as far as the request says it, else `service GET /path`."""
    service = _service(environ)
    if target := environ.get("HTTP_X_AMZ_TARGET"):
        return f"{service}.{target.rpartition('.')[2]}"
    if environ.get("CONTENT_TYPE", "").startswith("application/x-www-form-urlencoded"):
        body = _body(environ)
        environ["wsgi.input"] = io.BytesIO(body)
        return f"{service}.{parse_qs(body.decode()).get('Action', ['-'])[0]}"
    query = environ.get("QUERY_STRING", "")
    return f"{service} {environ['REQUEST_METHOD']} {environ['PATH_INFO']}{'?' + query if query else ''}"


def _answer(
    environ: WSGIEnvironment, start_response: StartResponse, status: int, code: str, message: str
) -> Iterable[bytes]:
    """An error in the form that the client of this service reads."""
    if "json" in environ.get("CONTENT_TYPE", ""):
        body, type_ = json.dumps({"__type": code, "message": message}), "application/json"
    else:
        error = f"<Error><Code>{code}</Code><Message><![CDATA[{message}]]></Message></Error>"
        # The client of S3 wants the error itself, that of EC2 a list, the others a response.
        body = error if _service(environ) == "s3" else f"<ErrorResponse>{error}<Errors>{error}</Errors></ErrorResponse>"
        type_ = "text/xml"
    start_response(f"{status} {code}", [("Content-Type", type_), ("X-Amzn-ErrorType", code)])
    return [body.encode()]
