"""How the lines of a conversation look: one class for each kind of words, in the colours of the theme."""

LOOKS = {
    "thread--text",
    "thread--cursor",
    "thread--customer",
    "thread--worker",
    "thread--note",
    "thread--out",
    "thread--people",
    "thread--flag",
    "thread--time",
    "thread--report",
    "thread--arrived",
    "thread--error",
    "thread--dim",
}

CSS = """
    ThreadView {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-gutter: stable;
        scrollbar-size-vertical: 1;
        background: $surface;
        color: $foreground;
    }
    ThreadView > .thread--cursor { color: $text-muted; }
    ThreadView:focus > .thread--cursor { color: $primary; text-style: bold; }
    ThreadView > .thread--customer { color: $text-success; }
    ThreadView > .thread--worker { color: $text-primary; }
    ThreadView > .thread--note { color: $text-muted; }
    ThreadView > .thread--out { color: $foreground; }
    ThreadView > .thread--people { text-style: bold; }
    ThreadView > .thread--flag { color: $text-warning; }
    ThreadView > .thread--time { color: $text-muted; }
    ThreadView > .thread--report { color: $text-muted; }
    ThreadView > .thread--arrived { color: $text-muted; }
    ThreadView > .thread--error { color: $text-error; text-style: bold; }
    ThreadView > .thread--dim { color: $text-muted; }
    ThreadView:light > .thread--customer { color: $text-secondary; }
    ThreadView:light > .thread--flag { color: $foreground; }
"""
