"""todurable's core: tasks, changes and the store. Runs without a screen; never imports Textual or Rich."""
