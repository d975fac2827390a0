// A d3d12.dll that stands before Wine's own and answers what Wine's vkd3d does not, so that Dawn can run on it. Built and used by run.sh.
// * ID3D12Device::CreateSharedHandle, with which Dawn shares a fence that nobody opens: an event.
// * ID3D12PipelineState::GetCachedBlob, for a cache that Dawn is not given: some bytes.
// * With D3D12_LANES=8 the device says that it has shader model 6.0 and wave operations of as many lanes, so that Dawn takes Microsoft's DXC in
//   place of FXC. vkd3d 1.14 can run what DXC makes, but Wine does not let it: D3D12_LANES also changes two places of wined3d.dll in memory.
#define COBJMACROS
#define CINTERFACE
#define INITGUID
#include <windows.h>
#include <d3d12.h>
#include <stdio.h>

static HMODULE wine;
static UINT lanes;

static HRESULT(STDMETHODCALLTYPE *next_share)(
  ID3D12Device *, ID3D12DeviceChild *, const SECURITY_ATTRIBUTES *, DWORD, const WCHAR *, HANDLE *);
static HRESULT(STDMETHODCALLTYPE *next_check)(ID3D12Device *, D3D12_FEATURE, void *, UINT);
static HRESULT(STDMETHODCALLTYPE *next_compute)(ID3D12Device *, const D3D12_COMPUTE_PIPELINE_STATE_DESC *, REFIID, void **);

// Exchanges a method of all objects of a class. `next` gets the one that was there.
static void exchange(void **slot, void *method, void **next) {
  DWORD access;
  if (*slot == method) return;
  if (next) *next = *slot;
  VirtualProtect(slot, sizeof *slot, PAGE_READWRITE, &access);
  *slot = method;
  VirtualProtect(slot, sizeof *slot, access, &access);
}

static HRESULT STDMETHODCALLTYPE share(ID3D12Device *device, ID3D12DeviceChild *child, const SECURITY_ATTRIBUTES *attributes,
  DWORD access, const WCHAR *name, HANDLE *handle) {
  HRESULT result = next_share(device, child, attributes, access, name, handle);
  if (SUCCEEDED(result)) return result;
  *handle = CreateEventW(NULL, TRUE, FALSE, NULL);
  return *handle ? S_OK : result;
}

// Words of D3D12_FEATURE_DATA_D3D12_OPTIONS1: WaveOps, WaveLaneCountMin, WaveLaneCountMax, TotalLaneCount, ..., Int64ShaderOps.
static HRESULT STDMETHODCALLTYPE check(ID3D12Device *device, D3D12_FEATURE feature, void *data, UINT size) {
  UINT *words = data;
  UINT asked = size >= 4 ? words[0] : 0;
  HRESULT result = next_check(device, feature, data, size);
  if (lanes && feature == D3D12_FEATURE_SHADER_MODEL) {
    words[0] = asked < D3D_SHADER_MODEL_6_0 ? asked : D3D_SHADER_MODEL_6_0;
    return S_OK;
  }
  if (lanes && feature == D3D12_FEATURE_D3D12_OPTIONS1) {
    words[0] = words[5] = 1;
    words[1] = words[2] = lanes;
    words[3] = 64 * lanes;
    return S_OK;
  }
  return result;
}

HRESULT WINAPI D3D12SerializeRootSignature(
  const D3D12_ROOT_SIGNATURE_DESC *signature, D3D_ROOT_SIGNATURE_VERSION version, ID3DBlob **blob, ID3DBlob **error) {
  HRESULT(WINAPI *next)(const D3D12_ROOT_SIGNATURE_DESC *, D3D_ROOT_SIGNATURE_VERSION, ID3DBlob **, ID3DBlob **) =
    (void *)GetProcAddress(wine, "D3D12SerializeRootSignature");
  return next(signature, version, blob, error);
}

