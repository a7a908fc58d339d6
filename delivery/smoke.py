"""Asks the health endpoint from outside, over verified TLS, as a customer would reach it."""

import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable

from delivery.errors import BadInput, Refused

TIMEOUT, INTERVAL, ONE_TRY = 180.0, 5.0, 10.0  # seconds
# In a row: one healthy task behind the load balancer does not make a healthy service.
ANSWERS = 3


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Health is answered where it was asked; a sign-in page answers 200 as well."""

    def redirect_request(self, *arguments: object) -> None:
        return None


def check(
    url: str,
    *,
    timeout: float = TIMEOUT,
    interval: float = INTERVAL,
    answers: int = ANSWERS,
    say: Callable[[str], None] = print,
) -> None:
    """Returns after `answers` times 200 in a row from `url`; raises Refused after `timeout` seconds without them."""
    if not url.startswith("https://"):
        raise BadInput(f"{url}: the smoke test takes https:// addresses only")
    opener = urllib.request.build_opener(_NoRedirect, urllib.request.HTTPSHandler(context=ssl.create_default_context()))
    deadline, healthy, answer = time.monotonic() + timeout, 0, ""
    while True:
        previous, (good, answer) = answer, _ask(opener, url)
        healthy = healthy + 1 if good else 0
        if answer != previous:
            say(f"{url}: {answer}")
        if healthy >= answers:
            return
        if time.monotonic() + interval > deadline:
            raise Refused(f"{url}: not healthy within {timeout:.0f} s, last answer: {answer}")
        time.sleep(interval)


def _ask(opener: urllib.request.OpenerDirector, url: str) -> tuple[bool, str]:
    try:
        with opener.open(url, timeout=ONE_TRY) as response:
            return response.status == 200, str(response.status)
    except urllib.error.HTTPError as error:
        return False, f"{error.code} {error.reason}"
    except urllib.error.URLError as error:
        return False, str(error.reason)
    except OSError as error:
        return False, str(error) or type(error).__name__
