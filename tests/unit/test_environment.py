"""What the environment of Slurm's commands holds, and what it must never hold."""

import pytest

from jupyter_slurm_api.slurm import environment

BOTH = [environment.for_query, environment.for_sbatch]
both = pytest.mark.parametrize("make", BOTH, ids=lambda make: make.__name__)


@both
@pytest.mark.parametrize(
    "name",
    [
        "JUPYTER_TOKEN",
        "JUPYTERHUB_API_TOKEN",
        "JUPYTERHUB_SERVICE_PREFIX",
        "JUPYTERHUB_CLIENT_ID",
        "JUPYTER_SERVER_PASSWORD",
        "JUPYTER_TOKEN_FILE",
        "JPY_API_TOKEN",
        "JPY_PARENT_PID",
        "CONFIGPROXY_AUTH_TOKEN",
        "MONGO_URI",
        "MONGO_PASSWORD",
    ],
)
def test_no_secret_of_the_server(make, name):
    assert name not in make({name: "secret", "HOME": "/home/alice"})


@both
@pytest.mark.parametrize(
    "name",
    [
        "SLURM_JOB_ID",
        "SLURM_CPU_BIND",
        "SLURM_JOB_NODELIST",
        "SLURMD_NODENAME",
        "SQUEUE_FORMAT",
        "SQUEUE_USERS",
        "SACCT_FORMAT",
        "SALLOC_ACCOUNT",
        "SRUN_CPUS_PER_TASK",
        "SINFO_FORMAT",
        "SCANCEL_INTERACTIVE",
        "SCONTROL_ALL",
    ],
)
def test_nothing_of_the_job_that_jupyter_runs_in(make, name):
    assert name not in make({name: "1"})


@both
@pytest.mark.parametrize("name", ["SLURM_CONF", "SLURM_CLUSTERS", "SLURM_JWT"])
def test_what_names_the_cluster_stays(make, name):
    assert make({name: "value"})[name] == "value"


@both
@pytest.mark.parametrize(
    "name",
    [
        "PATH",
        "HOME",
        "USER",
        "LD_LIBRARY_PATH",
        "MODULEPATH",
        "KRB5CCNAME",
        "JUPYTER_RUNTIME_DIR",
        "MY_SLURM_THING",
        "SLURMY",
        "MONGOOSE",
    ],
)
def test_what_is_the_user_s_stays(make, name):
    assert make({name: "value"})[name] == "value"


@pytest.mark.parametrize("name", ["SBATCH_ACCOUNT", "SBATCH_PARTITION", "SBATCH_QOS"])
def test_only_sbatch_gets_the_user_s_own_defaults(name):
    assert environment.for_sbatch({name: "mine"}) == {name: "mine"}
    assert name not in environment.for_query({name: "mine"})


@pytest.mark.parametrize(
    "name",
    [
        "SBATCH_WAIT",
        "SBATCH_TEST_ONLY",
        "SBATCH_DEBUG",
        "SBATCH_CLUSTERS",
        "SBATCH_CPU_BIND",
        "SBATCH_CPU_BIND_LIST",
        "SBATCH_MEM_BIND",
        "SBATCH_MEM_BIND_TYPE",
        "SBATCH_DISTRIBUTION",
        "SBATCH_HINT",
    ],
)
def test_no_default_that_binds_waits_or_only_tests(name):
    assert environment.for_sbatch({name: "1"}) == {}


def test_answers_come_in_epoch_seconds_uncut_and_in_utf_8_and_times_are_read_as_utc():
    given = {"SLURM_TIME_FORMAT": "relative", "SLURM_BITSTR_LEN": "64", "LC_ALL": "de_DE"}
    assert environment.for_query(given | {"TZ": "Asia/Kolkata"}) == {
        "SLURM_TIME_FORMAT": "%s",
        "SLURM_BITSTR_LEN": "0",
        "TZ": "UTC",
        "LC_ALL": "C.UTF-8",
    }


def test_a_job_gets_the_user_s_own_locale_and_no_time_format():
    made = environment.for_sbatch({"LC_ALL": "de_DE.UTF-8", "SLURM_TIME_FORMAT": "%s"})
    assert made == {"LC_ALL": "de_DE.UTF-8"}


@both
def test_the_server_s_own_environment_is_not_changed(make):
    environ = {"JUPYTER_TOKEN": "secret", "SLURM_JOB_ID": "1"}
    make(environ)
    assert environ == {"JUPYTER_TOKEN": "secret", "SLURM_JOB_ID": "1"}
