"""Mistakes in training code: found in the source, shown with their reason, mended."""
