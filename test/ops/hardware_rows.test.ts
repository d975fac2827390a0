import "../narrow_vectors.ts";
import { after } from "node:test";
import { openDevice } from "../../src/node/open_device.ts";
import { adamwCheckCases } from "../../src/testing/ops/adamw_check.ts";
import { columnSumCases } from "../../src/testing/ops/column_sum.ts";
import { gradientNormCases } from "../../src/testing/ops/gradient_norm.ts";
import { layerNormCases } from "../../src/testing/ops/layer_norm.ts";
import { qkNormCases } from "../../src/testing/ops/qk_norm.ts";
import { rmsNormCases } from "../../src/testing/ops/rms_norm.ts";
import { ropeCases } from "../../src/testing/ops/rope.ts";
import { ropeCacheWriteCases } from "../../src/testing/ops/rope_cache_write.ts";
import { testCases } from "./op_cases.ts";

// A software adapter with the kernels of GPUs: several subgroups share a long row, blocks are short, an invocation rotates one head, and eight norm one.
const device = await openDevice({ kernels: "hardware", tune: false });
after(() => device.destroy());

const isTelling = ({ title, quick }: { readonly title: string; readonly quick?: boolean }): boolean =>
  quick === true || title.includes("1100");

testCases(device, [...rmsNormCases, ...layerNormCases, ...columnSumCases].filter(isTelling));
testCases(device, [...gradientNormCases, ...adamwCheckCases, ...qkNormCases, ...ropeCases, ...ropeCacheWriteCases]);
