"""The list of what an image is made of."""

import json

import pytest

from supply_chain.sbom import debian_components, document

LISTING = "libc6:amd64 2.41-12 amd64\nca-certificates 20250419 all\n"


def test_debians_packages_are_named_as_scanners_know_them() -> None:
    told = json.loads(document("gateway", "7", debian_components(LISTING)))
    assert (told["bomFormat"], told["specVersion"]) == ("CycloneDX", "1.6")
    assert {one["purl"] for one in told["components"]} == {
        "pkg:deb/debian/libc6@2.41-12?arch=amd64",
        "pkg:deb/debian/ca-certificates@20250419?arch=all",
    }
    image = told["metadata"]["component"]
    assert (image["type"], image["name"], image["version"]) == ("container", "storybot/gateway", "7")


def test_the_image_depends_on_all_of_it() -> None:
    told = json.loads(document("gateway", "7", debian_components(LISTING)))
    depends = {each["ref"]: each.get("dependsOn", []) for each in told["dependencies"]}
    assert len(depends["storybot/gateway"]) == 2


def test_a_listing_of_another_form_is_no_list_of_packages() -> None:
    with pytest.raises(ValueError, match="unpack"):
        debian_components("dpkg-query: no packages found matching x")
