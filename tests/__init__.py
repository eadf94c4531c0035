"""The tests of minimax_nb: one folder a floor of the package, plus notebooks, kernels, browsers and the benchmark."""
