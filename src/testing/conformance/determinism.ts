import type { Device } from "../../gpu/device.ts";
import { buildPlan } from "../../graph/plan.ts";
import { runScalar } from "../../graph/scalar.ts";
import { input } from "../../graph/trace.ts";
import { type MatmulFamily, matmul } from "../../ops/matmul/op.ts";
import type { Completion } from "../../policy/sampler.ts";
import { measureOp, type OpMeasurement } from "../check_op.ts";
import { detailsOf, titleOf } from "../op_measures.ts";
import { opCases } from "../ops/index.ts";
import { FAMILIES, operands } from "../ops/matmul.ts";
import { type CaseResults, runCase } from "../verify_case.ts";
import { type Bench, type ConformanceCase, type ConformanceGroup, holds, type Measure, sameBits } from "./case.ts";
import { complete, PROMPTS, withModel } from "./decode.ts";
import type { StoredCase } from "./oracle.ts";

function sameResults(actual: CaseResults, expected: CaseResults): Measure[] {
  return [...expected].map(([name, { data, shape }]) => sameBits(name, actual.get(name)!.data, data, shape.length > 0 ? shape : [1]));
}

/** A whole case of training steps, twice and then on a device opened anew. */
function twice(stored: StoredCase): ConformanceCase {
  return {
    name: `training steps twice: ${stored.name}`,
    level: "default",
    run: async ({ device, openAnother }: Bench) => {
      const first = await runCase(device, stored.build(), stored);
      const second = sameResults(await runCase(device, stored.build(), stored), first);
      const other = await openAnother();
      try {
        const anew = sameResults(await runCase(other, stored.build(), stored), first);
        return [...second, ...anew.map((one) => ({ ...one, name: `${one.name} on a new device` }))];
      } finally {
        other.destroy();
      }
    },
  };
}

/** One op, five times in a row: a race shows itself seldom. */
const repeated = Object.values(opCases).flatMap((cases): ConformanceCase[] => {
  const one = cases.find(({ quick, needsSubgroups }) => quick && !needsSubgroups);
  if (!one) return [];
  return [
    {
      name: `five times: ${titleOf(one)}`,
      level: "default",
      details: detailsOf(one),
      run: async ({ device }) => {
        const { gradients: _, ...forward } = one;
        const runs: OpMeasurement[][] = [];
        for (let i = 0; i < 5; i += 1) runs.push(await measureOp(device, forward));
        return runs.slice(1).flatMap((results, i) =>
          results.map(({ name, actual, shape }, j) => {
            return sameBits(`${name} of run ${i + 2}`, Float32Array.from(actual), Float32Array.from(runs[0]![j]!.actual), shape);
          }),
        );
      },
    },
  ];
});

interface Batch {
  readonly layout: "NN" | "NT";
  readonly family: MatmulFamily;
  readonly columns: number;
  readonly inner: number;
}

/** Rows `first` to `first + rows` of the operands, multiplied in a batch of their own. */
async function multiplyRows(device: Device, { layout, family, columns, inner }: Batch, first: number, rows: number): Promise<Float32Array> {
  const { a, b } = operands(layout, [70, columns, inner]);
  const plan = await buildPlan(device, "batch", () => {
    const count = runScalar("rows", rows);
    return { keep: [matmul(input("a", [count, inner]), input("b", b.shape), { layout, family })] };
  });
  plan.poison();
  const left = Float32Array.from(a.data.subarray(first * inner, (first + rows) * inner));
  plan.run({ scalars: { rows }, inputs: { a: left, b: Float32Array.from(b.data) } });
  const [y] = await plan.read(plan.result.keep);
  plan.destroy();
  return y as Float32Array;
}

const PARTS = [
  [0, 1],
  [9, 5],
  [3, 12],
  [17, 33],
] as const;

function batchRows(batch: Batch): ConformanceCase {
  const { layout, family, columns, inner } = batch;
  return {
    name: `a row of a product has the same bits in any batch: ${layout} by ${family} of ${columns} x ${inner}`,
    level: family === "tiled" && layout === "NT" ? "quick" : "default",
    skip: ({ subgroups }) => (family === "subgroup" && !subgroups ? "the device works without subgroups" : undefined),
    run: async ({ device }) => {
      const whole = await multiplyRows(device, batch, 0, 70);
      const measures: Measure[] = [];
      for (const [first, rows] of PARTS) {
        const part = await multiplyRows(device, batch, first, rows);
        const expected = whole.subarray(first * columns, (first + rows) * columns);
        measures.push(sameBits(`${rows} rows from ${first}`, part, expected, [rows, columns]));
      }
      return measures;
    },
  };
}

const batches = FAMILIES.flatMap((family) =>
  (["NN", "NT"] as const).flatMap((layout) => [
    batchRows({ layout, family, columns: 40, inner: 64 }),
    batchRows({ layout, family, columns: 23, inner: 37 }),
  ]),
);

/** A completion must not depend on the others that are sampled beside it. */
function rollouts(stored: StoredCase): ConformanceCase {
  return {
    name: `a completion is the same in any batch: ${stored.name}`,
    level: "quick",
    details: { seed: "7" },
    run: ({ device }) =>
      withModel(device, stored, async (model) => {
        const together = await complete(device, model, PROMPTS);
        const inPairs = await complete(device, model, PROMPTS, { sequences: 2 });
        const backwards = (await complete(device, model, [...PROMPTS].reverse())).reverse();
        const alone = (await Promise.all(PROMPTS.slice(2, 3).map((prompt) => complete(device, model, [prompt])))).flat();
        return [
          ...sameCompletions("in pairs", inPairs, together),
          ...sameCompletions("backwards", backwards, together),
          ...sameCompletions("alone", alone, together.slice(2, 3)),
          holds("prompts with keys of their own differ", String(together[0]!.ids) !== String(together[3]!.ids)),
        ];
      }),
  };
}

function sameCompletions(name: string, actual: readonly Completion[], expected: readonly Completion[]): Measure[] {
  const join = (of: (completion: Completion) => ArrayLike<number>, list: readonly Completion[]): Float32Array =>
    Float32Array.from(list.flatMap((one) => Array.from(of(one))));
  return [
    sameBits(
      `tokens ${name}`,
      join(({ ids }) => ids, actual),
      join(({ ids }) => ids, expected),
    ),
    sameBits(
      `logp ${name}`,
      join(({ logprobs }) => logprobs, actual),
      join(({ logprobs }) => logprobs, expected),
    ),
  ];
}

export function determinismGroup(stored: readonly StoredCase[]): ConformanceGroup {
  return {
    name: "determinism",
    description: "the same bits twice, and in whatever batch",
    cases: [...stored.map(twice), ...repeated, ...batches, ...stored.map(rollouts)],
  };
}
