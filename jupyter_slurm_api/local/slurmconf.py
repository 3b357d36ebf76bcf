"""The text of slurm.conf and slurmdbd.conf."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from jupyter_slurm_api.local.layout import Layout
from jupyter_slurm_api.local.site import Site
from jupyter_slurm_api.local.spec import ClusterRecord, ClusterSpec

CLUSTER = "devcluster"
GPU_TYPE = "fake"

# Slurm wants a device of its own for each GPU, and takes a GPU without one for missing.
_DEVICES = ("null", "zero", "full", "random")

# These may stand in slurm.conf more than once, so a setting adds to them.
_REPEATED = {"downnodes", "frontendname", "nodename", "nodeset", "partitionname"}


def slurm_conf(record: ClusterRecord, layout: Layout, site: Site) -> str:
    """The slurm.conf of a cluster all of whose daemons run on one site."""
    lines = {
        **_daemons(record, layout, site),
        **_plugins(),
        **_limits(record),
        **_accounting(record, layout),
        **_gpus(record.spec),
    }
    settled, added = _settle(lines, record.spec.settings)
    return _text([*settled, *_nodes(record, site.host), *_partitions(), *added])


def slurmdbd_conf(record: ClusterRecord, layout: Layout, site: Site) -> str:
    """The slurmdbd.conf; MYSQL_UNIX_PORT tells slurmdbd where the database is."""
    return _text(
        [
            "AuthType=auth/munge",
            f"AuthInfo=socket={layout.munge_socket}",
            "DbdHost=localhost",
            f"DbdPort={record.accounting_port}",
            f"SlurmUser={site.slurm_user}",
            "StorageType=accounting_storage/mysql",
            "StorageUser=root",
            f"PidFile={layout.own_pid_file('slurmdbd')}",
        ]
    )


def gres_conf(spec: ClusterSpec) -> str:
    """The gres.conf of a cluster with GPUs: devices that every machine has stand for them."""
    return _text(f"Name=gpu Type={GPU_TYPE} File=/dev/{name}" for name in _DEVICES[: spec.gpus])


def _daemons(record: ClusterRecord, layout: Layout, site: Site) -> dict[str, object]:
    return {
        "ClusterName": CLUSTER,
        # The address stands here so that the name need not resolve.
        "SlurmctldHost": f"{site.host}(127.0.0.1)",
        "SlurmctldPort": record.controller_port,
        "SlurmUser": site.slurm_user,
        "SlurmdUser": site.starter,
        "AuthType": "auth/munge",
        "AuthInfo": f"socket={layout.munge_socket}",
        "StateSaveLocation": layout.controller_state,
        "SlurmdSpoolDir": layout.spool / "%n",
        "SlurmctldPidFile": layout.own_pid_file("slurmctld"),
        "SlurmdPidFile": layout.own_pid_file("slurmd-%n"),
    }


def _plugins() -> dict[str, object]:
    return {
        # Neither cgroups nor a service manager are needed: containers often have none.
        "ProctrackType": "proctrack/linuxproc",
        "TaskPlugin": "task/none",
        "SwitchType": "switch/none",
        "MpiDefault": "none",
        "JobAcctGatherType": "jobacct_gather/linux",
        # Short jobs shall have figures too; the default samples every 30 s.
        "JobAcctGatherFrequency": "task=2",
        "SelectType": "select/cons_tres",
        "SelectTypeParameters": "CR_Core_Memory",
        # Nodes may promise more processors and memory than the machine has.
        "SlurmdParameters": "config_overrides",
        # No letter leaves a development cluster, whatever --mail-user says.
        "MailProg": "/bin/true",
    }


def _limits(record: ClusterRecord) -> dict[str, object]:
    return {
        # The defaults of 10,000 and 1,001 refuse large tests.
        "MaxJobCount": 200_000,
        "MaxArraySize": 100_001,
        # Jobs that ask for no memory would else take all of a node's.
        "DefMemPerCPU": max(1, record.spec.memory // record.spec.cpus),
        # A cancelled job that ignores SIGTERM is over soon.
        "KillWait": 5,
        "MinJobAge": 300,
        # A node whose slurmd was away serves again without an administrator.
        "ReturnToService": 2,
        # People wait for this cluster: it may think often, its queues are short.
        "SchedulerParameters": "batch_sched_delay=1,bf_interval=5",
    }


def _accounting(record: ClusterRecord, layout: Layout) -> dict[str, object]:
    if not record.spec.accounting:
        return {"AccountingStorageType": "accounting_storage/none"}
    return {
        "AccountingStorageType": "accounting_storage/slurmdbd",
        "AccountingStorageHost": "127.0.0.1",
        "AccountingStoragePort": record.accounting_port,
        # Not a password: clients find the way to slurmdbd's munge by it.
        "AccountingStoragePass": layout.munge_socket,
        # Only accounts that sacctmgr knows may submit, as on a real site.
        "AccountingStorageEnforce": "associations",
        "AccountingStoreFlags": "job_comment",
    }


def _gpus(spec: ClusterSpec) -> dict[str, object]:
    if not spec.gpus:
        return {}
    # Counted like CPUs and memory, by limits too; slurmctld wants slurmdbd for that.
    tres = {"AccountingStorageTRES": f"gres/gpu,gres/gpu:{GPU_TYPE}"} if spec.accounting else {}
    return {"GresTypes": "gpu", **tres}


def _nodes(record: ClusterRecord, host: str) -> list[str]:
    spec = record.spec
    gres = f" Gres=gpu:{GPU_TYPE}:{spec.gpus}" if spec.gpus else ""
    return [
        f"NodeName={name} NodeHostname={host} NodeAddr=127.0.0.1 Port={record.node_port(number)}"
        f" CPUs={spec.cpus} RealMemory={spec.memory}{gres} State=UNKNOWN"
        for number, name in enumerate(spec.node_names, start=1)
    ]


def _partitions() -> list[str]:
    return [
        "PartitionName=debug Nodes=ALL Default=YES DefaultTime=00:10:00 MaxTime=01:00:00",
        "PartitionName=long Nodes=ALL DefaultTime=01:00:00 MaxTime=7-00:00:00",
    ]


def _settle(
    lines: Mapping[str, object], settings: Mapping[str, str]
) -> tuple[list[str], list[str]]:
    """Our lines with the settings in their place, and the lines that come last."""
    replaced = {key.lower() for key in settings}
    ours = [f"{key}={value}" for key, value in lines.items() if key.lower() not in replaced]
    given = [(key.lower() in _REPEATED, f"{key}={value}") for key, value in settings.items()]
    ours += [line for repeated, line in given if not repeated]
    return ours, [line for repeated, line in given if repeated]


def _text(lines: Iterable[str]) -> str:
    return "# Written by jupyter slurm-devcluster at every `up`.\n" + "\n".join(lines) + "\n"
