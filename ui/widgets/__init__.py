"""What screens are made of. A widget tells by message and is told by its attributes; it knows no screen and no app."""
