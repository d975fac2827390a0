import type { Device } from "../../gpu/device.ts";
import type { LanguageModel } from "../../nn/language_model.ts";
import { loadParameters } from "../../nn/load_parameters.ts";
import { placeModule } from "../../nn/place.ts";
import { packRows } from "../../nn/rows.ts";
import { type Completion, createSampler, type Prompt } from "../../policy/sampler.ts";
import { createScorer, type Scores } from "../../policy/score.ts";
import type { ConformanceCase } from "./case.ts";
import type { StoredCase } from "./oracle.ts";

const NEW_TOKENS = 12;

/** Prompts of different lengths; their keys make their random numbers. */
export const PROMPTS: readonly Prompt[] = [[1], [2, 3], [4, 5, 6, 7], [1], [8, 9, 10]].map((ids, key) => ({ ids, key }));

/** Completes prompts with a stored model, `sequences` of them at a time. */
export async function complete(
  device: Device,
  model: LanguageModel,
  prompts: readonly Prompt[],
  { sequences = prompts.length, temperature = 1 }: { readonly sequences?: number; readonly temperature?: number } = {},
): Promise<Completion[]> {
  const sampler = await createSampler({
    device,
    model,
    sequences,
    promptRows: sequences * 4,
    maxLength: 4 + NEW_TOKENS,
    maxNewTokens: NEW_TOKENS,
    sampling: { temperature, topK: 0, topP: 1 },
    stopTokens: [],
  });
  try {
    return await sampler.generate(prompts, 7);
  } finally {
    sampler.destroy();
  }
}

/** Scores prompts and completions in one forward pass of packed rows, as training does. */
async function scoreAgain(device: Device, model: LanguageModel, completions: readonly Completion[]): Promise<Scores> {
  const sequences = completions.map(({ ids }, i) => [...PROMPTS[i]!.ids, ...ids]);
  const lengths = sequences.map(({ length }) => length - 1);
  const rows = lengths.reduce((a, b) => a + b, 0);
  const inputs = {
    tokens: Uint32Array.from(sequences.flatMap((ids) => ids.slice(0, -1))),
    actions: Uint32Array.from(sequences.flatMap((ids) => ids.slice(1))),
    ...packRows(lengths),
  };
  const scorer = await createScorer({ device, model, rows, temperature: 1 });
  try {
    return await scorer.score({ rows, inputs });
  } finally {
    scorer.destroy();
  }
}

/** Runs with a stored model on a device, and frees it afterwards. */
export async function withModel<Result>(
  device: Device,
  stored: StoredCase,
  use: (model: LanguageModel) => Promise<Result>,
): Promise<Result> {
  const model = stored.build();
  const placed = placeModule(device, model);
  try {
    loadParameters(placed, stored.model, stored.name);
    return await use(model);
  } finally {
    placed.destroy();
  }
}

/** What sampling through the key-value cache says of its tokens, beside a forward pass over whole sequences. */
export function decodeCase(stored: StoredCase): ConformanceCase {
  return {
    name: `decoding through the cache as a whole forward pass: ${stored.name}`,
    level: "quick",
    details: { prompts: JSON.stringify(PROMPTS.map(({ ids }) => ids)), seed: "7" },
    run: ({ device }) =>
      withModel(device, stored, async (model) => {
        const completions = await complete(device, model, PROMPTS);
        const { logprobs, entropies } = await scoreAgain(device, model, completions);
        let [row, logp, entropy] = [0, 0, 0];
        for (const [i, completion] of completions.entries()) {
          row += PROMPTS[i]!.ids.length - 1;
          for (const [t, sampled] of completion.logprobs.entries()) {
            logp = worse(logp, Math.abs(sampled - logprobs[row]!));
            entropy = worse(entropy, Math.abs(completion.entropies[t]! - entropies[row]!));
            row += 1;
          }
        }
        return [
          { name: "logp", error: logp, tolerance: 1e-4 },
          { name: "entropy", error: entropy, tolerance: 1e-4 },
        ];
      }),
  };
}

function worse(most: number, error: number): number {
  return Number.isNaN(error) ? Number.POSITIVE_INFINITY : Math.max(most, error);
}
