import { packRows } from "../../src/nn/rows.ts";
import { TOKEN_INPUT } from "../../src/ops/records.ts";
import { createAdamW } from "../../src/optim/adamw.ts";
import { createSupervisedUpdate } from "../../src/policy/supervised.ts";
import type { UpdateBatch } from "../../src/policy/update.ts";
import { createRandom } from "../../src/random.ts";
import type { BenchCase, BenchContext, PreparedCase } from "../harness.ts";
import { timeOnHost } from "../sampling.ts";
import { attentionFlops, describe, M, matrixElements, placeModel, S, type Size } from "./size.ts";

const LEARNING_RATE = 1e-4;

/** The mean loss of a model that knows nothing is log(vocabulary), but for what its random logits add. */
const TOLERANCE = 0.05;

export const trainingStepCases: readonly BenchCase[] = [S, M].map(trainingStepCase);

/** One supervised step: forward, cross-entropy, backward, gradient norm and AdamW in one submission, until the loss is on the host. */
function trainingStepCase(size: Size): BenchCase {
  const { batch, length } = size;
  const parameters = matrixElements(size);
  return {
    name: "training_step",
    shape: `${describe(size)} B${batch} T${length}`,
    flops: 6 * parameters * batch * length + 3.5 * attentionFlops(size, batch, length),
    // Weights, gradients and both moments are each read and written.
    bytes: 4 * 8 * parameters,
    prepare: (context) => prepare(context, size),
  };
}

async function prepare(context: BenchContext, size: Size): Promise<PreparedCase> {
  const session = await openSession(context, size);
  return {
    tolerance: TOLERANCE,
    check: async () => {
      const losses = await session.losses(3);
      const again = await openSession(context, size);
      const repeated = await again.losses(3);
      again.destroy();
      if (losses.join() !== repeated.join()) throw new Error(`wrong: losses ${losses.join(", ")}, then ${repeated.join(", ")}`);
      const expected = Math.log(size.vocabulary);
      return losses.every(Number.isFinite) ? Math.abs(losses[0]! - expected) / expected : Number.POSITIVE_INFINITY;
    },
    time: async () => {
      let encoding = 0;
      const sample = await timeOnHost(async () => {
        const start = performance.now();
        const step = session.step();
        // The work before the first wait: the upload, encoding some hundred dispatches, the submission.
        encoding = performance.now() - start;
        await step;
      });
      const details = { encodeMilliseconds: encoding, encodeShare: encoding / sample.milliseconds };
      return { ...sample, tokens: size.batch * size.length, details };
    },
    destroy: () => session.destroy(),
  };
}

interface Session {
  step(): Promise<number>;
  losses(steps: number): Promise<number[]>;
  destroy(): void;
}

async function openSession({ device }: BenchContext, size: Size): Promise<Session> {
  const { model, placed } = placeModel(device, size);
  const optimizer = createAdamW(placed, { betas: [0.9, 0.95], eps: 1e-8, weightDecay: 0.01, maxGradNorm: 1 });
  const update = await createSupervisedUpdate({ device, model, optimizer, rows: size.batch * size.length });
  const batch = randomBatch(size);
  const step = async (): Promise<number> => (await update.step(batch, LEARNING_RATE)).loss;
  return {
    step,
    losses: async (steps) => {
      const losses: number[] = [];
      for (let i = 0; i < steps; i += 1) losses.push(await step());
      return losses;
    },
    destroy: () => {
      for (const part of [update, optimizer, placed]) part.destroy();
    },
  };
}

/** Sequences of random tokens, every one of which counts alike. */
export function randomBatch({ batch, length, vocabulary }: Pick<Size, "batch" | "length" | "vocabulary">): UpdateBatch {
  const random = createRandom(3);
  const rows = batch * length;
  const draw = (): Uint32Array => Uint32Array.from({ length: rows }, () => random.integer(vocabulary));
  const token_inputs = Float32Array.from(new Array(rows).fill(TOKEN_INPUT.pack({ weight: 1 / rows, mask: 1, control_weight: 1 })).flat());
  const inputs = { tokens: draw(), actions: draw(), token_inputs, ...packRows(new Array<number>(batch).fill(length)) };
  return { rows, sequences: batch, inputs };
}
