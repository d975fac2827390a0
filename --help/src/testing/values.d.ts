/// <reference types="@webgpu/types" />
import type { RecordLayout } from "../graph/record.js";
import type { HostValue } from "./check_op.js";
/** Standard normal values, rounded to float32 so that the GPU sees exactly what the reference sees. */
export declare function normal(shape: readonly number[], seed: number, scale?: number): HostValue;
/** Integers from 0 to `below` - 1. */
export declare function integers(shape: readonly number[], below: number, seed: number, dtype?: "u32" | "i32"): HostValue;
/** The values that are given. */
export declare function given(shape: readonly number[], data: readonly number[], dtype?: "f32" | "u32" | "i32"): HostValue;
/** An array of records [N, fields], rounded to float32; fields left out are 0. */
export declare function records<Field extends string>(layout: RecordLayout<Field>, rows: readonly Partial<Record<Field, number>>[]): HostValue;
/** Changes some fields of one record in an array of them. */
export declare function setRecord<Field extends string>({ data }: HostValue, layout: RecordLayout<Field>, row: number, fields: Partial<Record<Field, number>>): void;
