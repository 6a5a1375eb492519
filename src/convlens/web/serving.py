"""Serves the page on this machine until Ctrl-C."""

import contextlib
import logging
import os
import socket
import threading
from types import FrameType

import uvicorn
from starlette.types import ASGIApp

from convlens.errors import ConfigError

HOST = "127.0.0.1"
"""This machine only: nobody else in the network reaches it."""
_PATIENCE = 1  # seconds for requests that are being answered at the end


def listen(port: int | None) -> socket.socket:
    """A socket that listens on this machine; on any free port where none is asked for.

    Raises:
        ConfigError: the port is taken, or may not be used.
    """
    # The protocol is named because asyncio turns Nagle's algorithm off for sockets that have one only: else each of the
    # page's hundred files waits 40 milliseconds for an acknowledgement.
    listening = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    if os.name != "nt":  # a port that was served a moment ago is free; on Windows this would mean something else
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((HOST, port or 0))
    except OSError as error:
        listening.close()
        raise ConfigError(f"Port {port} cannot be used: {error.strerror}; name another, or none.") from None
    listening.listen()  # from now on a browser waits for an answer and is not turned away
    return listening


def serve(app: ASGIApp, listening: socket.socket) -> None:
    """Serve on a socket from `listen` until Ctrl-C."""
    with contextlib.suppress(KeyboardInterrupt):  # the usual end
        server(app).run(sockets=[listening])


def server(app: ASGIApp) -> uvicorn.Server:
    """A server that has not begun yet."""
    config = uvicorn.Config(
        app,
        http="h11",
        ws="none",
        lifespan="off",
        log_level="warning",
        server_header=False,
        timeout_graceful_shutdown=_PATIENCE,
    )
    return _Server(config)


class _Server(uvicorn.Server):
    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """End soon, whatever a thread is busy with: there is nothing to be saved."""
        super().handle_exit(sig, frame)
        logging.getLogger("uvicorn.error").disabled = True  # that answers are cut off is no news
        end = threading.Timer(_PATIENCE + 0.5, os._exit, (0,))
        end.daemon = True
        end.start()
