"""A stand-in for scikit-learn: scores and splits, as far as training scripts use them."""
