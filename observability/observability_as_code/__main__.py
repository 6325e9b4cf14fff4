"""``python -m observability_as_code [--check]``: write the files, or say which differ from what would be written."""

import sys
from pathlib import Path

from observability_as_code.files import files

ROOT = Path(__file__).parents[2]


def main(arguments: list[str]) -> int:
    """0 when everything is as it should be."""
    stale = []
    for name, content in files(ROOT).items():
        path = ROOT / name
        if path.exists() and path.read_text() == content:
            continue
        stale.append(name)
        if "--check" not in arguments:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(content)
            sys.stdout.write(f"wrote {name}\n")
    if "--check" in arguments and stale:
        sys.stderr.write(f"Not as the code writes them (run `make observability`): {', '.join(stale)}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
