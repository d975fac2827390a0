import { loadShaders } from "../../../src/node/shader_files.ts";
import type { Level } from "../../../src/testing/conformance/case.ts";
import { conformanceGroups } from "../../../src/testing/conformance/index.ts";
import { runConformance } from "../../../src/testing/conformance/run.ts";
import { casesOf } from "../kernel_readers.ts";
import { watchedDevice } from "./device.ts";
import type { DataRace } from "./reports.ts";

const BARRIER = "workgroupBarrier();";

/** A shader without one of its barriers. */
interface Broken {
  readonly shader: string;
  /** The line of the barrier, from 1. */
  readonly line: number;
  readonly wgsl: string;
}

/** Every shader whose id holds `part`, without one of its barriers at a time. */
export function withoutBarriers(shaders: Readonly<Record<string, string>>, part: string): Broken[] {
  return Object.entries(shaders)
    .filter(([shader]) => shader.includes(part))
    .flatMap(([shader, text]) => {
      const lines = text.split("\n");
      return lines.flatMap((line, at) =>
        line.includes(BARRIER) ? [{ shader, line: at + 1, wgsl: lines.with(at, line.replace(BARRIER, "")).join("\n") }] : [],
      );
    });
}

/** In which shaders to take barriers away, and the cases to run without them; undefined: those of the shader's ops. */
interface Search {
  readonly adapter: string;
  readonly part: string;
  readonly only: readonly string[] | undefined;
  readonly level: Level;
}

/** Whether a race was seen for every barrier that was taken away. A barrier without one is superfluous, or no case needs it. */
export async function dropEachBarrier(search: Search, reported: () => readonly DataRace[]): Promise<boolean> {
  const shaders = loadShaders();
  const broken = withoutBarriers(shaders, search.part);
  if (broken.length === 0) throw new Error(`--shader ${search.part} names no shader with a barrier`);
  let missed = 0;
  for (const { shader, line, wgsl } of broken) {
    const start = performance.now();
    const seen = await raceWithout({ ...shaders, [shader]: wgsl }, shader, search, reported);
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    console.log(`${seen ? "seen" : "NO RACE"} ${seconds} s shaders/${shader}.wgsl:${line}${seen ? ` (${seen})` : ""}`);
    if (!seen) missed += 1;
  }
  console.log(`${missed} barriers without which no race was seen`);
  return missed === 0;
}

/** Quick cases have short heads and sequences, so that some loops turn once. Without subgroups sums over lanes go through the memory. */
const LOOKS = [
  { level: "quick", wish: {} },
  { level: "quick", wish: { lanes: 32, subgroups: false } },
  { level: "default", wish: {} },
] as const;

/** The first case in which the layer sees a race. */
async function raceWithout(
  shaders: Readonly<Record<string, string>>,
  shader: string,
  { adapter, only, level }: Search,
  reported: () => readonly DataRace[],
): Promise<string | undefined> {
  let seen: string | undefined;
  for (const look of only ? [{ level, wish: {} }] : LOOKS) {
    await runConformance(conformanceGroups([]), {
      open: (asked) => watchedDevice(adapter, { ...look.wish, ...asked }, { kernels: new Set() }, shaders),
      level: look.level,
      software: true,
      only: only ?? casesOf(shader),
      onOutcome: ({ group, name }) => {
        if (reported().length > 0) seen ??= `${group}/${name}`;
      },
      isEnough: () => seen !== undefined,
    });
    if (seen) break;
  }
  return seen;
}
