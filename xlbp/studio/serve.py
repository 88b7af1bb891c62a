"""Start the studio: on the loopback address, with a token that only the address it prints has."""

from __future__ import annotations

import socket
import threading
import webbrowser
from collections.abc import Callable
from pathlib import Path

from xlbp.errors import UsageError, WriteError, option, reason_of
from xlbp.studio.guard import new_token
from xlbp.system.cleanup import temporary_folder

ADDRESS = "127.0.0.1"
NEEDED = "the studio needs more packages: pip install 'xlbp[studio]', or pipx inject xlbp starlette uvicorn jinja2"


def serve(port: int, kept: Path | None, opens: bool, say: Callable[[str], None]) -> None:
    """Serve until Ctrl-C.  Port 0 takes a free one.  Raises UsageError if it is taken, or a package is missing."""
    try:
        import uvicorn  # noqa: PLC0415 - an extra

        from xlbp.studio.app import application  # noqa: PLC0415 - it needs the extra as well
    except ImportError as error:
        raise UsageError(f"{NEEDED} python-multipart ({error.name} is missing)") from None
    if kept is not None:
        _must_be_there(kept)
    with _listening(port) as listener, temporary_folder() as root:
        port = listener.getsockname()[1]
        token = new_token()
        address = f"http://{ADDRESS}:{port}/?token={token}"
        app = application(root, token, port, kept)
        server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False, timeout_graceful_shutdown=3))
        say(address)
        if opens:
            threading.Thread(target=webbrowser.open, args=[address], daemon=True).start()
        server.run([listener])


def _listening(port: int) -> socket.socket:
    """A socket on the loopback address alone; who comes before the studio has started waits there."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.bind((ADDRESS, port))
        listener.listen()
    except (OSError, OverflowError) as error:
        listener.close()
        reason = reason_of(error) if isinstance(error, OSError) else "no such port"
        raise UsageError(f"{option('--port', port)}: {reason}; leave it out, and a free one is taken") from None
    return listener


def _must_be_there(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WriteError(f"{folder}: {reason_of(error)}; give another folder") from None
