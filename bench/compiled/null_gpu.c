// A Vulkan layer that lets a driver compile for a GPU that is not there, and reports what its compiler made of every compute pipeline.
// RADV, Mesa's driver for AMD's GPUs, opens any chip that RADV_FORCE_FAMILY names. It compiles for it, but has neither memory nor commands.
// Here memory is the host's, commands and submissions do nothing, and every fence is signalled, so that a program runs to its end.
// NULL_GPU_STATISTICS names the file that gets a line of JSON for every pipeline: its subgroup size and the driver's statistics.
// NULL_GPU_ASSEMBLY, if set, names the file that gets its machine code.
// Built by layer.ts; the loader takes it from VK_LAYER_PATH and VK_INSTANCE_LAYERS.
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <vulkan/vk_layer.h>
#include <vulkan/vulkan.h>

static VkInstance instance;
static VkDevice device;
static PFN_vkGetInstanceProcAddr next_instance;
static PFN_vkGetDeviceProcAddr next_device;
static PFN_vkGetBufferMemoryRequirements buffer_requirements;
static PFN_vkCreateComputePipelines create_pipelines;
static PFN_vkGetPipelineExecutablePropertiesKHR executable_properties;
static PFN_vkGetPipelineExecutableStatisticsKHR executable_statistics;
static PFN_vkGetPipelineExecutableInternalRepresentationsKHR executable_texts;

#define IS(function) (strcmp(name, "vk" #function) == 0)
#define NEXT(function) (PFN_vk##function) next_device(device, "vk" #function)

// What the loader chains behind an instance or a device: the entry with the next layer's functions.
static VkLayerInstanceCreateInfo *instance_link(const VkInstanceCreateInfo *info) {
  VkLayerInstanceCreateInfo *link = (VkLayerInstanceCreateInfo *)info->pNext;
  while (link && !(link->sType == VK_STRUCTURE_TYPE_LOADER_INSTANCE_CREATE_INFO && link->function == VK_LAYER_LINK_INFO))
    link = (VkLayerInstanceCreateInfo *)link->pNext;
  return link;
}

static VkLayerDeviceCreateInfo *device_link(const VkDeviceCreateInfo *info) {
  VkLayerDeviceCreateInfo *link = (VkLayerDeviceCreateInfo *)info->pNext;
  while (link && !(link->sType == VK_STRUCTURE_TYPE_LOADER_DEVICE_CREATE_INFO && link->function == VK_LAYER_LINK_INFO))
    link = (VkLayerDeviceCreateInfo *)link->pNext;
  return link;
}

static VKAPI_ATTR VkResult VKAPI_CALL CreateInstance(
  const VkInstanceCreateInfo *info, const VkAllocationCallbacks *allocator, VkInstance *out) {
  VkLayerInstanceCreateInfo *link = instance_link(info);
  if (!link) return VK_ERROR_INITIALIZATION_FAILED;
  next_instance = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  PFN_vkCreateInstance create = (PFN_vkCreateInstance)next_instance(NULL, "vkCreateInstance");
  VkResult result = create(info, allocator, out);
  instance = *out;
  return result;
}

// The driver's statistics are an extension, which Dawn does not ask for.
static VKAPI_ATTR VkResult VKAPI_CALL CreateDevice(
  VkPhysicalDevice physical, const VkDeviceCreateInfo *info, const VkAllocationCallbacks *allocator, VkDevice *out) {
  VkLayerDeviceCreateInfo *link = device_link(info);
  if (!link) return VK_ERROR_INITIALIZATION_FAILED;
  PFN_vkGetInstanceProcAddr next = link->u.pLayerInfo->pfnNextGetInstanceProcAddr;
  next_device = link->u.pLayerInfo->pfnNextGetDeviceProcAddr;
  link->u.pLayerInfo = link->u.pLayerInfo->pNext;
  VkPhysicalDevicePipelineExecutablePropertiesFeaturesKHR statistics = {
    VK_STRUCTURE_TYPE_PHYSICAL_DEVICE_PIPELINE_EXECUTABLE_PROPERTIES_FEATURES_KHR, (void *)info->pNext, VK_TRUE};
  uint32_t count = info->enabledExtensionCount;
  const char **names = malloc((count + 1) * sizeof *names);
  memcpy(names, info->ppEnabledExtensionNames, count * sizeof *names);
  names[count] = VK_KHR_PIPELINE_EXECUTABLE_PROPERTIES_EXTENSION_NAME;
  VkDeviceCreateInfo asked = *info;
  asked.pNext = &statistics;
  asked.enabledExtensionCount = count + 1;
  asked.ppEnabledExtensionNames = names;
  VkResult result = ((PFN_vkCreateDevice)next(instance, "vkCreateDevice"))(physical, &asked, allocator, out);
  free(names);
  if (result != VK_SUCCESS) return result;
  device = *out;
  buffer_requirements = NEXT(GetBufferMemoryRequirements);
  create_pipelines = NEXT(CreateComputePipelines);
  executable_properties = NEXT(GetPipelineExecutablePropertiesKHR);
  executable_statistics = NEXT(GetPipelineExecutableStatisticsKHR);
  executable_texts = NEXT(GetPipelineExecutableInternalRepresentationsKHR);
  return result;
}

