"""The older name of Lightning's callbacks."""

import sys

import lightning.pytorch.callbacks as newer  # type: ignore[import-not-found]

sys.modules[__name__] = newer
