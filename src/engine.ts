/** The public face of the engine: everything a model, an op or a controller of one's own needs. */
export { type BufferWindow, type HostArray, createBuffer, destroyBuffer, readBuffers, uploadBuffer } from "./gpu/buffer.ts";
export { type Device, type DeviceOptions, createDevice } from "./gpu/device.ts";
export { DeviceLostError, EngineError, ShaderError } from "./gpu/errors.ts";
export type { Kernel, KernelSource, KernelVariant } from "./gpu/kernel.ts";
export type { DeviceStats } from "./gpu/stats.ts";
export { differentiate } from "./graph/differentiate.ts";
export { type Plan, buildPlan, evaluateOnce as evaluate } from "./graph/plan.ts";
export { type Dimension, type RunScalars, type Scalar, ceilDivide, derive, product, runScalar } from "./graph/scalar.ts";
export { type DType, Tensor, externalTensor, reshape, rowsOf } from "./graph/tensor.ts";
export { type Dispatch, type GradientSink, empty, input, scope } from "./graph/trace.ts";
export { type ConfigReader, type LanguageModelConfig, readConfig } from "./nn/config.ts";
export * as nn from "./nn/index.ts";
export type { KeyValueCache, Rows } from "./nn/rows.ts";
export {
  type FlatBuffers,
  type NamedArray,
  type PlacedModule,
  createFlatBuffers,
  initializeParameters,
  loadParameters,
  placeModule,
  readParameters,
} from "./nn/place.ts";
export { type Inputs, type Op, type OpDefinition, defineOp, shapeError } from "./ops/define.ts";
export * from "./ops/index.ts";
export type { RopeScaling } from "./ops/rope_table.ts";
