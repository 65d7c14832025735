"""Where the browser is, and how it starts without asking the internet for anything."""

import os
import shutil

# Each of the last five stops a connection to its makers' servers that Chromium opens by itself.
CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str:
    """The path of Chromium, CHROMIUM_PATH first. Raises FileNotFoundError naming the package to install."""
    path = os.environ.get("CHROMIUM_PATH") or next(filter(None, map(shutil.which, _NAMES)), None)
    if not path:
        raise FileNotFoundError("no Chromium on this machine: install the package chromium")
    return path
