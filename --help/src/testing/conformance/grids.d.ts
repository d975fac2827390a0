import type { ConformanceGroup } from "./case.js";
export declare const gridsGroup: ConformanceGroup;
