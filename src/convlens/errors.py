"""Every error convlens raises for a person to read.

ConvlensError
├── DataError            pictures or labels that cannot be used
│   ├── IdxError         bytes that are not the IDX file they should be
│   └── SourceError      no source could deliver a data set
├── ConfigError          an option or a configuration file that does not fit
├── NetworkError         a network that cannot be built or does not answer as it should
├── RunError             a run folder that cannot be used
│   ├── DamagedFileError a file whose bytes are not the bytes that were written
│   └── RunLockedError   another process trains in this folder
└── InterruptedTraining  training was stopped on request; nothing is lost

A message is one sentence: what was expected, what was found, what to do.
"""


class ConvlensError(Exception):
    """Base of all errors that are meant for the person at the keyboard."""


class DataError(ConvlensError):
    """Pictures or labels cannot be used."""


class IdxError(DataError):
    """Bytes are not the IDX file they were expected to be."""


class SourceError(DataError):
    """No source could deliver a data set."""


class ConfigError(ConvlensError):
    """An option or a configuration file does not fit."""


class NetworkError(ConvlensError):
    """A network cannot be built, or does not answer as a classifier should."""


class RunError(ConvlensError):
    """A run folder cannot be used."""


class DamagedFileError(RunError):
    """A file's bytes are not the bytes that were written."""


class RunLockedError(RunError):
    """Another process is training in this run folder."""


class InterruptedTraining(ConvlensError):  # noqa: N818 - it is a request fulfilled, not a failure
    """Training was stopped on request after saving; it can be resumed without loss."""
