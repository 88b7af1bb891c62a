"""Many books at a time: what the pipeline does with one, as tasks for other processes, here or on a cluster.

Knows: the pipeline and where tasks are done.  Must never know: the command line, or how an option is called in Python.
"""
