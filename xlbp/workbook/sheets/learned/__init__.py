"""The sheet *Learned function*: what a network answers everywhere, with the samples and the border between classes."""
