"""What macOS and Windows lack or refuse, for a Python process on Linux and all processes that it starts.

A folder with a ``sitecustomize`` that runs before anything else: nothing forks, the modules of POSIX are not there,
and, as on Windows, a file that this process has open is neither replaced nor removed.
"""

from __future__ import annotations

from pathlib import Path

SHIM = r'''
import os, sys

class Absent:
    """Finds no module that Windows has not."""

    def find_spec(self, name, path=None, target=None):
        if name in ("fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "syslog", "readline"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
for name in ("fcntl", "resource", "pwd", "grp"):
    sys.modules.pop(name, None)
for name in "fork forkpty killpg setsid getpgid getuid geteuid sysconf sched_getaffinity mkfifo".split():
    vars(os).pop(name, None)

def place(path, folder=None):
    if folder is not None:
        path = os.path.join(os.readlink(f"/proc/self/fd/{folder}"), os.fsdecode(path))
    return os.path.join(os.path.realpath(os.path.dirname(os.path.abspath(path))), os.path.basename(path))

def is_held(path):
    for number in os.listdir("/proc/self/fd"):
        try:
            if os.readlink(f"/proc/self/fd/{number}") == path:
                return True
        except OSError:
            continue
    return False

class Careful:
    """No function, which pathlib of Python 3.10 would take for a method."""

    def __init__(self, real):
        self.real = real

    def __call__(self, path, *others, dir_fd=None, **more):
        for one in (path, *others):
            if is_held(place(one, dir_fd)):
                with open(os.environ["HELD"], "a") as said:
                    said.write(f"{self.real.__name__} {one}\n")
                raise PermissionError(13, "The process cannot access the file", path)
        if dir_fd is not None:
            more["dir_fd"] = dir_fd
        return self.real(path, *others, **more)

for name in ("replace", "rename", "unlink", "remove"):
    setattr(os, name, Careful(getattr(os, name)))
'''


def environment_of_elsewhere(folder: Path) -> dict[str, str]:
    """What to add to a process's environment; ``held`` in the folder will name the files that were held open."""
    (folder / "shim").mkdir()
    (folder / "shim" / "sitecustomize.py").write_text(SHIM, "utf-8")
    (folder / "held").touch()
    return {"PYTHONPATH": str(folder / "shim"), "HELD": str(folder / "held")}
