"""Serves the emulated AWS on a free port of 127.0.0.1, and prints the port."""

import importlib
import os
import pkgutil
import signal
import sys
from typing import Any

# Read by moto when it is imported: AWS's managed policies exist; a certificate is issued a second after its request.
os.environ["MOTO_IAM_LOAD_MANAGED_POLICIES"] = "true"
os.environ["MOTO_ACM_VALIDATION_WAIT"] = "1"

from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from werkzeug.serving import make_server

from tests.end_to_end.emulator import accounts, services
from tests.end_to_end.emulator.server import Recorder


class Quiet(MotoRequestHandler):
    """No line for each request: the recorder keeps them."""

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class Dispatcher(DomainDispatcherApplication):
    """Finds out once which service a host belongs to: moto lists its own folder for it, an eighth of its time."""

    def __init__(self) -> None:
        super().__init__(create_backend_app)
        self._services: dict[str | None, Any] = {}

    def get_backend_for_host(self, host: str | None) -> Any:
        if host not in self._services:
            self._services[host] = super().get_backend_for_host(host)
        return self._services[host]


def main() -> None:
    accounts.install()
    for module in pkgutil.iter_modules(services.__path__):
        importlib.import_module(f"{services.__name__}.{module.name}").install()
    application = Recorder(Dispatcher())
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Quiet)
    # For the Lambda functions that run here.
    os.environ["AWS_ENDPOINT_URL"] = f"http://127.0.0.1:{server.port}"
    signal.signal(signal.SIGTERM, lambda signum, frame: sys.exit(0))
    print(server.port, flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
