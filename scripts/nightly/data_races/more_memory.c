// A Vulkan layer that says of a driver that its workgroups have 128 KiB of memory, whatever the driver says.
// The validation layer keeps a word of workgroup memory beside each word of a kernel's, and leaves out kernels for which that is too much.
// lavapipe says 32 KiB, but takes what a kernel declares, so with this layer beneath it the validation layer watches every kernel.
// Built by validation_layer.ts; the loader takes it from VK_LAYER_PATH and VK_INSTANCE_LAYERS.
#include <string.h>
#include <vulkan/vk_layer.h>
#include <vulkan/vulkan.h>

static VkInstance instance;
static PFN_vkGetInstanceProcAddr next_instance;
static PFN_vkGetDeviceProcAddr next_device;

#define IS(function) (strcmp(name, "vk" #function) == 0)
#define NEXT(function) ((PFN_vk##function)next_instance(instance, "vk" #function))

static const uint32_t WORKGROUP_BYTES = 128 << 10;

static VKAPI_ATTR VkResult VKAPI_CALL CreateInstance(
  const VkInstanceCreateInfo *info, const VkAllocationCallbacks *allocator, VkInstance *out) {
  VkLayerInstanceCreateInfo *link = (VkLayerInstanceCreateInfo *)info->pNext;
  while (link && !(link->sType == VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO && link->function == VK_LAYER_LINK_INFO))
    link = (VkLayerInstanceCreateInfo *)link->pNext;
  if (!link) return VK_ERROR_INITIALIZATION_FAILED;
  next_instance = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  VkResult result = ((PFN_vkCreateInstance)next_instance(NULL, "vkCreateInstance"))(info, allocator, out);
  instance = *out;
  return result;
}

static VKAPI_ATTR VkResult VKAPI_CALL CreateDevice(
  VkPhysicalDevice physical, const VkDeviceCreateInfo *info, const VkAllocationCallbacks *allocator, VkDevice *out) {
  VkLayerDeviceCreateInfo *link = (VkLayerDeviceCreateInfo *)info->pNext;
  while (link && !(link->sType == VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO && link->function == VK_LAYER_LINK_INFO))
    link = (VkLayerDeviceCreateInfo *)link->pNext;
  if (!link) return VK_ERROR_INITIALIZATION_FAILED;
  PFN_vkGetInstanceProcAddr next = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  next_device = link->u.pLayerInfo->pfnNextGetDeviceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  return ((PFN_vkCreateDevice)next(instance, "vkCreateDevice"))(physical, info, allocator, out);
}

static VKAPI_ATTR void VKAPI_CALL GetPhysicalDeviceProperties(VkPhysicalDevice physical, VkPhysicalDeviceProperties *properties) {
  NEXT(GetPhysicalDeviceProperties)(physical, properties);
  properties->limits.maxComputeSharedMemorySize = WORKGROUP_BYTES;
}

static VKAPI_ATTR void VKAPI_CALL GetPhysicalDeviceProperties2(VkPhysicalDevice physical, VkPhysicalDeviceProperties2 *properties) {
  NEXT(GetPhysicalDeviceProperties2)(physical, properties);
  properties->properties.limits.maxComputeSharedMemorySize = WORKGROUP_BYTES;
}

static VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL GetDeviceProcAddr(VkDevice device, const char *name) {
  return IS(GetDeviceProcAddr) ? (PFN_vkVoidFunction)GetDeviceProcAddr : next_device(device, name);
}

VKAPI_ATTR PFN_vkVoidFunction VKAPI_CALL vkGetInstanceProcAddr(VkInstance asked, const char *name) {
  if (IS(GetInstanceProcAddr)) return (PFN_vkVoidFunction)vkGetInstanceProcAddr;
  if (IS(GetDeviceProcAddr)) return (PFN_vkVoidFunction)GetDeviceProcAddr;
  if (IS(CreateInstance)) return (PFN_vkVoidFunction)CreateInstance;
  if (IS(CreateDevice)) return (PFN_vkVoidFunction)CreateDevice;
  if (IS(GetPhysicalDeviceProperties)) return (PFN_vkVoidFunction)GetPhysicalDeviceProperties;
  if (IS(GetPhysicalDeviceProperties2) || IS(GetPhysicalDeviceProperties2KHR)) return (PFN_vkVoidFunction)GetPhysicalDeviceProperties2;
  return next_instance ? next_instance(asked, name) : NULL;
}
