#!/bin/sh
# A virtual environment, for the Makefile: environment.sh PYTHON FOLDER.  Where it can't be made, one line says why.
set -eu
python="$1" folder="$2"

refuse() {
    echo "$1" >&2
    exit 1
}

command -v "$python" >/dev/null 2>&1 \
    || refuse "there is no $python: on Debian and Ubuntu apt install python3 python3-venv, or make PYTHON=... with another"
"$python" -c "import sys; sys.exit(sys.version_info < (3, 10))" \
    || refuse "xlbp needs Python 3.10 or newer, and $python is $("$python" -V): make PYTHON=python3.12, for example"
if "$python" -c "import ensurepip, venv" 2>/dev/null; then
    "$python" -m venv "$folder"
elif command -v uv >/dev/null 2>&1; then
    uv venv --quiet --seed --python "$python" "$folder"
else  # Debian parts it from Python
    refuse "$python makes no virtual environments: on Debian and Ubuntu apt install python3-venv"
fi
