"""Cuts a script into statements, as far as the checks on revisions need it."""

import re

# A quoted thing or a comment, in which a semicolon means nothing; or a semicolon, which ends a statement.
_TOKEN = re.compile(
    r"""
    (?P<comment> --[^\n]* | /\*.*?\*/ )
    | (?P<quoted>
        [eE]'(?:\\.|''|[^'\\])*'
        | '(?:''|[^'])*'
        | "(?:""|[^"])*"
        | (?P<tag>\$(?:[A-Za-z_]\w*)?\$).*?(?P=tag)
      )
    | (?P<end> ; )
    """,
    re.VERBOSE | re.DOTALL,
)


def split(script: str) -> list[str]:
    """The script's statements without comments and without their semicolons, empty ones left out."""
    statements, current, position = [], "", 0
    for token in _TOKEN.finditer(script):
        current += script[position : token.start()]
        position = token.end()
        if token["quoted"]:
            current += token[0]
        elif token["comment"]:
            current += " "
        else:
            statements.append(current)
            current = ""
    statements.append(current + script[position:])
    return [statement.strip() for statement in statements if statement.strip()]
