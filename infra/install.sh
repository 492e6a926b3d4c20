#!/bin/sh
# Brings what a fresh Debian machine may lack: `venv` (a virtual environment with uv) or `chromium`.
set -eu
debian() { # debian PACKAGE…: install from Debian when we may, else say how
    if [ "$(id -u)" = 0 ]; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        echo "Nodig, eenmalig: sudo apt-get install $*" >&2; exit 1
    fi
}
case "$1" in
venv)
    python3 -m ensurepip --version >/dev/null 2>&1 || debian python3-venv
    [ -x .venv/bin/python ] || python3 -m venv .venv
    .venv/bin/python -m pip install -q --disable-pip-version-check uv==0.13.9
    touch .venv/bin/uv
    ;;
chromium)
    command -v chromium >/dev/null || debian chromium
    ;;
esac
