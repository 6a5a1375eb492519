"""Logs of one process."""

import logging


def get_logger(name: str, log_level: str | None = None) -> logging.Logger:
    """As Python's own."""
    return logging.getLogger(name)
