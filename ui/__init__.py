"""todurable's surfaces: the command line and the Textual app."""
