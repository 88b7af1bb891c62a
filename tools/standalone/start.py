"""Where the self-contained build begins: the command ``xlbp``, or the interpreter of one of its own processes."""

import multiprocessing
import sys

from xlbp.__main__ import program
from xlbp.system.interpreter import AS_PYTHON, run_as_python

if __name__ == "__main__":
    multiprocessing.freeze_support()
    if sys.argv[1:2] == [AS_PYTHON]:
        run_as_python(sys.argv[2:])
    else:
        program()
