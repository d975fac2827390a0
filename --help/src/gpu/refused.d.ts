/// <reference types="@webgpu/types" />
import { EngineError } from "./errors.js";
/** The error for a command that the GPU refused: one line where memory is lacking, else Dawn's own words. */
export declare function refusedError(error: GPUError): EngineError;
