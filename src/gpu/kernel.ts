import { DeviceLostError, ShaderError, UnsafeKernelError } from "./errors.ts";
import type { Flight } from "./flight.ts";
import { type KernelOfOnesOwn, type KernelSource, type KernelVariant, linkKernel, withModules } from "./link.ts";
import { type Declared, parametersToUniform, reflect } from "./reflect.ts";
import type { DeviceStats } from "./stats.ts";
import { type AskedSizes, askedSize, withSubgroups } from "./subgroups.ts";
import { unsafeToggle } from "./toggles.ts";

/** A compiled kernel: what it binds, which parameters it takes, and its pipeline. */
export interface Kernel extends Declared {
  readonly id: string;
  readonly wgsl: string;
  readonly pipeline: GPUComputePipeline;
  readonly bindGroupLayout: GPUBindGroupLayout;
  /** Group 1 where parameters travel in a uniform buffer because the adapter has no immediates. */
  readonly parameterLayout: GPUBindGroupLayout | undefined;
}

export interface KernelTraits {
  readonly gpu: GPUDevice;
  readonly lanes: number;
  readonly subgroups: boolean;
  readonly askedSizes: AskedSizes;
  readonly immediates: boolean;
  readonly shaders: Readonly<Record<string, string>>;
  readonly stats: DeviceStats;
  readonly debug: number;
  readonly flight: Flight;
  readonly toggles: readonly string[];
}

export interface KernelCache {
  readonly get: (source: KernelSource, variant?: KernelVariant) => Promise<Kernel>;
  /** The kernel's text, linked but not compiled. `get` uses the same text. */
  readonly text: (source: KernelSource, variant?: KernelVariant) => Promise<KernelText>;
}

export function createKernelCache(traits: KernelTraits): KernelCache {
  const layouts = new Map<string, GPUBindGroupLayout>();
  const text = remembered((source, variant) => {
    refuseUnsafe(traits.toggles, [source, ...Object.values(variant.modules ?? {})]);
    return prepareKernel(traits, source, variant);
  });
  const get = remembered(async (source, variant) => compile(traits, layouts, await text(source, variant), variant));
  return { get, text };
}

/** @throws UnsafeKernelError where safeguards are off and a text is not the library's own */
function refuseUnsafe(toggles: readonly string[], sources: readonly KernelSource[]): void {
  const toggle = unsafeToggle(toggles);
  const foreign = sources.find((source) => typeof source !== "string" && !source.staysInBounds);
  if (toggle === undefined || foreign === undefined) return;
  const { name } = foreign as KernelOfOnesOwn;
  throw new UnsafeKernelError(
    `kernel ${name} does not run under the toggle ${toggle}, which is for the library's own kernels; leave it out`,
  );
}

/** Makes something of a kernel once, and returns it again for the same kernel in the same variant. */
function remembered<Made>(make: (source: KernelSource, variant: KernelVariant) => Promise<Made>): typeof remember {
  const cache = new Map<string, Promise<Made>>();
  function remember(source: KernelSource, variant: KernelVariant = {}): Promise<Made> {
    const { conditions, constants, modules, manyRegisters } = variant;
    const key = JSON.stringify([source, sorted(conditions), sorted(constants), sorted(modules), manyRegisters]);
    const known = cache.get(key) ?? make(source, variant);
    cache.set(key, known);
    return known;
  }
  return remember;
}

