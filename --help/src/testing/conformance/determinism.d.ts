import { type ConformanceGroup } from "./case.js";
import type { StoredCase } from "./oracle.js";
export declare function determinismGroup(stored: readonly StoredCase[]): ConformanceGroup;
