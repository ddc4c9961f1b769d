"""The two themes of our own: quiet grounds, one cool colour to lead the eye, warm ones for what is urgent only."""

from __future__ import annotations

from textual.theme import Theme

DARK = Theme(
    name="todurable-dark",
    dark=True,
    primary="#7aa7e0",
    secondary="#86b89a",
    accent="#b9a0e3",
    foreground="#d5d9e0",
    background="#15181d",
    surface="#1b1f26",
    panel="#242a33",
    warning="#e2b567",
    error="#ea7a7f",
    success="#8cc48c",
    variables={"footer-key-foreground": "#7aa7e0", "input-selection-background": "#7aa7e0 30%"},
)
LIGHT = Theme(
    name="todurable-light",
    dark=False,
    primary="#2c62b0",
    secondary="#37755a",
    accent="#7446b0",
    foreground="#2a2e35",
    background="#fbfbf9",
    surface="#f2f3ef",
    panel="#e4e6e1",
    warning="#925c00",
    error="#b02a37",
    success="#2b7338",
    variables={"footer-key-foreground": "#2c62b0", "input-selection-background": "#2c62b0 25%"},
)
OURS = (DARK, LIGHT)
