"""One module a verb of the command line, named after it, with `run(options, out)`, which returns the exit code."""
