import type { BenchCase } from "../harness.js";
/** Cases of ops by family. test/bench/suite.test.ts asks for one of every op. */
export declare const caseFamilies: Readonly<Record<string, readonly BenchCase[]>>;
