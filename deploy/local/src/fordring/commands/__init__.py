"""The commands of the `fordring` program, one file per subject."""
