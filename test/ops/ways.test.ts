import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { Device } from "../../src/gpu/device.ts";
import { createTuning, type TuningOptions } from "../../src/gpu/tuning.ts";
import type { Choice } from "../../src/gpu/tuning_record.ts";
import { runScalar } from "../../src/graph/scalar.ts";
import { Tensor } from "../../src/graph/tensor.ts";
import { type Dispatch, input, trace } from "../../src/graph/trace.ts";
import { openDevice } from "../../src/node/open_device.ts";
import type { Call } from "../../src/ops/define.ts";
import { rmsNorm } from "../../src/ops/rms_norm.ts";
import { MOST_BYTES, withFewerRows } from "../../src/ops/trial_calls.ts";
import { askWays, chosenWay, type WaysQuestion } from "../../src/ops/ways.ts";

const device = await openDevice();
after(() => device.destroy());

type Gather = Call<{ x: Tensor; index: Tensor }, "y" | "z", Record<never, never>>;

const ROWS = 300;

function tensor(label: string, shape: readonly number[], dtype: "f32" | "i32" = "f32"): Tensor {
  return new Tensor({ shape, dtype, storage: { kind: "slot", label, bytes: 4 * shape.reduce((a, b) => a * b, 1) } });
}

/** y [N] = x[index[n]], scaled, after some idle turns of a loop, and z [N] the same with a scale of its own. */
function gather(turns: number, scale: string, scaleOfZ = "1.0"): (call: Gather) => readonly Dispatch[] {
  const wgsl = `@group(0) @binding(0) var<storage, read> x: array<f32>; // [N]
    @group(0) @binding(1) var<storage, read> index: array<i32>; // [N]
    @group(0) @binding(2) var<storage, read_write> y: array<f32>; // [N]
    @group(0) @binding(3) var<storage, read_write> z: array<f32>; // [N]
    @compute @workgroup_size(64) fn main(@builtin(global_invocation_id) id: vec3u) {
      if (id.x >= arrayLength(&y)) { return; }
      var at = u32(index[id.x]);
      for (var turn = 0u; turn < ${turns}u; turn += 1u) { at = (at * 5u + 1u) % ${ROWS}u; }
      at = select(at, u32(index[id.x]), at < ${ROWS}u);
      y[id.x] = x[at] * ${scale};
      z[id.x] = x[at] * ${scaleOfZ};
    }`;
  return ({ inputs, outputs }) => [
    {
      kernel: { name: `gather ${turns} ${scale} ${scaleOfZ}`, wgsl },
      bindings: { ...inputs, ...outputs },
      workgroups: Math.ceil(ROWS / 64),
    },
  ];
}

function questionOf(changes: Partial<WaysQuestion<Gather>>): WaysQuestion<Gather> {
  return {
    key: `gather ${JSON.stringify(changes.changesBits)} ${Object.keys(changes.ways ?? {})}`,
    ways: { slow: gather(20_000, "2.0"), fast: gather(1, "2.0") },
    timed: () => ({
      inputs: { x: tensor("x", [ROWS]), index: tensor("index", [ROWS], "i32") },
      outputs: { y: tensor("y", [ROWS]), z: tensor("z", [ROWS]) },
      attributes: {},
    }),
    outputs: ({ outputs: { y, z } }) => [y, z],
    contents: { index: (elements) => Int32Array.from({ length: elements }, (_, i) => (7 * i) % ROWS) },
    tolerance: 1e-5,
    changesBits: false,
    ...changes,
  };
}

async function settled(question: WaysQuestion<Gather>, options: TuningOptions): Promise<{ taken: unknown; choice: Choice | undefined }> {
  const tuning = createTuning(device, { pace: { warmUp: 0, sample: 0.5, rounds: 3, share: 20 }, ...options });
  await tuning.settle(askWays(question, { tuning }));
  return { taken: chosenWay(question.key, question.ways, { tuning }), choice: (await tuning.choices())[question.key] };
}

test("the best guess is taken where nothing is timed, and a clearly faster way where it is", async (context) => {
  const errors = context.mock.method(console, "error", () => {});
  const question = questionOf({});
  const { slow, fast } = question.ways;
  assert.deepEqual(askWays(question, { tuning: createTuning(device, { mode: "off" }) }), []);
  assert.equal((await settled(question, { mode: "off" })).taken, slow);
  const { taken, choice } = await settled(question, { mode: "on" });
  assert.equal(taken, fast);
  assert.equal(choice!.outcomes.fast!.error, 0);
  assert.ok(choice!.outcomes.slow!.milliseconds! > 2 * choice!.outcomes.fast!.milliseconds!);
  assert.equal(errors.mock.callCount(), 1, "the line that says so");
});

