import type { Device } from "../../gpu/device.js";
import { type Layout, type MatmulOptions } from "../../ops/matmul/op.js";
import { type MatmulShape } from "../ops/matmul.js";
import { type ConformanceCase, type ConformanceGroup } from "./case.js";
import { type StoredCase } from "./oracle.js";
/** A product of one family or tile. */
export declare function multiply(device: Device, layout: Layout, shape: MatmulShape, options: Omit<MatmulOptions, "layout">): Promise<Float32Array>;
export declare const tileCases: readonly ConformanceCase[];
export declare function pathsGroup(stored: readonly StoredCase[]): ConformanceGroup;
