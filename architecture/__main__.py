"""`python -m architecture CDK_TF_JSON DOCUMENT`: draws a stack into a Markdown document, between its two markers."""

import json
import sys
from pathlib import Path

from architecture.graph import Graph
from architecture.mermaid import flowchart

BEGIN, END = "<!-- architecture: made by `make picture` -->", "<!-- end of architecture -->"


def drawn_into(document: str, module: dict[str, object]) -> str:
    """`document` with the picture of `module` between the markers; ValueError when a marker is missing."""
    before, begin, rest = document.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not (begin and end):
        raise ValueError(f"the document has no lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n```mermaid\n{flowchart(Graph(module))}```\n{END}{after}"


def main(arguments: list[str]) -> int:
    if len(arguments) != 2:
        print(__doc__, file=sys.stderr)
        return 2
    source, document = (Path(argument) for argument in arguments)
    try:
        document.write_text(drawn_into(document.read_text(), json.loads(source.read_text())))
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
