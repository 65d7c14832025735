# Read by the other scripts. Sets `found` to the first Python on this machine that is new enough, empty where there is
# none, and `too_old` to the ones that are not. PYTHON names a Python to use and no other.
# shellcheck shell=sh

found=""
too_old=""

for candidate in ${PYTHON:-python3 python3.14 python3.13 python3.12 python3.11}; do
    command -v "$candidate" >/dev/null 2>&1 || continue
    if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
        found=$candidate
        break
    fi
    too_old="$too_old $candidate is $("$candidate" -c 'import platform; print(platform.python_version())' 2>/dev/null || echo broken);"
done
