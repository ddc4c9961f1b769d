"""A disk that may lose whatever was not synced, and system calls that may fail: what proves that nothing is lost."""
