"""convlens trains, explains and debugs small convolutional networks."""

__version__ = "0.1.0"
