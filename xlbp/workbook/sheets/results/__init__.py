"""How good the network is at one iteration: what it says of every sample, beside what is right."""
