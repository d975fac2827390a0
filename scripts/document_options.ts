/**
 * `node --import tsx scripts/document_options.ts` writes docs/configuration.md from the schemas, which alone declare options, their defaults and
 * their sentences. test/scripts/document_options.test.ts fails when the file is not what this writes.
 */
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { controllers } from "../src/control/index.ts";
import { dataTask } from "../src/data_sets/options.ts";
import { losses } from "../src/loss/index.ts";
import type { Declaration } from "../src/options/define.ts";
import { describeOptions } from "../src/options/schema.ts";
import { metricDefinitions } from "../src/report/metrics.ts";
import { listOptions, type OptionDescription } from "../src/rl/config/index.ts";
import { rewardRegistry } from "../src/rl/rewards/index.ts";
import { commonRewardOptions, moduleRewardOptions } from "../src/rl/rewards/read.ts";
import { tasks } from "../src/tasks/index.ts";

export const CONFIGURATION = new URL("../docs/configuration.md", import.meta.url);

const INTRODUCTION = `# Configuration

Written by \`node --import tsx scripts/document_options.ts\` from the schemas in src/rl/config, src/control, src/loss, src/tasks, src/data_sets and src/rl/rewards: change the sentences there.

A configuration is a YAML file. Every key but \`model\` and \`task\` may be left out. \`--set a.b=c\` overrides one key
(\`--set grpo.steps=10 --set entropy.controller=none\`). A key that nobody knows, a value of the wrong type or out of range and a
contradiction are refused with one line each, exit code 2, before anything is written.`;

const RESUME = `\`resume\` with \`--set\` may
change the keys that say so in the third column, and refuses the others, which the steps done so far rest on. The run's config.yaml then lists
each change under \`changes\`, with the step after which it holds; the commands that read it as a configuration skip this list.`;

/** The whole page. */
export function configurationPage(): string {
  const sections = [
    INTRODUCTION,
    `## train\n\n\`npm run -s entropic -- train CONFIG\`; [configs/quickstart.yaml](../configs/quickstart.yaml) has every key but those of lora, of tasks and of other controllers and losses, with a comment. ${RESUME}\n\n${resumableTable(listOptions("train"))}`,
    `## sft\n\n\`npm run -s entropic -- sft CONFIG\`; see [configs/countdown_sft.yaml](../configs/countdown_sft.yaml), and [configs/data_sft.yaml](../configs/data_sft.yaml) for rows of one's own. \`resume\` changes keys as above.\n\n${resumableTable(listOptions("sft"))}`,
    `## Controllers\n\nWhat \`entropy.controller\` can be, each with the keys of the section \`entropy\` that are its own.\n\n${declarations(controllers, resumableTable)}`,
    `## Losses\n\nWhat \`grpo.loss\` can be, each with the keys of the section \`grpo\` that are its own. [The method](method.md#the-loss-of-a-token) has the formulas.\n\n${declarations(losses, resumableTable)}`,
    `## Tasks\n\nWhat \`task.name\` can be, each with the other keys of the section \`task\`.\n\n${declarations(tasks, optionTable)}`,
    `### data\n\n${dataTask.description}. [data.md](data.md) has examples.\n\n${optionTable(describeOptions(dataTask.options))}`,
    `## Rewards\n\nWhat an entry of \`task.rewards\` can be. Each takes these keys beside its own:\n\n${optionTable(describeOptions(commonRewardOptions))}\n\n${declarations(rewardRegistry, optionTable)}\n\n### ./my_reward.ts\n\nThe path of a module that exports a function, with these keys beside.\n\n${optionTable(describeOptions(moduleRewardOptions))}`,
    `## Metrics\n\nThe keys of metrics.jsonl, beside \`step\`, \`rewards/NAME/mean\`, \`rewards/NAME/std\`, \`rewards/NAME/failed\`, \`tags/TAG/entropy\`, \`tags/TAG/reward\`, \`eval/pass@k\`, and the parts of an evaluation: \`eval/T0.6/...\` at a temperature of eval.temperatures, \`eval/H0.2/...\` at the temperature that gives an entropy of eval.entropies, \`eval/tags/TAG/...\` and \`train/tags/TAG/...\` of the problems of a tag.\n\n${metricTable()}`,
  ];
  return `${sections.join("\n\n")}\n`;
}

function optionTable(options: readonly OptionDescription[]): string {
  const rows = options.map(({ path, default: value, description }) => [code(path), value === "" ? "required" : code(value), description]);
  return table(["key", "default", "meaning"], rows);
}

/** The same, with what a resume may change. */
function resumableTable(options: readonly OptionDescription[]): string {
  const rows = options.map(({ path, default: value, adjustable, description }) => [
    code(path),
    value === "" ? "required" : code(value),
    adjustable ? "may change" : "",
    description,
  ]);
  return table(["key", "default", "resume", "meaning"], rows);
}

/** A heading, a sentence and a table of options for everything that a registry holds. */
function declarations(registry: Readonly<Record<string, Declaration>>, tableOf: typeof optionTable): string {
  return Object.values(registry)
    .map(({ key, description, options }) => {
      const own = describeOptions(options);
      return [`### ${key}`, `${description.replace(/\.$/, "")}.`, ...(own.length > 0 ? [tableOf(own)] : [])].join("\n\n");
    })
    .join("\n\n");
}

function metricTable(): string {
  const rows = Object.entries(metricDefinitions).map(([name, { description, unit }]) => [code(name), unit, description]);
  return table(["metric", "unit", "meaning"], rows);
}

function table(heading: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll("|", "\\|")).join(" | ")} |`;
  return [line(heading), line(heading.map(() => "---")), ...rows.map(line)].join("\n");
}

function code(text: string): string {
  return `\`${text}\``;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  await writeFile(CONFIGURATION, configurationPage());
  process.stdout.write(`wrote ${(await readFile(CONFIGURATION, "utf8")).split("\n").length - 1} lines\n`);
}
