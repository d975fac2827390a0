/** Looks for data races in the memory of workgroups, which seldom lose on a software GPU. Usage: --help. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { NoLayerError } from "../../../bench/compiled/vulkan_layer.ts";
import { readStoredCases } from "../../../src/cli/verify/stored_cases.ts";
import { LEVELS, type Level } from "../../../src/testing/conformance/case.ts";
import { conformanceGroups } from "../../../src/testing/conformance/index.ts";
import { runConformance } from "../../../src/testing/conformance/run.ts";
import { dropEachBarrier } from "./barriers.ts";
import { raceOfOurs, type Watch, watchedDevice } from "./device.ts";
import { type DataRace, racesIn } from "./reports.ts";
import { watchRaces } from "./validation_layer.ts";

const USAGE = `usage: node --import tsx scripts/nightly/data_races/run.ts [options]
Runs the cases of verify with the kernels of GPUs, each kernel instrumented by Khronos' validation layer. The layer reports two invocations
of a workgroup that touch one word of its memory between the same barriers, at least one of them to write. Ends with 1 where it does.
It needs Linux, the Vulkan validation layers of 1.4.350 or later, gcc and libvulkan-dev.
  --layer FOLDER    where VkLayer_khronos_validation.json lies (default: where the Vulkan loader looks)
  --only A,B        cases by group (sampling) or by a part of their names (ops/matmul), as verify takes them (default: ops,
                    and with --drop-barriers those of the ops that use the shader)
  --level LEVEL     ${LEVELS.join(", ")} (default: quick)
  --lanes N         no subgroup operations, N lanes a row
  --adapter NAME    (default: lavapipe)
  --drop-barriers   takes away one barrier of a kernel at a time and says whether the layer sees the race; hours
  --shader NAME     with --drop-barriers: only in shaders whose id holds NAME
examples:
  node --import tsx scripts/nightly/data_races/run.ts --only ops/matmul,ops/causal_attention
  node --import tsx scripts/nightly/data_races/run.ts --lanes 64 --level default
  node --import tsx scripts/nightly/data_races/run.ts --drop-barriers --shader matmul/tiled
`;

class UsageError extends Error {}

function readOptions() {
  const text = { type: "string" } as const;
  const flag = { type: "boolean", default: false } as const;
  const { values } = parseArgs({
    options: {
      layer: text,
      only: text,
      level: { ...text, default: "quick" },
      lanes: text,
      adapter: { ...text, default: "lavapipe" },
      "drop-barriers": flag,
      shader: { ...text, default: "" },
      help: flag,
    },
  });
  if (!(LEVELS as readonly string[]).includes(values.level)) {
    throw new UsageError(`--level is ${values.level}; it can be ${LEVELS.join(", ")}`);
  }
  return values;
}

function described({ kernel, variable, access, invocations: [second, first] }: DataRace): string {
  return `${kernel}: ${access} of ${variable} by invocation ${second} against invocation ${first}`;
}

type Options = ReturnType<typeof readOptions>;

async function lookForRaces({ adapter, only = "ops", level, lanes }: Options, reported: () => string): Promise<boolean> {
  const watch: Watch = { kernels: new Set() };
  const wanted = lanes === undefined ? {} : { lanes: Number(lanes), subgroups: false };
  let races = 0;
  const { outcomes } = await runConformance(conformanceGroups(await readStoredCases()), {
    open: (wish) => watchedDevice(adapter, { ...wanted, ...wish }, watch),
    level: level as Level,
    software: true,
    only: only.split(","),
    onCase: (group, name, done, total) => console.log(`${done + 1} of ${total}: ${group}/${name}`),
    onOutcome: ({ status, reason = "wrong numbers" }) => {
      if (status === "failed") console.log(`  FAILED: ${reason}`);
      for (const race of racesIn(reported())) {
        console.log(`  RACE ${described(race)}`);
        races += 1;
      }
    },
  });
  if (outcomes.length === 0) throw new UsageError(`--only ${only} names no case`);
  const failed = outcomes.filter(({ status }) => status === "failed").length;
  const kernels = [...watch.kernels].sort();
  console.log(
    `${races} races and ${failed} failures in ${outcomes.length} cases, which ran ${kernels.length} kernels with workgroup memory:`,
  );
  console.log(`  ${kernels.join(", ")}`);
  return races === 0 && failed === 0;
}

async function run(options: Options): Promise<boolean> {
  const { adapter, only, level } = options;
  const folder = mkdtempSync(join(tmpdir(), "entropic-races-"));
  try {
    const reported = watchRaces(folder, options.layer);
    await raceOfOurs(adapter);
    if (racesIn(reported()).length === 0) {
      throw new NoLayerError(
        "the layer did not report a race that was made for it; install the Vulkan validation layers of 1.4.350 or later",
      );
    }
    return options["drop-barriers"]
      ? await dropEachBarrier({ adapter, part: options.shader, only: only?.split(","), level: level as Level }, () => racesIn(reported()))
      : await lookForRaces(options, reported);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  const options = readOptions();
  if (options.help) console.log(USAGE.trimEnd());
  else process.exitCode = (await run(options)) ? 0 : 1;
} catch (error) {
  console.error(`error: ${(error as Error).message}`);
  process.exitCode = error instanceof UsageError || error instanceof NoLayerError || error instanceof TypeError ? 2 : 1;
}
process.exit();
