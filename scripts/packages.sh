#!/bin/sh
# Installs the Debian packages that the tests need and that are missing:
# PostgreSQL, a browser, a reader of PDFs, and a SOAP client of another make.
set -eu
missing=""
[ -n "$(ls -d /usr/lib/postgresql/*/bin/initdb 2>/dev/null)" ] || missing="$missing postgresql"
command -v chromium >/dev/null || missing="$missing chromium"
command -v pdftotext >/dev/null || missing="$missing poppler-utils"
command -v curl >/dev/null || missing="$missing curl"
/usr/bin/python3 -c 'import zeep' 2>/dev/null || missing="$missing python3-zeep"
[ -n "$missing" ] || exit 0
root=""
[ "$(id -u)" = 0 ] || root="sudo"
$root apt-get update -qq
# shellcheck disable=SC2086
DEBIAN_FRONTEND=noninteractive $root apt-get install -y -qq --no-install-recommends $missing
