"""The command line: one function a command, flags and action together.

Does: reads flags, opens settings, calls the rooms below, turns their errors into one line and an exit code.
Never: decides anything about pages, tables or releases; keeps nothing between two commands.

- app: which commands there are, and how trouble ends them
- stages: the commands of the nightly job and its stages, which write under the lock
- harvest: the command that asks web archives
- inspect: the commands for people, which look, export and tidy up
- options: flags that several commands share, and the settings they make together
- summary: the table a run ends with on a terminal
"""
