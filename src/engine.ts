/** The public face of the engine: everything that a model, an op or a controller of your own needs. */
export { createBuffer, destroyBuffer, type HostArray, readBuffers, uploadBuffer } from "./gpu/buffer.ts";
export type { BufferWindow } from "./gpu/context.ts";
export { createDevice, type Device, type DeviceOptions } from "./gpu/device.ts";
export { DeviceLostError, EngineError, MemoryError, NotFiniteError, ShaderError } from "./gpu/errors.ts";
export type { Kernel, KernelSource, KernelVariant } from "./gpu/kernel.ts";
export { createProfiler, type ProfileClock, type Profiler } from "./gpu/profile.ts";
export type { ProfiledDispatch, ProfiledSubmission } from "./gpu/profile_record.ts";
export type { DeviceStats } from "./gpu/stats.ts";
export { differentiate } from "./graph/differentiate.ts";
export { buildPlan, evaluate, type Plan } from "./graph/plan.ts";
export { ceilDivide, type Dimension, derive, product, type RunScalars, runScalar, type Scalar } from "./graph/scalar.ts";
export { type DType, externalTensor, reshape, rowsOf, Tensor } from "./graph/tensor.ts";
export { type Dispatch, empty, type GradientSink, input, scope } from "./graph/trace.ts";
export { readCommonKeys } from "./nn/common_config.ts";
export { type ConfigReader, checkHeads, LARGEST, type LanguageModelConfig, readConfig } from "./nn/config.ts";
export * as nn from "./nn/index.ts";
export {
  createFlatBuffers,
  type FlatBuffers,
  initializeParameters,
  loadParameters,
  type NamedArray,
  type PlacedModule,
  placeModule,
  readParameters,
} from "./nn/place.ts";
export { type RopeConfig, readRope } from "./nn/rope_config.ts";
export type { KeyValueCache, Rows } from "./nn/rows.ts";
export { defineOp, type Inputs, type Op, type OpDefinition, shapeError } from "./ops/define.ts";
export * from "./ops/index.ts";
export type { RopeScaling } from "./ops/rope_table.ts";
