"""The errors of building tables."""

from pipeline.core.errors import PipelineError


class BuildError(PipelineError):
    """The tables cannot be built; the message says which file or model and what to do."""


class BuildInputError(BuildError):
    """A partition, run record or salt cannot be used; the message says which and what to do."""


class ModelError(PipelineError):
    """A SQL file is malformed, reads a table that no file makes, or is in a cycle; the message names the file."""
