"""How hard Hypothesis tries: moderately in the suite, harder with HYPOTHESIS_EXAMPLES=2000 in the environment."""

import os

from hypothesis import settings

settings.register_profile("parsers", max_examples=int(os.environ.get("HYPOTHESIS_EXAMPLES", "60")), deadline=None)
settings.load_profile("parsers")
