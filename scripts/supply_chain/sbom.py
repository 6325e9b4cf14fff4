"""What our images are made of: one CycloneDX document for each (``make sbom``).

Debian's packages are asked of the built image, Python's and npm's are those of the locks that it was built from.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from cyclonedx.model.bom import Bom
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from packageurl import PackageURL

if TYPE_CHECKING:
    from collections.abc import Iterable

IMAGES = ("gateway", "local-llm", "prompt-api", "story-worker")
_PACKAGES = "${binary:Package} ${Version} ${Architecture}\n"


def debian_components(listing: str) -> list[Component]:
    """From the lines of dpkg-query in the form of ``_PACKAGES``."""
    found = []
    for line in listing.splitlines():
        name, version, architecture = line.split()
        name = name.partition(":")[0]
        url = PackageURL("deb", "debian", name, version, {"arch": architecture})
        found.append(Component(type=ComponentType.LIBRARY, name=name, version=version, purl=url, bom_ref=str(url)))
    return found


def document(image: str, version: str, components: Iterable[Component]) -> str:
    """The CycloneDX document of an image, valid by its schema; a ValueError says why not."""
    bom = Bom(components=components)
    bom.metadata.component = Component(
        type=ComponentType.CONTAINER, name=f"storybot/{image}", version=version, bom_ref=f"storybot/{image}"
    )
    bom.register_dependency(bom.metadata.component, bom.components)
    text = str(JsonV1Dot6(bom).output_as_string(indent=2))
    if error := JsonStrictValidator(SchemaVersion.V1_6).validate_str(text):
        raise ValueError(f"The document of {image} is not CycloneDX 1.6: {error}")
    return text


def _output(*command: str, folder: Path | None = None) -> str:
    return subprocess.run(command, cwd=folder, check=True, stdout=subprocess.PIPE, text=True).stdout


def _of_debian(image: str) -> list[Component]:
    listed = ("dpkg-query", "--show", f"--showformat={_PACKAGES}")
    run = ("docker", "run", "--rm", "--network", "none", "--entrypoint", listed[0], image, *listed[1:])
    return debian_components(_output(*run))


def _of_lock(lock: Path) -> list[Component]:
    return _read(_output("cyclonedx-py", "requirements", "--output-reproducible", str(lock)))


def _of_app(folder: Path) -> list[Component]:
    # what builds the page, too: it has written every byte of it
    command = ("npm", "sbom", "--package-lock-only", "--sbom-format", "cyclonedx", "--sbom-type", "application")
    return _read(_output(*command, folder=folder))


def _read(text: str) -> list[Component]:
    bom = Bom.from_json(json.loads(text))  # type: ignore[attr-defined]  # added by a decorator
    return list(bom.components)


def main(arguments: list[str]) -> int:
    """Write ``sbom/IMAGE.cdx.json`` for each image of a release."""
    (release,) = arguments
    root = Path.cwd()
    (root / "sbom").mkdir(exist_ok=True)
    for image in IMAGES:
        tagged = f"storybot/{image}:{release}"
        if subprocess.run(("docker", "image", "inspect", tagged), capture_output=True, check=False).returncode:
            print(f"There is no image {tagged}: build it first (make up), then run this again.", file=sys.stderr)
            return 1
        lock = root / "services" / image / "requirements.txt"
        locked = _of_app(root / "web") if image == "gateway" else _of_lock(lock)
        components = [*_of_debian(tagged), *locked]
        (root / "sbom" / f"{image}.cdx.json").write_text(document(image, release, components))
        print(f"sbom/{image}.cdx.json: {len(components)} components")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
