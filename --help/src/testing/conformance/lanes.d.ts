/// <reference types="@webgpu/types" />
import type { ConformanceGroup } from "./case.js";
/** The width at which other GPUs run these kernels is a constant of the WGSL, so any GPU can stand in for them. */
export declare const lanesGroup: ConformanceGroup;
