#!/usr/bin/env bash
# Packs what a bare x86-64 Linux machine with an NVIDIA GPU needs for a GPU day without a network: the Node.js binary, the packages that the
# day runs and Debian's loaders, Vulkan's and those that NVIDIA's driver may want. Writes .gpu-day/kit.tar.xz and .gpu-day/enter.sh, and
# fails where the working tree with them weighs more than 60 MiB. Run `npm ci` before.
#   bench/gpu_day/pack.sh
# Copy the working tree with .gpu-day to the machine. There, in the project's root:
#   . .gpu-day/enter.sh && node --import tsx bench/gpu_day/run.ts
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
[ -d node_modules/webgpu ] || { echo "error: there are no node_modules; run npm ci first" >&2; exit 1; }
stage=$(mktemp -d)
trap 'rm -rf "$stage"' EXIT
mkdir -p .gpu-day "$stage/kit/bin" "$stage/kit/debs"
cp -L "$(command -v node)" "$stage/kit/bin/node"
strip "$stage/kit/bin/node" 2>/dev/null || true
node --import tsx bench/gpu_day/packing.ts modules "$stage/kit"
# esbuild's installer leaves a second copy of its binary.
esbuild="$stage/kit/node_modules/@esbuild/linux-x64/bin/esbuild" second="$stage/kit/node_modules/esbuild/bin/esbuild"
if cmp -s "$esbuild" "$second"; then ln -f "$esbuild" "$second"; fi
download() { (cd "$stage/kit/debs" && apt-get -qq download libvulkan1 libegl1 libglvnd0 libopengl0 libgl1 libglx0 libgles2); }
download 2>/dev/null || { apt-get -qq update && download; } || echo "warning: no Vulkan loader packed; the machine needs libvulkan1" >&2
tar -C "$stage" -cf - kit | xz -9e >.gpu-day/kit.tar.xz
cp bench/gpu_day/enter.sh .gpu-day/enter.sh
du -h .gpu-day/kit.tar.xz
node --import tsx bench/gpu_day/packing.ts weigh
