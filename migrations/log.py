"""One JSON object a line on standard output, which is what CloudWatch Logs Insights reads without a parser."""

import json
import sys
from typing import Any

_request_id = ""


def begin(request_id: str) -> None:
    """From here on every line carries this request id."""
    global _request_id
    _request_id = request_id


def info(message: str, **fields: Any) -> None:
    _write("INFO", message, fields)


def warning(message: str, **fields: Any) -> None:
    _write("WARNING", message, fields)


def error(message: str, **fields: Any) -> None:
    _write("ERROR", message, fields)


def _write(level: str, message: str, fields: dict[str, Any]) -> None:
    # Lambda adds the time itself.
    line = {"level": level, "message": message, "request_id": _request_id, **fields}
    print(json.dumps(line), file=sys.stdout, flush=True)
