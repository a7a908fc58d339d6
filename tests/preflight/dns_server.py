"""A name server on the loopback that answers what a test has entered."""

import socket
import struct
import threading
from types import TracebackType

from preflight.dns import CAA, NS


class DnsServer:
    """Serves `records`: (name, type) -> data of each record; NXDOMAIN for everything else. Silent while `deaf`."""

    def __init__(self) -> None:
        self.records: dict[tuple[str, int], list[bytes]] = {}
        self.code: int | None = None
        self.deaf = False
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._socket.bind(("127.0.0.1", 0))
        self.address: tuple[str, int] = self._socket.getsockname()
        self._thread = threading.Thread(target=self._serve, daemon=True)

    def __enter__(self) -> "DnsServer":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.sendto(b"", self.address)
        self._thread.join()
        self._socket.close()

    def delegate(self, name: str, servers: list[str]) -> None:
        self.records[name, NS] = [encoded(server) for server in servers]

    def allow(self, name: str, *issuers: str) -> None:
        """CAA records with the tag `issue`."""
        self.records[name, CAA] = [b"\0\x05issue" + issuer.encode() for issuer in issuers]

    def _serve(self) -> None:
        while True:
            query, sender = self._socket.recvfrom(512)
            if not query:
                return
            if not self.deaf:
                self._socket.sendto(self._answer(query), sender)

    def _answer(self, query: bytes) -> bytes:
        end = query.index(b"\0", 12)
        labels, offset = [], 12
        while offset < end:
            labels.append(query[offset + 1 : offset + 1 + query[offset]].decode())
            offset += 1 + query[offset]
        (type_,) = struct.unpack_from("!H", query, end + 1)
        found = self.records.get((".".join(labels), type_), [])
        code = self.code if self.code is not None else (0 if found else 3)
        header = query[:2] + struct.pack("!5H", 0x8180 | code, 1, len(found), 0, 0)
        # Each record's name is a pointer to the question's, as real servers send it.
        records = [b"\xc0\x0c" + struct.pack("!2HIH", type_, 1, 60, len(data)) + data for data in found]
        return header + query[12 : end + 5] + b"".join(records)


def encoded(name: str) -> bytes:
    """A domain name as it stands in a message."""
    return b"".join(bytes([len(label)]) + label.encode() for label in name.split(".")) + b"\0"
