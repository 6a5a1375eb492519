"""The numbers of any network, worked out by hand: sizes, parameters, receptive fields, single pixels."""
