"""The simulated shop: every table of `data/`, with the truth that made it (CC0)."""
