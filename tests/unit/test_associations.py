"""What the accounting lets a user use: recorded answers of sacctmgr, and any bytes at all."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api.cluster import AccountLimits, Association, Qos
from jupyter_slurm_api.slurm import associations

PARSERS = (associations.associations, associations.accounts, associations.qos)


def test_a_user_has_accounts_with_the_limits_that_they_inherit(slurm):
    parsed = associations.associations(slurm["sacctmgr_user"].stdout)
    assert parsed.bad == 0
    assert parsed.value.default_account == "users"
    assert parsed.value.associations == (
        Association(
            account="users",
            partition=None,
            default_qos=None,
            qos=("fast", "normal"),
            limits={"max_jobs": "50", "max_submit_jobs": "100", "max_wall": "2-00:00:00"},
        ),
    )


def test_an_account_has_limits_for_all_of_its_users_together(slurm):
    parsed = associations.accounts(slurm["sacctmgr_accounts"].stdout)
    assert parsed.value == (AccountLimits(account="users", limits={"grp_tres": "cpu=12"}),)


def test_a_qos_has_limits_of_its_own(slurm):
    normal, fast = associations.qos(slurm["sacctmgr_qos"].stdout).value
    assert normal == Qos(name="normal", priority=0, flags=(), limits={})
    assert fast.limits == {"max_tres_per_user": "cpu=8,gres/gpu=2", "max_wall": "01:00:00"}


def test_a_user_without_an_association_has_none():
    found = associations.associations(b"").value
    assert (found.default_account, found.associations) == (None, ())


@pytest.mark.parametrize("name", ["sacctmgr_user", "sacctmgr_accounts", "sacctmgr_qos"])
def test_what_was_recorded_is_what_is_asked(slurm, name):
    asked = {
        "sacctmgr_user": associations.show_user("alice", "devcluster"),
        "sacctmgr_accounts": associations.show_accounts(["users"], "devcluster"),
        "sacctmgr_qos": associations.show_qos(),
    }
    assert list(slurm[name].argv) == asked[name]


@pytest.mark.parametrize("parse", PARSERS)
@given(st.binary() | st.text(alphabet="|\n,=cpu1").map(str.encode))
def test_no_bytes_make_it_raise(parse, output):
    parse(output)


@given(st.lists(st.integers(min_value=1, max_value=9)))
def test_lines_in_are_accounts_out_and_bad_rows(widths):
    lines = ["|".join("x" * width) for width in widths]
    parsed = associations.accounts("\n".join(lines).encode())
    assert len(parsed.value) == widths.count(7)
    assert len(parsed.value) + parsed.bad == len(widths)
