import { MOST } from "../../options/limits.ts";
import { refusal } from "../../options/problems.ts";
import { adjustable, decimal, option, whole } from "../../options/schema.ts";
import { DEFAULT_BAND } from "../advantages/index.ts";

const entropy = () => decimal({ min: 0, max: 100 });

/** The options of the advantage gepo. */
export const gepoOptions = {
  gepoLow: adjustable(
    entropy(),
    DEFAULT_BAND.low,
    "With advantage gepo: the mean entropy of a prompt's completions below which their positive advantages are damped, in nats per token.",
  ),
  gepoHigh: adjustable(
    entropy(),
    DEFAULT_BAND.high,
    "With advantage gepo: the mean entropy above which their negative advantages are damped.",
  ),
  gepoDamping: adjustable(
    decimal({ min: 0, max: 1 }),
    DEFAULT_BAND.damping,
    "With advantage gepo: the factor of an advantage that is damped.",
  ),
};

/** state.json of a checkpoint is one text, and V8 has none of more characters than 2^29 - 24. */
const MOST_CHARACTERS = 500_000_000;
/** In base64, of a token's id, log-probability and entropy in 4 bytes each and its reward in 8. */
const CHARACTERS_A_TOKEN = 27;

interface Kept {
  readonly replay: number;
  readonly completions: number;
  readonly maxNewTokens: number;
}

/** More groups for replay than a checkpoint can hold. */
export function replayProblems({ replay, completions, maxNewTokens }: Kept): string[] {
  const most = Math.floor(MOST_CHARACTERS / (CHARACTERS_A_TOKEN * completions * maxNewTokens));
  if (replay <= most) return [];
  const why = `at most ${most} with completions ${completions} and maxNewTokens ${maxNewTokens}, so that a checkpoint can hold the groups`;
  return [refusal("grpo.replay", replay, why)];
}

/** Which groups are learned from, and against which reference. */
export const longRunOptions = {
  replay: adjustable(
    whole({ min: 0, max: MOST.prompts }),
    0,
    "How many of the last groups that taught are kept. A step learns from them again in the place of groups that teach nothing, such as those whose rewards are all alike; 0 keeps none.",
  ),
  referenceReset: option(
    whole({ min: 0, max: MOST.steps }),
    0,
    "Steps after which the policy becomes the reference that beta measures against, and the optimiser begins anew; 0 keeps the starting policy.",
  ),
};
