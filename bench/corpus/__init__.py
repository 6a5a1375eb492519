"""The corpus that scores `convlens check`: clean scripts, and what was changed in them (see README.md)."""
