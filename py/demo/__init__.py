"""The embedded demo model: its text, how it was made, and how good it is."""