function sorted<Value>(record: Readonly<Record<string, Value>> = {}): [string, Value][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

async function compile(
  traits: KernelTraits,
  layouts: Map<string, GPUBindGroupLayout>,
  text: KernelText,
  variant: KernelVariant,
): Promise<Kernel> {
  const { id, wgsl, bindings, parameterBytes } = text;
  const bindGroupLayout = bindingLayout(traits.gpu, layouts, bindings);
  const parameterLayout = traits.immediates || parameterBytes === 0 ? undefined : uniformLayout(traits.gpu, layouts);
  const layout = traits.gpu.createPipelineLayout({
    label: id,
    bindGroupLayouts: parameterLayout ? [bindGroupLayout, parameterLayout] : [bindGroupLayout],
    ...(traits.immediates && parameterBytes > 0 ? { immediateSize: parameterBytes } : {}),
  });
  // Errors are caught here, so that a kernel that does not compile leaves the device usable and the message has the compiler's words.
  traits.gpu.pushErrorScope("validation");
  if (traits.debug >= 3) console.error(`── ${id} ${JSON.stringify(variant)}\n${wgsl}`);
  const module = traits.gpu.createShaderModule({ label: id, code: wgsl });
  const refusal = await traits.flight.wait(`the compiler of kernel ${id}`, traits.gpu.popErrorScope());
  if (refusal) throw new ShaderError(`kernel ${id}${withModules(variant)} does not compile: ${refusal.message.trim()}`);
  try {
    const created = traits.gpu.createComputePipelineAsync({ label: id, layout, compute: { module, entryPoint: "main" } });
    const pipeline = await traits.flight.wait(`the compiler of kernel ${id}`, created);
    traits.stats.pipelines += 1;
    return { ...text, pipeline, bindGroupLayout, parameterLayout };
  } catch (error) {
    if (error instanceof DeviceLostError) throw error;
    throw new ShaderError(`kernel ${id}${withModules(variant)} does not compile: ${(error as Error).message}`);
  }
}

/** A kernel's final WGSL and what it declares. */
export type KernelText = Pick<Kernel, "id" | "wgsl" | "bindings" | "parameters" | "parameterBytes">;

/** Links a kernel and adapts its WGSL to a device with these traits. Compiles nothing. */
export async function prepareKernel(
  traits: Pick<KernelTraits, "lanes" | "subgroups" | "askedSizes" | "immediates" | "shaders">,
  source: KernelSource,
  variant: KernelVariant = {},
): Promise<KernelText> {
  const id = typeof source === "string" ? source : source.name;
  const linked = await linkKernel(traits, source, variant);
  const declared = reflect(id, linked);
  const { subgroups, askedSizes, immediates } = traits;
  const passed = immediates ? linked : parametersToUniform(linked);
  const required = immediates && declared.parameterBytes > 0 ? `requires immediate_address_space;\n${passed}` : passed;
  const size = askedSize(required, askedSizes, variant.manyRegisters === true);
  return { id, wgsl: withSubgroups(required, subgroups, size), ...declared };
}

function bindingLayout(gpu: GPUDevice, layouts: Map<string, GPUBindGroupLayout>, bindings: Declared["bindings"]): GPUBindGroupLayout {
  const key = bindings.map((binding) => binding.access).join();
  const known = layouts.get(key);
  if (known) return known;
  const layout = gpu.createBindGroupLayout({
    label: key,
    entries: bindings.map((binding, index) => ({
      binding: index,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: binding.access === "read" ? "read-only-storage" : "storage" },
    })),
  });
  layouts.set(key, layout);
  return layout;
}

function uniformLayout(gpu: GPUDevice, layouts: Map<string, GPUBindGroupLayout>): GPUBindGroupLayout {
  const known = layouts.get("uniform");
  if (known) return known;
  const layout = gpu.createBindGroupLayout({
    label: "parameters",
    entries: [{ binding: 0, visibility: GPUShaderStage.COMPUTE, buffer: { type: "uniform", hasDynamicOffset: true, minBindingSize: 0 } }],
  });
  layouts.set("uniform", layout);
  return layout;
}

/** Writes a kernel's parameters, in the order its struct declares them. */
export function packParameters(kernel: Kernel, values: ArrayLike<number>, target: DataView, offset: number): void {
  kernel.parameters.forEach((parameter, i) => {
    const at = offset + parameter.offset;
    if (parameter.type === "f32") target.setFloat32(at, values[i]!, true);
    else if (parameter.type === "i32") target.setInt32(at, values[i]!, true);
    else target.setUint32(at, values[i]!, true);
  });
}
