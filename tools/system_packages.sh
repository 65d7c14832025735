#!/bin/sh
# What the tests need beyond Python: Chromium, fonts with Korean and Chinese, PostgreSQL's server programs, a
# mailbox over IMAP; and what Debian leaves out of its Python, for the virtual environment VENV. Installs what is missing where it may (Debian and its kin, as root or with a sudo that asks
# nothing); elsewhere it says which packages are missing and fails.
set -eu

missing=""

[ -n "${CHROMIUM_PATH:-}" ] || command -v chromium >/dev/null 2>&1 || command -v chromium-browser >/dev/null 2>&1 ||
    command -v google-chrome >/dev/null 2>&1 || missing="$missing chromium"

if command -v fc-list >/dev/null 2>&1; then
    [ -n "$(fc-list :lang=ko)" ] && [ -n "$(fc-list :lang=zh-cn)" ] || missing="$missing fonts-noto-cjk"
else
    [ -n "$(find /usr/share/fonts -iname '*CJK*' 2>/dev/null | head -n 1)" ] || missing="$missing fonts-noto-cjk"
fi

command -v initdb >/dev/null 2>&1 || ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || missing="$missing postgresql"

# It stands where the PATH of an ordinary user does not lead. (SBIN: for the tests of this script.)
(PATH="$PATH:${SBIN:-/usr/sbin:/usr/local/sbin}" && command -v dovecot >/dev/null 2>&1) || missing="$missing dovecot-imapd"

# Only for an environment that is still to be made, and only of a Python that came as a package: for any other
# make_venv.sh says what is wrong.
if ! "${VENV:-.venv}/bin/python" -c "" 2>/dev/null; then
    # shellcheck source=tools/find_python.sh
    . "${0%/*}/find_python.sh"
    if [ -n "$found" ] && ! "$found" -c 'import venv, ensurepip' 2>/dev/null; then
        package=$("$found" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2] if sys.base_prefix == "/usr" else "")')
        [ -z "$package" ] || missing="$missing $package"
    fi
fi

[ -n "$missing" ] || exit 0

as_root=""
if command -v apt-get >/dev/null 2>&1; then
    if [ "$(id -u)" -eq 0 ]; then
        as_root="env"
    elif command -v sudo >/dev/null 2>&1 && sudo -n true 2>/dev/null; then
        as_root="sudo"
    fi
fi
if [ -z "$as_root" ]; then
    echo "The tests need packages that are missing on this machine:$missing" >&2
    echo "On Debian or Ubuntu: sudo apt-get install --no-install-recommends$missing" >&2
    exit 1
fi

echo "Installing for the tests:$missing"
$as_root apt-get update -qq
# shellcheck disable=SC2086  # a list of package names
$as_root DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing
