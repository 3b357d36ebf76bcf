"""The notebooks of these tests run, in both applications."""

import pytest
from playwright.sync_api import expect


@pytest.mark.parametrize("within", ["lab", "notebook"])
def test_a_cell_runs(notebook, within):
    notebook.open("hello.ipynb", "print('hello', 6 * 7)", within=within)
    expect(notebook.run()).to_contain_text("hello 42")