test("ways of other bits are timed only where the user asked for all", async (context) => {
  context.mock.method(console, "error", () => {});
  const ways = { slow: gather(20_000, "2.0"), fast: gather(1, "2.0000005") };
  const question = questionOf({ ways, changesBits: true });
  const { taken, choice } = await settled(question, { mode: "on" });
  assert.deepEqual([taken, choice], [ways.slow, undefined]);
  const all = await settled(question, { mode: "on", all: true });
  assert.equal(all.taken, ways.fast);
  assert.ok(all.choice!.outcomes.fast!.error! > 0);
  const claimed = await settled(questionOf({ ways, key: "claims the same bits" }), { mode: "on" });
  assert.equal(claimed.taken, ways.slow);
  assert.equal(claimed.choice!.outcomes.fast!.fault, "other bits");
});

test("a wrong way falls out with a warning, and one that does not compile", async (context) => {
  const errors = context.mock.method(console, "error", (_line: string) => {});
  const ways = { guess: gather(1, "2.0"), wrong: gather(1, "2.1"), half: gather(1, "2.0", "1.1"), broken: gather(1, "vec2f(2.0)") };
  const { taken, choice } = await settled(questionOf({ ways }), { mode: "on" });
  assert.equal(taken, ways.guess);
  assert.match(choice!.outcomes.wrong!.fault!, /^relative error 0\.05/);
  assert.match(choice!.outcomes.half!.fault!, /^relative error 0\.1/, "every output is compared");
  assert.match(choice!.outcomes.broken!.fault!, /does not compile/);
  const warnings = errors.mock.calls.map(({ arguments: [line] }) => line).filter((line) => line.startsWith("warning:"));
  assert.equal(warnings.length, 3, warnings.join("\n"));
  device.assertHealthy();
});

test("an op on rows has a way for each number of lanes, and takes the chosen one; the rule's where nothing was timed", async () => {
  const gpu = await openDevice({ kernels: "hardware", tune: true, lanes: 32 });
  after(() => gpu.destroy());
  const { trace: norm } = trace(() => rmsNorm(input("x", [64, 1024]), input("weight", [1024]), 1e-6));
  const [node] = norm.nodes;
  const lanesWith = (choice: string | undefined): unknown => {
    const tuning = { measures: true, choice: () => choice };
    const [{ variant } = assert.fail()] = node!.dispatches(Object.assign(Object.create(gpu) as Device, { tuning }));
    return variant!.constants!.LANES;
  };
  const [request, ...others] = node!.tune!(gpu);
  assert.deepEqual(others, []);
  assert.equal(request!.changesBits, true);
  assert.deepEqual(
    request!.candidates.map(({ name }) => name),
    ["64 lanes", "32 lanes", "128 lanes", "256 lanes"],
  );
  assert.deepEqual(["128 lanes", undefined].map(lanesWith), [128, 64]);
  const { outputs, entrants: byName } = request!.contest!();
  assert.deepEqual(
    outputs.map(({ tensor }) => tensor.bytes),
    [4 * 64 * 1024, 4 * 64],
    "the norm and what its gradient needs of it",
  );
  const entrants = Object.values(byName);
  assert.deepEqual(
    entrants.map(({ launches: [launch] }) => launch!.variant!.constants!.LANES),
    [64, 32, 128, 256],
  );
});

test("a call is cut to rows that fit a trial; what shares memory shares it again", () => {
  const rows = runScalar("rows", 8192);
  const storage = { kind: "slot", label: "x", bytes: 4 * 8192 * 50_000 } as const;
  const x = new Tensor({ shape: [rows, 50_000], storage });
  const call: Call<{ x: Tensor; weight: Tensor }, "y", Record<never, never>> = {
    inputs: { x, weight: tensor("weight", [50_000]) },
    outputs: { y: new Tensor({ shape: [rows, 50_000], storage }) },
    attributes: {},
  };
  const cut = withFewerRows(call, rows);
  assert.deepEqual(cut.inputs.x.shape, [256, 50_000]);
  assert.deepEqual(cut.outputs.y.shape, [256, 50_000]);
  assert.deepEqual(cut.inputs.weight.shape, [50_000]);
  assert.equal(cut.inputs.x.storage, cut.outputs.y.storage);
  assert.notEqual(cut.inputs.x.storage, storage);
  assert.ok(cut.inputs.x.storage.bytes + cut.inputs.weight.storage.bytes <= MOST_BYTES);
});
