"""The command line: one function per command, with its flags and its action.

Does: reads flags, opens settings, calls the rooms below, turns their errors into one line and an exit code.
Never: decides about pages, tables or releases; keeps state between two commands.

- app: the list of commands, and how errors end them
- stages: the nightly job, and its stages that work on the archive
- collect: the commands that bring pages into the archive, from a site or from files
- harvest: the command that asks web archives
- answers: the commands that answer questions from the latest release
- inspect: the commands that check and clean a data directory
- options: flags that several commands share, and the settings and project ids that result from them
- summary: the closing tables of a run on a terminal
"""
