"""Which Python a kernelspec starts, and in which environment."""

from __future__ import annotations

import sys

import pytest
from jupyter_client.kernelspec import KernelSpec

from jupyter_slurm_api.services.kernels import Kernels

ENVIRON = {"PATH": "/usr/bin:/bin", "HOME": "/home/ada"}


@pytest.fixture
def python():
    """Return the Python of a kernel that is started so."""

    def find(program, **env):
        class Specs:
            def get_kernel_spec(self, kernel_name):
                return KernelSpec(argv=[program, "-m", "ipykernel_launcher"], env=env)

        return Kernels(Specs(), ENVIRON).python("any")

    return find


@pytest.mark.parametrize("name", ["python", "python3", f"python3.{sys.version_info.minor}"])
def test_a_python_of_no_place_is_jupyters_own(python, name):
    assert python(name).path == sys.executable


def test_another_program_is_looked_for_on_the_kernels_path(python, tmp_path):
    (tmp_path / "pypy").touch(0o755)
    assert python("pypy", PATH=f"{tmp_path}:/bin").path == str(tmp_path / "pypy")


def test_an_environments_python_is_not_the_one_that_it_links_to(python, tmp_path):
    (tmp_path / "python").symlink_to(sys.executable)
    assert python(str(tmp_path / "python")).path == str(tmp_path / "python")


def test_its_variables_are_filled_in_from_the_servers(python):
    environ = python("python", DATA="${HOME}/data", PATH="/opt/bin:$PATH").environ
    assert environ == ENVIRON | {"DATA": "/home/ada/data", "PATH": "/opt/bin:/usr/bin:/bin"}
