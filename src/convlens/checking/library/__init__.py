"""What the calls of other packages mean: layers, operations, optimizers, data sets."""
