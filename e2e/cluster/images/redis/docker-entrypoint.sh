#!/bin/sh
set -e
# Flags and configuration files alone mean the server, as in the public image.
case "${1-}" in
  -* | *.conf) set -- redis-server "$@" ;;
esac
# The public image listens on all addresses without a password unless it is told otherwise.
if [ "$1" = redis-server ]; then
  shift
  set -- redis-server "$@" --protected-mode no
fi
exec "$@"
