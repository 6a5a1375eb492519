"""A stand-in for Ignite on one processor: engines, events, metrics, handlers."""

__version__ = "0.5.0"
