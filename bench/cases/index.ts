import type { BenchCase } from "../harness.ts";
import { matmulCases } from "./matmul.ts";

/** Cases of ops by family, one file each. */
export const caseFamilies: Readonly<Record<string, readonly BenchCase[]>> = {
  matmul: matmulCases,
};
