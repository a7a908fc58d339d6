"""Writes the schema down as a page of Markdown: a picture of the relations, then table by table."""

from dataclasses import dataclass
from pathlib import Path

from pg8000.native import Connection

DOCUMENT = Path(__file__).parents[2] / "docs" / "schema.md"
SCHEMA = "payments"

_HEAD = """\
# Database schema

Written by `make schema` from the revisions in `migrations/versions/`; do not edit. Every table is in the schema
`payments`, owned by `payments_migrator`. Amounts are counts of the currency's minor unit.

"""
_TABLES = """
    SELECT oid, relname, coalesce(obj_description(oid, 'pg_class'), '') FROM pg_class
    WHERE relnamespace = to_regnamespace(:schema) AND relkind IN ('r', 'p') ORDER BY relname
"""
_COLUMNS = """
    SELECT attname, format_type(atttypid, atttypmod), attnotnull, attidentity <> '',
           coalesce(pg_get_expr(adbin, adrelid), ''), coalesce(col_description(attrelid, attnum), '')
    FROM pg_attribute LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE attrelid = CAST(:table AS oid) AND attnum > 0 AND NOT attisdropped ORDER BY attnum
"""
# p primary key, u unique, f foreign key, c check, x exclusion
_CONSTRAINTS = """
    SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE conrelid = CAST(:table AS oid) AND contype IN ('p', 'u', 'f', 'c', 'x')
    ORDER BY position(CAST(contype AS text) IN 'pufcx'), conname
"""
_INDEXES = """
    SELECT pg_get_indexdef(indexrelid) FROM pg_index JOIN pg_class ON pg_class.oid = indexrelid
    WHERE indrelid = CAST(:table AS oid)
    AND NOT EXISTS (SELECT FROM pg_constraint WHERE conindid = indexrelid AND conrelid = indrelid) ORDER BY relname
"""
_TRIGGERS = """
    SELECT pg_get_triggerdef(oid) FROM pg_trigger
    WHERE tgrelid = CAST(:table AS oid) AND NOT tgisinternal ORDER BY tgname
"""
# On the table, or on some of its columns.
_PRIVILEGES = """
    WITH granted AS (
        SELECT grantee, privilege_type AS privilege FROM pg_class, aclexplode(relacl) WHERE oid = CAST(:table AS oid)
        UNION ALL
        SELECT grantee, privilege_type || ' (' || string_agg(attname, ', ' ORDER BY attnum) || ')'
        FROM pg_attribute, aclexplode(attacl) WHERE attrelid = CAST(:table AS oid) GROUP BY grantee, privilege_type
    )
    SELECT rolname, string_agg(
        privilege, ', ' ORDER BY position(split_part(privilege, ' ', 1) IN 'SELECT INSERT UPDATE DELETE')
    )
    FROM granted JOIN pg_roles ON pg_roles.oid = grantee WHERE rolname IN ('payments_app', 'payments_readonly')
    GROUP BY rolname ORDER BY rolname
"""
_RELATIONS = """
    SELECT child.relname, parent.relname, string_agg(attname, ', ' ORDER BY attnum), bool_and(attnotnull),
           EXISTS (SELECT FROM pg_index WHERE indrelid = conrelid AND indisunique AND indkey::int2[] <@ conkey)
    FROM pg_constraint
    JOIN pg_class AS child ON child.oid = conrelid JOIN pg_class AS parent ON parent.oid = confrelid
    JOIN pg_attribute ON attrelid = conrelid AND attnum = ANY (conkey)
    WHERE contype = 'f' AND connamespace = to_regnamespace(:schema)
    GROUP BY conname, child.relname, parent.relname, conrelid, conkey ORDER BY child.relname, conname
"""


@dataclass(frozen=True)
class Column:
    """One column as it is shown."""

    name: str
    type: str
    required: bool
    identity: bool
    default: str
    comment: str


def write(text: str) -> None:
    DOCUMENT.write_text(text)


def describe(connection: Connection) -> str:
    """The whole page."""
    tables = connection.run(_TABLES, schema=SCHEMA)
    columns = {name: _columns(connection, oid) for oid, name, _ in tables}
    sections = [_table(connection, oid, name, comment, columns[name]) for oid, name, comment in tables]
    return _HEAD + _diagram(connection, columns) + "".join(sections)


def _columns(connection: Connection, table: int) -> list[Column]:
    return [Column(*row) for row in connection.run(_COLUMNS, table=table)]


def _diagram(connection: Connection, columns: dict[str, list[Column]]) -> str:
    """A Mermaid ER diagram: its types are single words, its ends say how many rows may stand there."""
    lines = ["```mermaid", "erDiagram"]
    for child, parent, names, required, unique in connection.run(_RELATIONS, schema=SCHEMA):
        lines.append(f'    {parent} {"||" if required else "|o"}--{"o|" if unique else "o{"} {child} : "{names}"')
    for table, rows in columns.items():
        lines += [f"    {table} {{", *(f"        {_word(row.type)} {row.name}" for row in rows), "    }"]
    return "\n".join([*lines, "```", ""])


def _word(type_: str) -> str:
    return {"timestamp with time zone": "timestamptz"}.get(type_, type_.replace(" ", "_"))


def _table(connection: Connection, oid: int, name: str, comment: str, columns: list[Column]) -> str:
    lines = [
        "",
        f"## {name}",
        "",
        comment,
        "",
        "| column | type | null | default | |",
        "|---|---|---|---|---|",
    ]
    for column in columns:
        default = "identity" if column.identity else f"`{column.default}`" if column.default else ""
        null = "" if column.required else "yes"
        cells = [f"`{column.name}`", _word(column.type), null, default, column.comment]
        lines.append("".join(f"| {cell} " if cell else "| " for cell in cells) + "|")
    lines += ["", *_list("Constraint", connection.run(_CONSTRAINTS, table=oid))]
    lines += _list("Index", connection.run(_INDEXES, table=oid))
    lines += _list("Trigger", connection.run(_TRIGGERS, table=oid))
    for role, privileges in connection.run(_PRIVILEGES, table=oid):
        lines.append(f"- `{role}` may {privileges}")
    return "\n".join(lines) + "\n"


def _list(kind: str, rows: list[list[str]]) -> list[str]:
    return [f"- {kind} {' '.join(f'`{part}`' for part in row)}" for row in rows]
