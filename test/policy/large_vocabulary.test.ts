import assert from "node:assert/strict";
import { test } from "node:test";
import { buildPlan } from "../../src/graph/plan.ts";
import { input } from "../../src/graph/trace.ts";
import { Embedding } from "../../src/nn/embedding.ts";
import { readParameterValues } from "../../src/nn/parameter_memory.ts";
import { initializeParameters, placeModule } from "../../src/nn/place.ts";
import { TOKEN_STATISTICS } from "../../src/ops/records.ts";
import { chunksOf } from "../../src/policy/chunks.ts";
import { headBackward, headStatistics } from "../../src/policy/head.ts";
import { createRandom } from "../../src/random.ts";
import { sharedDevice } from "../shared_device.ts";

const device = await sharedDevice();

/** Qwen2's vocabulary on a model that is 8 wide; two rows more than a chunk of logits holds. */
const [VOCABULARY, WIDTH, ROWS] = [151936, 8, 66];

/** Row by row in double precision: log-probability, entropy, and the gradient of c_logp logp + c_entropy entropy by the hidden state. */
function expectedOf(hidden: Float32Array, table: Float32Array, action: number, [ofLogp, ofEntropy]: readonly [number, number]) {
  const logits = new Float64Array(VOCABULARY);
  for (let v = 0; v < VOCABULARY; v += 1) {
    for (let c = 0; c < WIDTH; c += 1) logits[v]! += hidden[c]! * table[v * WIDTH + c]!;
  }
  const most = logits.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const normaliser = most + Math.log(logits.reduce((sum, z) => sum + Math.exp(z - most), 0));
  const entropy = logits.reduce((sum, z) => sum - Math.exp(z - normaliser) * (z - normaliser), 0);
  const gradient = new Float64Array(WIDTH);
  logits.forEach((z, v) => {
    const p = Math.exp(z - normaliser);
    const ofLogit = ofLogp * ((v === action ? 1 : 0) - p) - ofEntropy * p * (z - normaliser + entropy);
    for (let c = 0; c < WIDTH; c += 1) gradient[c]! += ofLogit * table[v * WIDTH + c]!;
  });
  return { logp: logits[action]! - normaliser, entropy, gradient };
}

test("a head of 151,936 tokens in 16 bits, in pieces and chunks, is right to double precision's digits", async () => {
  const module = new Embedding(VOCABULARY, WIDTH, 1);
  const placed = placeModule(device, module, { frozen: () => "bf16", pieceBytes: 2e6 });
  initializeParameters(placed, 3);
  assert.equal(module.weight.pieces.length, 3);
  const [table] = await readParameterValues(device, [module.weight]);
  const { normal, integer } = createRandom(4);
  const hidden = Float32Array.from({ length: ROWS * WIDTH }, () => normal());
  const coefficients = Float32Array.from({ length: ROWS * 2 }, () => normal());
  const actions = Uint32Array.from({ length: ROWS }, (_, row) => (row === 0 ? VOCABULARY - 1 : integer(VOCABULARY)));
  const plan = await buildPlan(device, "head", () => {
    const chunks = chunksOf(ROWS, VOCABULARY, { bytes: 64 * 4 * VOCABULARY });
    assert.equal(chunks.length, 2);
    const given = { hidden: input("hidden", [ROWS, WIDTH]), actions: input("actions", [ROWS], "u32") };
    const head = { ...given, weight: module.weight, inverseTemperature: 1, chunks };
    const saved = headStatistics(head);
    const gradient = headBackward(head, saved, input("coefficients", [ROWS, 2]), undefined);
    return { keep: [saved.statistics, gradient] };
  });
  plan.poison();
  plan.run({ inputs: { hidden, actions, coefficients } });
  const [statistics, gradient] = (await plan.read(plan.result.keep)) as [Float32Array, Float32Array];
  for (const row of [0, 1, 63, 64, 65]) {
    const own = hidden.subarray(row * WIDTH, (row + 1) * WIDTH);
    const expected = expectedOf(own, table!, actions[row]!, [coefficients[2 * row]!, coefficients[2 * row + 1]!]);
    const { logp, entropy } = TOKEN_STATISTICS.read(statistics, row * TOKEN_STATISTICS.size);
    assert.ok(Math.abs(logp - expected.logp) < 2e-5, `row ${row}: log-probability ${logp}, not ${expected.logp}`);
    assert.ok(Math.abs(entropy - expected.entropy) < 1e-4, `row ${row}: entropy ${entropy}, not ${expected.entropy}`);
    const largest = Math.max(...expected.gradient.map(Math.abs));
    const error = Math.max(...expected.gradient.map((value, c) => Math.abs(gradient[row * WIDTH + c]! - value))) / largest;
    assert.ok(error < 1e-4, `row ${row}: the gradient is off by ${error}`);
  }
  for (const part of [plan, placed]) part.destroy();
});
