# Sourced in the project's root on the machine with the GPU: unpacks the kit once and sets the environment up. See pack.sh.
kit=${GPU_DAY_KIT:-/opt/gpu-day}
if [ ! -x "$kit/bin/node" ]; then
  mkdir -p "$kit" && tar -xJf .gpu-day/kit.tar.xz -C "$kit" --strip-components=1
  for package in "$kit"/debs/*.deb; do [ -e "$package" ] && dpkg -x "$package" /; done
  ldconfig
fi
export PATH="$kit/bin:$PATH" XDG_RUNTIME_DIR="${XDG_RUNTIME_DIR:-/tmp}"
[ -e node_modules ] || ln -s "$kit/node_modules" node_modules
for driver in /usr/local/nvidia/share/vulkan/icd.d/nvidia_icd.json /etc/vulkan/icd.d/nvidia_icd.json /usr/share/vulkan/icd.d/nvidia_icd.json; do
  if [ -f "$driver" ]; then
    export VK_DRIVER_FILES="$driver"
    break
  fi
done
nvidia-smi --query-gpu=name,driver_version --format=csv,noheader 2>/dev/null || true