// Any blob will do, such as that of an empty root signature.
static HRESULT STDMETHODCALLTYPE cached(ID3D12PipelineState *pipeline, ID3DBlob **blob) {
  D3D12_ROOT_SIGNATURE_DESC empty = {0};
  return D3D12SerializeRootSignature(&empty, D3D_ROOT_SIGNATURE_VERSION_1, blob, NULL);
}

static HRESULT STDMETHODCALLTYPE compute(
  ID3D12Device *device, const D3D12_COMPUTE_PIPELINE_STATE_DESC *description, REFIID interface_id, void **pipeline) {
  HRESULT result = next_compute(device, description, interface_id, pipeline);
  if (SUCCEEDED(result)) exchange((void **)&(*(ID3D12PipelineState **)pipeline)->lpVtbl->GetCachedBlob, cached, NULL);
  return result;
}

HRESULT WINAPI D3D12CreateDevice(IUnknown *adapter, D3D_FEATURE_LEVEL level, REFIID interface_id, void **out) {
  HRESULT(WINAPI *next)(IUnknown *, D3D_FEATURE_LEVEL, REFIID, void **) = (void *)GetProcAddress(wine, "D3D12CreateDevice");
  HRESULT result = next(adapter, level, interface_id, out);
  if (FAILED(result) || !out || !*out) return result;
  ID3D12DeviceVtbl *methods = (*(ID3D12Device **)out)->lpVtbl;
  exchange((void **)&methods->CreateSharedHandle, share, (void **)&next_share);
  exchange((void **)&methods->CheckFeatureSupport, check, (void **)&next_check);
  exchange((void **)&methods->CreateComputePipelineState, compute, (void **)&next_compute);
  return result;
}

#define PASS_ON(name, parameters, arguments)                                        \
  HRESULT WINAPI name parameters {                                                  \
    HRESULT(WINAPI *next) parameters = (void *)GetProcAddress(wine, #name);         \
    return next arguments;                                                          \
  }
PASS_ON(D3D12GetDebugInterface, (REFIID i, void **o), (i, o))
PASS_ON(D3D12EnableExperimentalFeatures, (UINT n, const IID *i, void *c, UINT *s), (n, i, c, s))
PASS_ON(D3D12SerializeVersionedRootSignature, (const D3D12_VERSIONED_ROOT_SIGNATURE_DESC *d, ID3DBlob **b, ID3DBlob **e), (d, b, e))
PASS_ON(D3D12CreateRootSignatureDeserializer, (const void *d, SIZE_T n, REFIID i, void **o), (d, n, i, o))
PASS_ON(D3D12CreateVersionedRootSignatureDeserializer, (const void *d, SIZE_T n, REFIID i, void **o), (d, n, i, o))

static void overwrite(BYTE *place, const char *before, const char *after, SIZE_T size) {
  DWORD access;
  if (memcmp(place, before, size)) {
    fprintf(stderr, "D3D12_LANES needs the wined3d.dll of Wine 10.0~repack-6; this is another\n");
    exit(2);
  }
  VirtualProtect(place, size, PAGE_EXECUTE_READWRITE, &access);
  memcpy(place, after, size);
  VirtualProtect(place, size, access, &access);
}

// Lets a container without the chunks of older shaders be taken for DXIL, and skips the check of what vkd3d can compile to what.
static void let_dxil_pass(void) {
  BYTE *code = (BYTE *)GetModuleHandleA("wined3d.dll");
  if (!code) return;
  overwrite(code + 0x241e58, "\0\0\0\0\1\0\0\0", "\4\0\0\0\1\0\0\0", 8);
  overwrite(code + 0x133ad0, "\x41\x54\x55", "\x31\xc0\xc3", 3);
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, void *reserved) {
  if (reason != DLL_PROCESS_ATTACH) return TRUE;
  const char *asked = getenv("D3D12_LANES");
  lanes = asked ? atoi(asked) : 0;
  wine = LoadLibraryA("d3d12_wine.dll");
  if (lanes) let_dxil_pass();
  return wine != NULL;
}
