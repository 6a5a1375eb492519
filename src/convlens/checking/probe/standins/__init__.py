"""Stand-ins for packages that a script imports and that are not here, as far as training scripts use them.

Each folder is imported under its own name, as `torchvision` for instance, and never as a part of convlens.
"""