static void report_statistics(VkPipelineExecutableInfoKHR which, const char *path) {
  VkPipelineInfoKHR info = {VK_STRUCTURE_TYPE_PIPELINE_INFO_KHR, NULL, which.pipeline};
  VkPipelineExecutablePropertiesKHR properties = {.sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_PROPERTIES_KHR};
  uint32_t one = 1, count = 0;
  executable_properties(device, &info, &one, &properties);
  executable_statistics(device, &which, &count, NULL);
  VkPipelineExecutableStatisticKHR *statistics = calloc(count, sizeof *statistics);
  for (uint32_t i = 0; i < count; i++) statistics[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_STATISTIC_KHR;
  executable_statistics(device, &which, &count, statistics);
  FILE *file = fopen(path, "a");
  fprintf(file, "{\"Subgroup size\":%u", properties.subgroupSize);
  for (uint32_t i = 0; i < count; i++)
    if (statistics[i].format == VK_PIPELINE_EXECUTABLE_STATISTIC_FORMAT_UINT64_KHR)
      fprintf(file, ",\"%s\":%llu", statistics[i].name, (unsigned long long)statistics[i].value.u64);
  fprintf(file, "}\n");
  fclose(file);
  free(statistics);
}

static void report_assembly(VkPipelineExecutableInfoKHR which, const char *path) {
  uint32_t count = 0;
  executable_texts(device, &which, &count, NULL);
  VkPipelineExecutableInternalRepresentationKHR *texts = calloc(count, sizeof *texts);
  for (uint32_t i = 0; i < count; i++) texts[i].sType = VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INTERNAL_REPRESENTATION_KHR;
  executable_texts(device, &which, &count, texts);
  for (uint32_t i = 0; i < count; i++) texts[i].pData = calloc(1, texts[i].dataSize + 1);
  executable_texts(device, &which, &count, texts);
  FILE *file = fopen(path, "a");
  for (uint32_t i = 0; i < count; i++) {
    if (strcmp(texts[i].name, "Assembly") == 0) fprintf(file, "%s\n", (char *)texts[i].pData);
    free(texts[i].pData);
  }
  fclose(file);
  free(texts);
}

// Dawn makes one pipeline at a time.
static VKAPI_ATTR VkResult VKAPI_CALL CreateComputePipelines(
  VkDevice owner, VkPipelineCache cache, uint32_t count, const VkComputePipelineCreateInfo *infos, const VkAllocationCallbacks *allocator,
  VkPipeline *out) {
  const char *statistics = getenv("NULL_GPU_STATISTICS"), *assembly = getenv("NULL_GPU_ASSEMBLY");
  if (count != 1 || !statistics) return create_pipelines(owner, cache, count, infos, allocator, out);
  VkComputePipelineCreateInfo info = infos[0];
  info.flags |= VK_PIPELINE_CREATE_CAPTURE_STATISTICS_BIT_KHR;
  if (assembly) info.flags |= VK_PIPELINE_CREATE_CAPTURE_INTERNAL_REPRESENTATIONS_BIT_KHR;
  VkResult result = create_pipelines(owner, cache, 1, &info, allocator, out);
  if (result != VK_SUCCESS) return result;
  VkPipelineExecutableInfoKHR which = {VK_STRUCTURE_TYPE_PIPELINE_EXECUTABLE_INFO_KHR, NULL, out[0], 0};
  if (assembly) report_assembly(which, assembly);
  report_statistics(which, statistics);
  return VK_SUCCESS;
}

// One heap of host memory that is good for everything. The driver has none: it knows no memory of a GPU that is not there.
static void one_heap(VkPhysicalDeviceMemoryProperties *memory) {
  memory->memoryTypeCount = memory->memoryHeapCount = 1;
  memory->memoryTypes[0].propertyFlags = VK_MEMORY_PROPERTY_DEVICE_LOCAL_BIT | VK_MEMORY_PROPERTY_HOST_VISIBLE_BIT |
    VK_MEMORY_PROPERTY_HOST_COHERENT_BIT | VK_MEMORY_PROPERTY_HOST_CACHED_BIT;
  memory->memoryTypes[0].heapIndex = 0;
  memory->memoryHeaps[0].size = 1ull << 36;
  memory->memoryHeaps[0].flags = VK_MEMORY_HEAP_DEVICE_LOCAL_BIT;
}

static VKAPI_ATTR void VKAPI_CALL GetMemory(VkPhysicalDevice physical, VkPhysicalDeviceMemoryProperties *memory) {
  one_heap(memory);
}

static VKAPI_ATTR void VKAPI_CALL GetMemory2(VkPhysicalDevice physical, VkPhysicalDeviceMemoryProperties2 *memory) {
  one_heap(&memory->memoryProperties);
}

static VKAPI_ATTR void VKAPI_CALL GetBufferRequirements(VkDevice owner, VkBuffer buffer, VkMemoryRequirements *requirements) {
  buffer_requirements(owner, buffer, requirements);
  requirements->memoryTypeBits = 1;
}

static VKAPI_ATTR VkResult VKAPI_CALL Allocate(
  VkDevice owner, const VkMemoryAllocateInfo *info, const VkAllocationCallbacks *allocator, VkDeviceMemory *out) {
  *out = (VkDeviceMemory)calloc(1, info->allocationSize);
  return *out ? VK_SUCCESS : VK_ERROR_OUT_OF_DEVICE_MEMORY;
}

static VKAPI_ATTR void VKAPI_CALL Free(VkDevice owner, VkDeviceMemory memory, const VkAllocationCallbacks *allocator) {
  free((void *)memory);
}

static VKAPI_ATTR VkResult VKAPI_CALL Map(
  VkDevice owner, VkDeviceMemory memory, VkDeviceSize offset, VkDeviceSize size, VkMemoryMapFlags flags, void **out) {
  *out = (char *)memory + offset;
  return VK_SUCCESS;
}

// The driver has no fences either. Whoever asks for their status hears that they are signalled.
static VKAPI_ATTR VkResult VKAPI_CALL CreateFence(
  VkDevice owner, const VkFenceCreateInfo *info, const VkAllocationCallbacks *allocator, VkFence *out) {
  *out = (VkFence)calloc(1, 1);
  return *out ? VK_SUCCESS : VK_ERROR_OUT_OF_HOST_MEMORY;
}

static VKAPI_ATTR void VKAPI_CALL DestroyFence(VkDevice owner, VkFence fence, const VkAllocationCallbacks *allocator) {
  free((void *)fence);
}

static VkResult succeed(void) {
  return VK_SUCCESS;
}

static int does_nothing(const char *name) {
  return strncmp(name, "vkCmd", 5) == 0 || IS(BeginCommandBuffer) || IS(EndCommandBuffer) || IS(QueueSubmit) || IS(QueueSubmit2) ||
    IS(QueueSubmit2KHR) || IS(QueueWaitIdle) || IS(DeviceWaitIdle) || IS(WaitForFences) ||
    IS(GetFenceStatus) || IS(ResetFences) || IS(BindBufferMemory) ||
    IS(UnmapMemory) || IS(FlushMappedMemoryRanges) || IS(InvalidateMappedMemoryRanges) || IS(UpdateDescriptorSets);
}

static PFN_vkVoidFunction device_function(VkDevice owner, const char *name) {
  if (does_nothing(name)) return (PFN_vkVoidFunction)succeed;
  if (IS(GetDeviceProcAddr)) return (PFN_vkVoidFunction)device_function;
  if (IS(CreateFence)) return (PFN_vkVoidFunction)CreateFence;
  if (IS(DestroyFence)) return (PFN_vkVoidFunction)DestroyFence;
  if (IS(CreateComputePipelines)) return (PFN_vkVoidFunction)CreateComputePipelines;
  if (IS(GetBufferMemoryRequirements)) return (PFN_vkVoidFunction)GetBufferRequirements;
  if (IS(AllocateMemory)) return (PFN_vkVoidFunction)Allocate;
  if (IS(FreeMemory)) return (PFN_vkVoidFunction)Free;
  if (IS(MapMemory)) return (PFN_vkVoidFunction)Map;
  return next_device(owner, name);
}

static PFN_vkVoidFunction instance_function(VkInstance owner, const char *name) {
  if (IS(GetInstanceProcAddr)) return (PFN_vkVoidFunction)instance_function;
  if (IS(GetDeviceProcAddr)) return (PFN_vkVoidFunction)device_function;
  if (IS(CreateInstance)) return (PFN_vkVoidFunction)CreateInstance;
  if (IS(CreateDevice)) return (PFN_vkVoidFunction)CreateDevice;
  if (IS(GetPhysicalDeviceMemoryProperties)) return (PFN_vkVoidFunction)GetMemory;
  if (IS(GetPhysicalDeviceMemoryProperties2) || IS(GetPhysicalDeviceMemoryProperties2KHR)) return (PFN_vkVoidFunction)GetMemory2;
  return next_instance ? next_instance(owner, name) : NULL;
}

VKAPI_ATTR VkResult VKAPI_CALL vkNegotiateLoaderLayerInterfaceVersion(VkNegotiateLayerInterface *version) {
  version->loaderLayerInterfaceVersion = 2;
  version->pfnGetInstanceProcAddr = instance_function;
  version->pfnGetDeviceProcAddr = device_function;
  version->pfnGetPhysicalDeviceProcAddr = NULL;
  return VK_SUCCESS;
}
