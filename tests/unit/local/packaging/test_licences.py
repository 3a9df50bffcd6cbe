"""Nothing is deployed under a licence that nobody has thought about."""

import pytest

from local.packaging.licences import EXCEPTIONS, is_known, list_licences


def test_everything_deployed_has_a_known_licence():
    assert [one for one in list_licences() if not one.is_known] == []


def test_every_exception_is_still_needed():
    deployed = {one.name: one.licence for one in list_licences()}

    assert {name: deployed.get(name) for name in EXCEPTIONS} == {name: one[0] for name, one in EXCEPTIONS.items()}


@pytest.mark.parametrize(
    ("name", "licence", "known"),
    [
        ("any", "MIT", True),
        ("any", "Apache-2.0 OR BSD-3-Clause", True),
        ("any", "(Apache-2.0 AND MIT)", True),
        ("any", "MIT AND GPL-3.0-only", False),
        ("any", "LGPL-3.0-only", False),
        ("fpdf2", "LGPL-3.0-only", True),
        ("fpdf2", "AGPL-3.0-only", False),
        ("any", "not told", False),
        ("any", "", False),
    ],
)
def test_a_licence_is_known_when_each_of_its_parts_is(name, licence, known):
    assert is_known(name, licence) is known
