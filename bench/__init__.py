"""Measurements: each figure beside a named baseline of the same run. Run them with `make bench`."""
