"""What is made once for several tests is made once, and not by every process of a run."""

import os

import pytest


@pytest.mark.xdist_group("groups")
@pytest.mark.skipif("PYTEST_XDIST_WORKER" not in os.environ, reason="one process runs all tests")
def test_tests_of_a_group_stay_together(request: pytest.FixtureRequest) -> None:
    assert request.node.nodeid.endswith("@groups")
