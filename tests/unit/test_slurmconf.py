"""slurm.conf and slurmdbd.conf as text."""

from pathlib import Path

import pytest

from jupyter_slurm_api.errors import DevClusterError
from jupyter_slurm_api.local.layout import Layout
from jupyter_slurm_api.local.site import Site
from jupyter_slurm_api.local.slurmconf import gres_conf, slurm_conf, slurmdbd_conf
from jupyter_slurm_api.local.spec import ClusterRecord, ClusterSpec

LAYOUT = Layout(Path("/var/lib/cluster"), Path("/tmp/run"))
SITE = Site(host="here", starter="root", slurm_user="slurm")


def conf(**spec):
    record = ClusterRecord(ClusterSpec(**spec), 21000, LAYOUT.runtime)
    return slurm_conf(record, LAYOUT, SITE).splitlines()


def values(lines, key):
    """What a key is set to, each time it is, whatever its case."""
    pairs = [line.partition("=") for line in lines]
    return [value for name, _, value in pairs if name.lower() == key.lower()]


def test_each_node_has_a_port_of_its_own_after_the_two_of_the_controllers():
    lines = conf(nodes=3)
    ports = [line.split("Port=")[1].split()[0] for line in lines if line.startswith("NodeName=")]
    assert ports == ["21002", "21003", "21004"]
    assert values(lines, "SlurmctldPort") == ["21000"]
    assert values(lines, "AccountingStoragePort") == ["21001"]


def test_nodes_have_the_processors_and_memory_they_were_given():
    (line,) = values(conf(nodes=1, cpus=6, memory=6000), "NodeName")
    assert "CPUs=6" in line
    assert "RealMemory=6000" in line


def test_nodes_have_gpus_only_where_they_were_given():
    assert not any("gpu" in line for line in conf())
    lines = conf(nodes=1, gpus=2)
    assert values(lines, "GresTypes") == ["gpu"]
    assert values(lines, "AccountingStorageTRES") == ["gres/gpu,gres/gpu:fake"]
    (node,) = values(lines, "NodeName")
    assert node.split()[-2] == "Gres=gpu:fake:2"


def test_each_gpu_has_a_device_of_its_own():
    lines = gres_conf(ClusterSpec(gpus=4)).splitlines()[1:]
    assert len(lines) == len(set(lines)) == 4


def test_a_job_that_asks_for_no_memory_leaves_some_to_others():
    assert values(conf(cpus=4, memory=8192), "DefMemPerCPU") == ["2048"]


def test_debug_is_the_default_partition_and_has_a_limit():
    debug, long = values(conf(), "PartitionName")
    assert debug.startswith("debug ")
    assert "Default=YES" in debug
    assert "MaxTime=01:00:00" in debug
    assert long.startswith("long ")


def test_slurm_runs_as_its_own_account_and_nodes_as_the_starter():
    assert values(conf(), "SlurmUser") == ["slurm"]
    assert values(conf(), "SlurmdUser") == ["root"]


def test_with_accounting_only_known_accounts_may_submit():
    assert values(conf(), "AccountingStorageEnforce") == ["associations"]
    assert values(conf(), "AccountingStoreFlags") == ["job_comment"]


def test_without_accounting_nothing_speaks_of_slurmdbd():
    accounting = [line for line in conf(accounting=False, gpus=1) if line.startswith("Accounting")]
    assert accounting == ["AccountingStorageType=accounting_storage/none"]


@pytest.mark.parametrize("key", ["MinJobAge", "minjobage", "MINJOBAGE"])
def test_a_setting_takes_the_place_of_our_line_whatever_its_case(key):
    assert values(conf(settings={key: "5"}), "MinJobAge") == ["5"]


def test_a_setting_that_we_do_not_have_is_added():
    assert values(conf(settings={"PriorityType": "priority/basic"}), "PriorityType") == [
        "priority/basic"
    ]


def test_a_partition_joins_the_others_after_the_nodes_that_it_names():
    lines = conf(settings={"PartitionName": "gpu Nodes=n1"})
    assert values(lines, "PartitionName")[-1] == "gpu Nodes=n1"
    assert len(values(lines, "PartitionName")) == 3
    assert lines[-1] == "PartitionName=gpu Nodes=n1"


def test_slurmdbd_listens_where_slurm_conf_says():
    record = ClusterRecord(ClusterSpec(), 21000, LAYOUT.runtime)
    lines = slurmdbd_conf(record, LAYOUT, SITE).splitlines()
    assert values(lines, "DbdPort") == values(conf(), "AccountingStoragePort")
    assert values(lines, "SlurmUser") == ["slurm"]


@pytest.mark.parametrize(
    ("spec", "complaint"),
    [
        ({"nodes": 0}, "nodes must be"),
        ({"cpus": 1000}, "cpus must be"),
        ({"memory": 0}, "memory must be"),
        ({"gpus": 5}, "gpus must be"),
        ({"users": ("alice,bob",)}, "is not the name of an account"),
        ({"users": ("-i",)}, "is not the name of an account"),
        ({"settings": {"Min JobAge": "5"}}, "is not a line of slurm.conf"),
        ({"settings": {"MinJobAge": "5\nSlurmUser=root"}}, "is not a line of slurm.conf"),
    ],
)
def test_what_could_not_stand_in_slurm_conf_is_refused(spec, complaint):
    with pytest.raises(DevClusterError, match=complaint):
        ClusterSpec(**spec)


def test_a_record_is_read_as_it_was_written(tmp_path):
    spec = ClusterSpec(nodes=3, users=("alice",), settings={"MinJobAge": "5"})
    record = ClusterRecord(spec, 21000, Path("/tmp/run"))
    path = tmp_path / "cluster.json"
    path.write_text(record.text())
    assert ClusterRecord.read(path) == record


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"spec": {"colour": 1}}'])
def test_a_damaged_record_is_an_error_that_says_so(tmp_path, text):
    path = tmp_path / "cluster.json"
    path.write_text(text)
    with pytest.raises(DevClusterError, match="damaged"):
        ClusterRecord.read(path)
