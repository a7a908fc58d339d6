"""NS and CAA records as the rest of the internet sees them: a lookup through the machine's own resolver (RFC 1035)."""

import random
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

NS, CAA, OPT = 2, 257, 41
NOERROR, NXDOMAIN = 0, 3
RESOLV_CONF = Path("/etc/resolv.conf")
TIMEOUT = 3.0
# Bytes; the size that resolvers agreed on, so that no answer is fragmented (DNS Flag Day 2020).
UDP_SIZE = 1232


class NoAnswer(OSError):
    """The resolver cannot be asked, or did not answer."""


class Resolver:
    """A recursive resolver at (host, port); without one, the first that /etc/resolv.conf names."""

    def __init__(self, address: tuple[str, int] | None = None, timeout: float = TIMEOUT) -> None:
        self._address = address
        self._timeout = timeout

    def name_servers(self, name: str) -> set[str]:
        """The name servers that the parent zone delegates to, lower case, without the last dot; empty when none."""
        return {_name(message, start)[0].lower() for message, start, _ in self._records(name, NS)}

    def caa(self, name: str) -> list[tuple[str, str]]:
        """The (tag, value) of a name's own CAA records; RFC 8659 climbs from there, which the caller does."""
        found = []
        for message, start, length in self._records(name, CAA):
            value = start + 2 + message[start + 1]
            found.append(
                (message[start + 2 : value].decode("ascii", "replace").lower(), message[value : start + length])
            )
        return [(tag, value.decode("ascii", "replace")) for tag, value in found]

    def _records(self, name: str, type_: int) -> list[tuple[bytes, int, int]]:
        """(message, offset, length) of the data of each record of the type; raises NoAnswer."""
        number = random.getrandbits(16)
        message = self._ask(_query(number, name, type_))
        try:
            answered, flags, questions, answers = struct.unpack_from("!4H", message)
            code = flags & 0xF
            if answered != number or code not in (NOERROR, NXDOMAIN):
                raise NoAnswer(f"the resolver answers {name} with code {code}")
            return list(_answers(message, questions, answers, type_))
        except (struct.error, IndexError):
            raise NoAnswer(f"the resolver's answer for {name} cannot be read") from None

    def _ask(self, query: bytes) -> bytes:
        host, port = self._address or system_resolver()
        try:
            family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
            with socket.socket(family, kind, protocol) as sock:
                sock.settimeout(self._timeout)
                sock.connect(address)
                sock.send(query)
                return sock.recv(UDP_SIZE)
        except OSError as error:
            raise NoAnswer(f"the DNS resolver {host} does not answer: {error}") from None


def system_resolver() -> tuple[str, int]:
    """Host and port of the first resolver that the machine is set up with; raises NoAnswer."""
    try:
        lines = RESOLV_CONF.read_text().splitlines()
    except OSError:
        lines = []
    for line in lines:
        match line.split():
            case ["nameserver", host, *_]:
                return host, 53
    raise NoAnswer(f"{RESOLV_CONF} names no DNS resolver")


def _query(number: int, name: str, type_: int) -> bytes:
    header = struct.pack("!6H", number, 0x0100, 1, 0, 0, 1)  # 0x0100: recursion desired
    labels = b"".join(bytes([len(label)]) + label.encode("ascii") for label in name.rstrip(".").split("."))
    question = labels + b"\0" + struct.pack("!2H", type_, 1)
    return header + question + b"\0" + struct.pack("!2HIH", OPT, UDP_SIZE, 0, 0)


def _answers(message: bytes, questions: int, answers: int, wanted: int) -> Iterator[tuple[bytes, int, int]]:
    offset = 12
    for _ in range(questions):
        offset = _name(message, offset)[1] + 4
    for _ in range(answers):
        offset = _name(message, offset)[1]
        type_, _, _, length = struct.unpack_from("!2HIH", message, offset)
        offset += 10
        if type_ == wanted:
            yield message, offset, length
        offset += length


def _name(message: bytes, offset: int) -> tuple[str, int]:
    """A domain name and the offset behind it. Raises IndexError for a message that is cut off or points in circles."""
    labels: list[str] = []
    end = 0
    for _ in range(128):
        length = message[offset]
        if length >= 0xC0:  # a pointer to a name that stands earlier in the message
            end = end or offset + 2
            offset = (length & 0x3F) << 8 | message[offset + 1]
        elif length:
            labels.append(message[offset + 1 : offset + 1 + length].decode("ascii", "replace"))
            offset += 1 + length
        else:
            return ".".join(labels), end or offset + 1
    raise IndexError(offset)
