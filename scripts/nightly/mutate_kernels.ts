/**
 * `node --import tsx scripts/nightly/mutate_kernels.ts [--only SHADER] [--sample N] [--seed S] [--adapter NAME]` breaks kernels, one mistake at a time, and
 * demands that `verify` sees it: every mistake of the list made by hand, and a share of N that a program makes at random places. Nothing on
 * disk changes: a device is opened with other shaders. Exits with 1 if a mistake of the list is missed.
 */
import { parseArgs } from "node:util";
import { readStoredCases } from "../../src/cli/verify/stored_cases.ts";
import type { Device } from "../../src/gpu/device.ts";
import { loadShaders } from "../../src/node/shader_files.ts";
import { createRandom } from "../../src/random.ts";
import type { DeviceWish, Level } from "../../src/testing/conformance/case.ts";
import { conformanceGroups } from "../../src/testing/conformance/index.ts";
import { runConformance } from "../../src/testing/conformance/run.ts";
import { type Mutation, mutationsByHand, mutationsOf, type NamedMutation } from "./kernel_mutations.ts";
import { casesOf } from "./kernel_readers.ts";
import { openWithShaders } from "./open_with_shaders.ts";

const { values: options } = parseArgs({
  options: {
    only: { type: "string", default: "" },
    sample: { type: "string", default: "0" },
    seed: { type: "string", default: "1" },
    adapter: { type: "string", default: process.env.ENTROPIC_ADAPTER ?? "auto" },
  },
});
const shaders = loadShaders();
const groups = conformanceGroups(await readStoredCases());

/** Opens the adapter with shaders of which one is wrong. */
async function openBroken({ shader, find, replace, at }: Mutation & { readonly at?: number }, wish: DeviceWish): Promise<Device> {
  const text = shaders[shader];
  if (!text?.includes(find)) throw new Error(`shaders/${shader}.wgsl no longer holds ${JSON.stringify(find)}; mend the mutation`);
  const wrong =
    at === undefined
      ? text.replaceAll(find, replace)
      : text
          .split("\n")
          .map((line, i) => (i === at ? replace : line))
          .join("\n");
  return openWithShaders(options.adapter, { shaders: { ...shaders, [shader]: wrong }, ...wish });
}

/** What looks at a shader, the soonest first: the quick cases of its ops, then whole groups. */
function looksAt(shader: string): { readonly only: readonly string[]; readonly level: Level }[] {
  const names = casesOf(shader);
  const groups = ["robustness", "methods", "sampling", "oracle", "grids", "determinism", "lanes", "paths"];
  return [
    // Ops at ordinary sizes see nothing of a grid that is folded.
    ...(shader === "lib/grid" ? [{ only: ["grids"], level: "default" as const }] : []),
    ...(names.length > 0 ? [{ only: names, level: "quick" as const }] : []),
    ...groups.map((group) => ({ only: [group], level: "default" as const })),
    ...(names.length > 0 ? [{ only: names, level: "default" as const }] : []),
  ];
}

/** The first case that fails. */
async function seenBy(mutation: Mutation): Promise<string | undefined> {
  for (const look of looksAt(mutation.shader)) {
    const open = (wish: DeviceWish): Promise<Device> => openBroken(mutation, wish);
    const { outcomes } = await runConformance(groups, { ...look, software: true, open, isEnough: ({ status }) => status === "failed" });
    const failed = outcomes.find(({ status }) => status === "failed");
    if (failed) return `${failed.group}/${failed.name}`;
  }
  return undefined;
}

async function tally(mutations: readonly NamedMutation[]): Promise<NamedMutation[]> {
  const missed: NamedMutation[] = [];
  for (const mutation of mutations) {
    const start = performance.now();
    const seen = await seenBy(mutation);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${seen ? "seen  " : "MISSED"} ${seconds} s ${mutation.shader}: ${mutation.what}${seen ? ` (${seen})` : ""}`);
    if (!seen) missed.push(mutation);
  }
  console.log(`${mutations.length - missed.length} of ${mutations.length} mistakes seen`);
  return missed;
}

function sampled(count: number, seed: number): NamedMutation[] {
  const all = Object.entries(shaders)
    .filter(([shader]) => shader.includes(options.only))
    .flatMap(([shader, wgsl]) => mutationsOf(shader, wgsl));
  const random = createRandom(seed);
  return Array.from({ length: Math.min(count, all.length) }, () => all.splice(random.integer(all.length), 1)[0]!);
}

const missed = await tally(mutationsByHand.filter(({ shader }) => shader.includes(options.only)));
if (Number(options.sample) > 0) await tally(sampled(Number(options.sample), Number(options.seed)));
process.exitCode = missed.length > 0 ? 1 : 0;
