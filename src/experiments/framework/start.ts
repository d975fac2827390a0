import { stringify } from "yaml";
import { characterTokenizer } from "../../data/tokenizer.ts";
import { readOptionalText } from "../../io/files.ts";
import { ConfigError } from "../../rl/config/index.ts";
import type { PolicyModel } from "../../rl/model.ts";
import { warmStart } from "../../rl/warm_start/warm_start.ts";
import type { Cell } from "./cell.ts";
import type { Host } from "./host.ts";

/** A file beside a warm start's checkpoint that says what it was made from. */
const RECIPE = "recipe.yaml";

export interface StartOptions {
  readonly host: Host;
  /** The study's folder. */
  readonly dir: string;
  readonly onStep?: (step: number, steps: number) => void;
  readonly signal?: AbortSignal | undefined;
}

/** The policy that a cell starts from. A warm start is trained here where no earlier cell has done it. */
export async function startingModel({ start, task }: Pick<Cell, "start" | "task">, options: StartOptions): Promise<PolicyModel> {
  const { host } = options;
  if (start.kind === "folder") return host.loadModel(start.dir);
  const folder = `${options.dir}/${start.name}`;
  const recipe = stringify({ adapter: host.device.name, ...start.config, output: undefined });
  if ((await readOptionalText(`${folder}/${RECIPE}`)) !== recipe) {
    const { config } = start;
    if (typeof config.model === "string") throw new ConfigError(["the model of a study's start is a mapping in the style of config.json"]);
    const tokenizer = characterTokenizer(task.alphabet);
    const model = await host.createModel({ config: { vocab_size: tokenizer.vocabSize, ...config.model }, tokenizer, seed: config.seed });
    for await (const { step } of warmStart({ device: host.device, model, task: start.task ?? task, config })) {
      options.signal?.throwIfAborted();
      options.onStep?.(step, config.sft.steps);
    }
    await host.saveModel(folder, model, { [RECIPE]: recipe });
    model.destroy();
  }
  return host.loadModel(folder);
}
