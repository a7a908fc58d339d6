"""Message classes made from `plugin.proto`, without a protobuf compiler."""

import re
from pathlib import Path
from typing import Any

import msgpack
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory  # type: ignore[import-untyped]

PACKAGE = "standin"
# Terraform's "not known before the apply": https://github.com/hashicorp/terraform/blob/main/docs/plugin-protocol/object-wire-format.md
UNKNOWN = msgpack.ExtType(0, b"\0")

_FIELD = descriptor_pb2.FieldDescriptorProto
_SCALARS = {
    "bytes": _FIELD.TYPE_BYTES,
    "string": _FIELD.TYPE_STRING,
    "bool": _FIELD.TYPE_BOOL,
    "int64": _FIELD.TYPE_INT64,
}
_MESSAGE = re.compile(r"^message (\w+) \{(.*?)\}", re.MULTILINE | re.DOTALL)
_LINE = re.compile(r"(repeated )?(map<)?(\w+)>? (\w+) = (\d+);")


def _read(proto: str) -> dict[str, Any]:
    file = descriptor_pb2.FileDescriptorProto(name=f"{PACKAGE}.proto", package=PACKAGE, syntax="proto3")
    for name, body in _MESSAGE.findall(proto):
        message = file.message_type.add(name=name)
        for repeated, is_map, type_, field, number in _LINE.findall(body):
            if is_map:
                entry = message.nested_type.add(name=f"{field.title().replace('_', '')}Entry")
                entry.options.map_entry = True
                _add(entry, "key", 1, "string")
                _add(entry, "value", 2, type_)
                type_ = f"{name}.{entry.name}"
            _add(message, field, int(number), type_, bool(repeated or is_map))
    pool = descriptor_pool.DescriptorPool()
    pool.Add(file)
    return {
        message.name: message_factory.GetMessageClass(pool.FindMessageTypeByName(f"{PACKAGE}.{message.name}"))
        for message in file.message_type
    }


def _add(message: Any, name: str, number: int, type_: str, repeated: bool = False) -> None:
    label = _FIELD.LABEL_REPEATED if repeated else _FIELD.LABEL_OPTIONAL
    field = message.field.add(name=name, number=number, label=label)
    if type_ in _SCALARS:
        field.type = _SCALARS[type_]
    else:
        field.type, field.type_name = _FIELD.TYPE_MESSAGE, f".{PACKAGE}.{type_}"


MESSAGES = _read(Path(__file__).with_name("plugin.proto").read_text())


def message(name: str, /, **fields: Any) -> Any:
    return MESSAGES[name](**fields)


def unpack(value: Any) -> Any:
    """What a DynamicValue holds: a dictionary of attributes, or None."""
    return msgpack.unpackb(value.msgpack, raw=False) if value.msgpack else None


def pack(value: Any) -> Any:
    return message("DynamicValue", msgpack=msgpack.packb(value))
