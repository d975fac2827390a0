import { type ConformanceGroup } from "./case.js";
export declare const robustnessGroup: ConformanceGroup;
