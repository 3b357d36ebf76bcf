"""JupyterHub whose users' servers keep their Slurm jobs in one MongoDB."""

import os
from pathlib import Path

c = get_config()  # noqa: F821 - JupyterHub gives it

# The address holds a password: root alone may read its file, and the server that gets it takes it
# out of its environment at once, so that neither kernels nor jobs inherit it.
uri = Path(os.environ.get("MONGO_URI_FILE", "/etc/jupyterhub/mongo-uri"))

c.Spawner.environment = {
    "MONGO_URI": uri.read_text().strip(),
    "MONGO_DB": "outputs",
}
