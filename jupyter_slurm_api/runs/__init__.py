"""Python cells and whole notebooks as jobs: what goes to the node, and what comes back."""
