/** The public face of the engine: everything that a model, an op or a controller of your own needs. */
export { createBuffer, destroyBuffer, readBuffers, uploadBuffer } from "./gpu/buffer.js";
export { createDevice } from "./gpu/device.js";
export { DeviceLostError, EngineError, MemoryError, NotFiniteError, ShaderError } from "./gpu/errors.js";
export { createProfiler } from "./gpu/profile.js";
export { differentiate } from "./graph/differentiate.js";
export { buildPlan, evaluate } from "./graph/plan.js";
export { ceilDivide, derive, product, runScalar } from "./graph/scalar.js";
export { externalTensor, reshape, rowsOf, Tensor } from "./graph/tensor.js";
export { empty, input, scope } from "./graph/trace.js";
export { checkHeads, LARGEST, readConfig } from "./nn/config.js";
export * as nn from "./nn/index.js";
export { createFlatBuffers, initializeParameters, loadParameters, placeModule, readParameters, } from "./nn/place.js";
export { defineOp, shapeError } from "./ops/define.js";
export * from "./ops/index.js";
