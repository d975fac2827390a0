import type { Run } from "../run.js";
import { type Fit } from "./fit.js";
type Build = (run: Run) => Promise<unknown>;
/** Finds the most sequences at a time with which a run fits into memory. `build` builds its trainer. @throws MemoryError */
export declare function fitTraining(run: Run, build: Build): Promise<Fit>;
export {};
