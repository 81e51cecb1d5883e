"""The command line: one function a command, flags and action together.

Does: reads flags, opens settings, calls the rooms below, turns their errors into one line and an exit code.
Never: decides anything about pages, tables or releases; keeps nothing between two commands.

- app: which commands there are, and how trouble ends them
- stages: the nightly job, and its stages that work on what is archived
- collect: the commands that bring pages into the archive, from a site or from files
- harvest: the command that asks web archives
- answers: the commands that answer questions from the latest release
- inspect: the commands that look after a data directory
- options: flags that several commands share, and the settings and project ids they make together
- summary: what a run ends with on a terminal
"""
