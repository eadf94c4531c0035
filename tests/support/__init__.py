"""What tests stand on: a closed network, clean surroundings, real kernels, real browsers, real notebook runners."""
