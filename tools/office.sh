#!/bin/sh
# The office programs that `make test` recalculates books with.  Does nothing where they are there already.
set -eu
missing=""
command -v soffice >/dev/null 2>&1 || missing="$missing libreoffice-calc"
command -v ssconvert >/dev/null 2>&1 || missing="$missing gnumeric"
command -v pdftoppm >/dev/null 2>&1 || missing="$missing poppler-utils"
fc-list 2>/dev/null | grep -qi "noto.*cjk" || missing="$missing fonts-noto-cjk"
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1; then
    echo "please install LibreOffice, Gnumeric (ssconvert), poppler (pdftoppm) and a Noto CJK font:" >&2
    echo "  macOS: brew install --cask libreoffice && brew install gnumeric poppler" >&2
    echo "  Fedora: dnf install libreoffice-calc gnumeric poppler-utils google-noto-sans-cjk-fonts" >&2
    exit 1
fi
as_root=""
[ "$(id -u)" -eq 0 ] || as_root="sudo"
$as_root apt-get update -qq
# shellcheck disable=SC2086  # a list of packages
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing
