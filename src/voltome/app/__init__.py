"""The command line. No science here: every command is a few calls of the rooms below."""
