"""The handlers by an older name."""

import sys

import ignite.handlers as newer  # type: ignore[import-not-found]

sys.modules[__name__] = newer
