#!/bin/sh
# The file system of a final image: node, the libraries that it is linked with, and what libc reads.
# usage: root.sh APP OUT   APP: folder that becomes /app; OUT: root of the image, made here
set -eu
app=$1
out=$2

mkdir -p "$out/usr/local/bin" "$out/etc/ssl/certs" "$out/app/logs" "$out/tmp"
cp /usr/local/bin/node "$out/usr/local/bin/node"
ldd /usr/local/bin/node | grep -o '/[^ ]*' | while read -r library; do
  mkdir -p "$out$(dirname "$library")"
  cp -L "$library" "$out$library"
done
# A slim base has none; node carries its own.
if [ -f /etc/ssl/certs/ca-certificates.crt ]; then
  cp -L /etc/ssl/certs/ca-certificates.crt "$out/etc/ssl/certs/"
fi
printf '%s\n' 'root:x:0:0:root:/:/sbin/nologin' 'a2a:x:1000:1000:a2a:/app:/sbin/nologin' > "$out/etc/passwd"
echo 'a2a:x:1000:' > "$out/etc/group"
echo 'hosts: files dns' > "$out/etc/nsswitch.conf"
cp -r "$app/." "$out/app/"
chmod 1777 "$out/tmp"
chown 1000:1000 "$out/app/logs"
