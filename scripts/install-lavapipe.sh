#!/usr/bin/env bash
# Installs Mesa's lavapipe (a software Vulkan driver) from Debian's backports, which Dawn accepts where Debian 12's own Mesa is too old.
# The backports source is derived from this machine's own Debian source, so no mirror is written down here.
set -euo pipefail
icd=/usr/share/vulkan/icd.d/lvp_icd.json
modern() { [ -e "$icd" ] || [ -e "${icd%.json}.x86_64.json" ]; }
version=$(dpkg-query -W -f='${Version}' mesa-vulkan-drivers 2>/dev/null || true)
if modern && [[ $version =~ ^(2[4-9]|[3-9][0-9])\. ]]; then exit 0; fi
sudo=""; [ "$(id -u)" -eq 0 ] || sudo=sudo
. /etc/os-release
sources=/etc/apt/sources.list.d/entropic-backports.sources
if ! grep -rqs -- "${VERSION_CODENAME}-backports" /etc/apt/sources.list /etc/apt/sources.list.d; then
  uri=$(grep -rhoE '^(URIs:|deb(-src)?( \[[^]]*\])?) +[a-z+]+://[^ ]+/debian/?( |$)' /etc/apt/sources.list /etc/apt/sources.list.d 2>/dev/null |
    grep -v security | grep -oE '[a-z+]+://[^ ]+' | sed -n 1p || true)
  [ -n "$uri" ] || { echo "no Debian source is named below /etc/apt: install Mesa 24 or later (mesa-vulkan-drivers) by hand" >&2; exit 1; }
  key=/usr/share/keyrings/debian-archive-keyring.gpg
  printf 'Types: deb\nURIs: %s\nSuites: %s-backports\nComponents: main\nSigned-By: %s\n' "$uri" "$VERSION_CODENAME" "$key" | $sudo tee "$sources" >/dev/null
fi
export DEBIAN_FRONTEND=noninteractive
$sudo apt-get -qq update
$sudo apt-get -qq -y install libvulkan1 >/dev/null
$sudo apt-get -qq -y -t "${VERSION_CODENAME}-backports" install mesa-vulkan-drivers >/dev/null
modern || { echo "lavapipe was not installed: $icd is missing" >&2; exit 1; }
