"""The older name of Lightning's loggers."""

import sys

import lightning.pytorch.loggers as newer  # type: ignore[import-not-found]

sys.modules[__name__] = newer
