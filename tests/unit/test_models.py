"""What Slurm says of itself."""

import pytest

from jupyter_slurm_api.models import ClusterInfo


@pytest.mark.parametrize(
    ("version", "keeps"),
    [
        ("20.02.7", False),
        ("20.11.9", False),
        ("21.08.0", True),
        ("21.08.8-2", True),
        ("22.05.8", True),
        ("23.11.0-0rc1", True),
        ("24.05.0-rc1", True),
        ("26.05", True),
        # nothing is known of the accounting of these
        ("", False),
        ("21", False),
        ("(null)", False),
        ("2.6.9", False),
        ("devel", False),
        ("9.05", False),
        ("\U0001f680", False),
    ],
)
def test_since_21_08_the_accounting_has_the_line_of_each_submit(version, keeps):
    assert ClusterInfo("here", version, accounting=True).keeps_submit_lines is keeps


@pytest.mark.parametrize("version", ["21.08.0", "22.05.8", "26.05"])
def test_without_accounting_nobody_has_it(version):
    assert not ClusterInfo("here", version, accounting=False).keeps_submit_lines
