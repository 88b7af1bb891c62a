"""Networks trained in plain NumPy, each written out by hand, as people write them: none knows the package."""
