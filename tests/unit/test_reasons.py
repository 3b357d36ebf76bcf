"""What is said of each of Slurm's reasons, and of the texts that stand in their place."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jupyter_slurm_api import endings, limits, reasons
from jupyter_slurm_api.views import JobView

NEVER_MET = {
    "None": "no reason at all; words.text makes it null",
    "BlockMaxError": "Blue Gene's, which no Slurm from 20.11 on runs on",
    "BlockFreeAction": "Blue Gene's, which no Slurm from 20.11 on runs on",
}
# To act on, or to expect; each sentence has one of these.
ADVICE = re.compile(
    r"\b(can(not)? start|starts|begins|until|ask|cancel|submit|see|look|release|tell)\b",
    re.IGNORECASE,
)
TABLES = {"waiting": reasons.WAITING, "ended": endings.ENDED, "signals": endings.SIGNALS}


def recorded():
    lines = Path(__file__).with_name("reasons.txt").read_text().splitlines()
    return [line for line in lines if line and not line.startswith("#")]


def assert_is_a_sentence(said):
    assert said.endswith("."), said
    assert said[0].isupper(), said
    assert "  " not in said, said
    assert not re.search(r"[{}]", said), said
    assert said.count("`") % 2 == 0, said
    assert len(said) <= 350, said
    assert ADVICE.search(said), said


def test_the_recorded_list_is_whole_and_names_nothing_twice():
    names = recorded()
    assert len(names) > 220
    assert len(names) == len(set(names))


@pytest.mark.parametrize("reason", recorded())
def test_each_of_slurm_s_reasons_is_explained_or_never_met(reason):
    said = reasons.explanation(reason)
    assert (said is None) == (reason in NEVER_MET), reason
    if said:
        assert_is_a_sentence(said)


@pytest.mark.parametrize(
    ("table", "key"), [(name, key) for name, table in TABLES.items() for key in table]
)
def test_each_single_reason_says_what_to_do_or_to_expect(table, key):
    assert_is_a_sentence(TABLES[table][key])


def test_no_reason_stands_in_a_table_that_slurm_does_not_know():
    said = [name.replace("_", " ") for name in recorded()]
    for key in reasons.WAITING | endings.ENDED:
        assert any(name.startswith(key) for name in said), key


def test_no_single_reason_is_one_that_is_composed():
    assert [key for key in reasons.WAITING | endings.ENDED if limits.explanation(key)] == []


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("AssocGrpCpuLimit", "The jobs of your account may use only so many CPUs at once, and"),
        ("QOSMaxMemoryPerUser", "Your jobs with this QOS may use only so much memory at once"),
        ("MaxGRESPerAccount", "Your account's jobs with this QOS may use only so many GPUs"),
        ("AssocGrpCPUMinutesLimit", "The jobs of your account have used up the CPU minutes"),
        ("QOSGrpWallLimit", "The jobs with this QOS have used up the minutes of run time"),
        ("QOSGrpGRESRunMinutes", "The jobs with this QOS may have only so many GRES minutes still"),
        ("MaxNodeRunMinsPerUser", "Your jobs with this QOS may have only so many node minutes"),
        ("AssocGrpJobsLimit", "As many of the jobs of your account run as may run at once."),
        ("AssocMaxJobsLimit", "As many of your jobs in this account run as may run at once."),
        ("QOSMaxJobsPerUserLimit", "As many of your jobs with this QOS run as may run at once."),
        ("MaxSubmitJobsPerAccount", "As many of your account's jobs with this QOS wait and run"),
        ("AssocMaxSubmitJobLimit", "As many of your jobs in this account wait and run"),
        ("AssocMaxLicensePerJob", "This job asks for more licenses than a job in your account"),
        ("QOSMaxCpuPerNode", "This job asks for more CPUs on one node than a job with this QOS"),
        ("QOSMaxCpuMinutesPerJobLimit", "This job asks for more CPU minutes than a job with this"),
        ("AssocMaxWallDurationPerJobLimit", "This job asks for more time than a job in your acc"),
        ("QOSMinCpuNotSatisfied", "This job asks for fewer CPUs than a job with this QOS must."),
        ("QOSMinMemory", "This job asks for less memory than a job with this QOS must."),
        ("AssocGrpBB", "The jobs of your account may use only so much burst buffer space at once"),
        ("AssocGrpUnknown", "The jobs of your account may use only so much of an unnamed res"),
        ("QOSMaxBillingPerJob", "This job asks for more billing units than a job with this QOS"),
        ("QOSMaxEnergyPerUser", "Your jobs with this QOS may use only so much energy at once"),
    ],
)
def test_a_limit_s_sentence_is_composed_of_its_parts(reason, said):
    assert reasons.explanation(reason).startswith(said)


def test_a_whole_sentence_says_what_is_the_matter_then_what_to_do():
    assert reasons.explanation("QOSMaxCpuPerUserLimit") == (
        "Your jobs with this QOS may use only so many CPUs at once, and with this job they would"
        " use more. It can start when enough of them end; if it alone asks for more than that,"
        " cancel it and submit it with fewer CPUs (--ntasks, --cpus-per-task). See `sacctmgr show"
        " qos` (the job's or its partition's), or ask your administrators."
    )


@pytest.mark.parametrize("resource", limits.RESOURCES)
@pytest.mark.parametrize("shape", ["AssocGrp{}", "QOSMax{}PerUser", "QOSMin{}", "Max{}PerAccount"])
def test_each_resource_is_told_of_in_each_shape(shape, resource):
    said = reasons.explanation(shape.format(resource))
    assert_is_a_sentence(said)
    assert limits.RESOURCES[resource].noun in said


@pytest.mark.parametrize(
    ("reason", "shown_by"),
    [("AssocGrpGRES", "assoc"), ("QOSGrpGRES", "qos"), ("MaxGRESPerUser", "qos")],
)
def test_a_limit_s_sentence_names_the_command_that_shows_it(reason, shown_by):
    assert f"`sacctmgr show {shown_by}`" in reasons.explanation(reason)


@pytest.mark.parametrize(
    ("reason", "words"),
    [
        ("ReqNodeNotAvail, UnavailableNodes:n6", "sinfo -R"),
        ("ReqNodeNotAvail, Reserved for maintenance", "shorter --time"),
        ("Nodes_required_for_job_are_DOWN,_DRAINED_or_reserved_for_jobs", "Too few nodes"),
        ("job requeued in held state", "scontrol release"),
        ("launch failed requeued held", "administrators"),
        ("Reservation a_b c was deleted", "without --reservation"),
        ("Job is at or exceeds QOS long's group wall limit of 1 with 2", "used up the time"),
        ("burst_buffer/lua: slurm_bb_data_in: no", "burst buffer failed"),
        ("RaisedSignal:9(Killed)", "signal KILL"),
        ("RaisedSignal:53(Real-time_signal_19)", "output file"),
        ("RaisedSignal:12(User defined signal 2)", "A signal ended"),
        ("RaisedSignal:9999999999999999999999", "A signal ended"),
    ],
)
def test_more_text_in_a_reason_does_not_hide_it(reason, words):
    assert words in reasons.explanation(reason)


@pytest.mark.parametrize(
    "reason",
    [
        None,
        "",
        "(null)",
        "None",
        "QOSGrpFooLimit",
        "QOSMaxTeapotsPerUser",
        "MaxNode",
        "GrpCpuLimit",
        "priority",
        "Priority boarding",
        "Resourcesful",
        "Slurm no longer knows this job, and its end was not seen.",
        "Reservation x was kept",
    ],
)
def test_what_no_table_knows_has_no_explanation(reason):
    assert reasons.explanation(reason) is None


@pytest.mark.parametrize(
    "reason", ["JobHeldUser", "Priority", "Resources", "AssocGrpCpuLimit", "ReqNodeNotAvail, x"]
)
def test_a_job_that_is_over_is_not_told_to_wait(reason):
    assert reasons.explanation(reason)
    assert reasons.explanation(reason, over=True) is None


@pytest.mark.parametrize("reason", [*endings.ENDED, "RaisedSignal:9(Killed)"])
def test_how_a_job_ended_is_said_when_it_is_over(reason):
    said = reasons.explanation(reason, over=True)
    assert said
    assert "can start" not in said


def test_a_job_cancelled_while_it_was_held_is_not_said_to_wait(make_job):
    held = make_job(status="PENDING", base_state="PENDING", reason="JobHeldUser")
    assert "scontrol release" in JobView.of(held).explanation
    cancelled = held.model_copy(update={"status": "CANCELLED", "base_state": "CANCELLED"})
    assert JobView.of(cancelled).explanation is None


@given(
    st.text()
    | st.from_regex(limits._NAME)
    | st.sampled_from(recorded()).flatmap(lambda reason: st.text().map(lambda more: reason + more)),
    st.booleans(),
)
def test_any_text_is_a_reason(reason, over):
    said = reasons.explanation(reason, over=over)
    assert said is None or said.endswith(".")
