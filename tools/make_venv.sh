#!/bin/sh
# Makes the virtual environment in the folder named by the first argument, with the first Python on this machine that
# is new enough. Says plainly what is missing. PYTHON names a Python to use and no other.
set -eu

folder=$1
oldest="3.11"

# shellcheck source=tools/find_python.sh
. "${0%/*}/find_python.sh"

if [ -z "$found" ]; then
    if [ -n "$too_old" ]; then
        echo "This needs Python $oldest or newer, but$too_old install a newer one and try again," >&2
        echo "or name it: make PYTHON=/path/to/python3.12" >&2
    else
        echo "This needs Python $oldest or newer, and ${PYTHON:-python3} was not found." >&2
        echo "On Debian or Ubuntu: sudo apt-get install python3 python3-venv; on macOS: brew install python" >&2
    fi
    exit 1
fi
if ! "$found" -c 'import venv, ensurepip' 2>/dev/null; then
    echo "$found cannot make virtual environments: its module venv (or ensurepip) is missing." >&2
    echo "On Debian or Ubuntu: sudo apt-get install python3-venv" >&2
    exit 1
fi

echo "Making $folder with $("$found" --version)"
"$found" -m venv --clear "$folder"
