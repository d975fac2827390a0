/**
 * `node --import tsx scripts/nightly/reverse_workgroups.ts [--only A,B] [--level quick] [--kernels hardware] [--adapter NAME]` runs the cases of
 * `verify` with kernels whose workgroups take their work in the opposite order. A GPU may run workgroups in any order, so a case that
 * passes forwards alone has a workgroup that reads what another one has written. Exits with 1 if a case fails.
 */
import { parseArgs } from "node:util";
import { readStoredCases } from "../../src/cli/verify/stored_cases.ts";
import { loadShaders } from "../../src/node/shader_files.ts";
import type { Level } from "../../src/testing/conformance/case.ts";
import { conformanceGroups } from "../../src/testing/conformance/index.ts";
import { runConformance } from "../../src/testing/conformance/run.ts";
import { openWithShaders } from "./open_with_shaders.ts";
import { reversed } from "./reversed.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "ops,oracle" },
    level: { type: "string", default: "quick" },
    kernels: { type: "string", default: "hardware" },
    adapter: { type: "string", default: process.env.ENTROPIC_ADAPTER ?? "auto" },
  },
});
const shaders = loadShaders();
const backwards = Object.fromEntries(Object.entries(shaders).map(([id, wgsl]) => [id, reversed(wgsl)]));

const { outcomes } = await runConformance(conformanceGroups(await readStoredCases()), {
  level: options.level as Level,
  software: true,
  only: options.only.split(","),
  open: (wish) =>
    openWithShaders(options.adapter, {
      shaders: backwards,
      kernels: options.kernels as "hardware" | "software",
      tuning: { mode: "off" },
      ...wish,
    }),
  onOutcome: ({ status, group, name, reason = "wrong numbers" }) => {
    if (status === "failed") console.log(`FAILED ${group}/${name}: ${reason}`);
  },
});
if (outcomes.length === 0) throw new Error(`no case at level ${options.level} is named ${options.only}`);
const failed = outcomes.filter(({ status }) => status === "failed").length;
const count = Object.keys(shaders).filter((id) => shaders[id] !== backwards[id]).length;
console.log(`${failed} of ${outcomes.length} cases failed with ${count} kernels reversed`);
process.exit(failed > 0 ? 1 : 0);
