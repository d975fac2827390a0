/**
 * `npx tsx scripts/document_options.ts`: writes docs/configuration.md from the schemas, the one place where options, defaults and their
 * sentences are declared. test/scripts/document_options.test.ts fails when the file is not what this prints.
 */
import { readFile, writeFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { metricDefinitions } from "../src/report/metrics.ts";
import { listOptions, type OptionDescription } from "../src/rl/config/index.ts";
import { type TaskFactory, tasks } from "../src/tasks/index.ts";

export const CONFIGURATION = new URL("../docs/configuration.md", import.meta.url);

const INTRODUCTION = `# Configuration

Written by \`npx tsx scripts/document_options.ts\` from the schemas in src/rl/config and src/tasks: change the sentences there.

A configuration is a YAML file. Every key but \`model\` and \`task\` may be left out. \`--set a.b=c\` overrides one key
(\`--set grpo.steps=10 --set entropy.controller=none\`). A key that nobody knows, a value of the wrong type or out of range and a
contradiction are refused with one line each, exit code 2, before anything is written.`;

/** The whole page. */
export function configurationPage(): string {
  const sections = [
    INTRODUCTION,
    `## train\n\n\`entropic train CONFIG\`; [configs/quickstart.yaml](../configs/quickstart.yaml) has every key with a comment.\n\n${optionTable(listOptions("train"))}`,
    `## sft\n\n\`entropic sft CONFIG\`; see [configs/countdown_sft.yaml](../configs/countdown_sft.yaml).\n\n${optionTable(listOptions("sft"))}`,
    `## Tasks\n\nOptions beside \`task.name\`.\n\n${Object.values(tasks).map(taskSection).join("\n\n")}`,
    `## Metrics\n\nThe keys of metrics.jsonl, beside \`step\`, \`rewards/NAME/mean\`, \`rewards/NAME/std\`, \`tags/TAG/entropy\`, \`tags/TAG/reward\` and \`eval/pass@k\`.\n\n${metricTable()}`,
  ];
  return `${sections.join("\n\n")}\n`;
}

function optionTable(options: readonly OptionDescription[]): string {
  const rows = options.map(({ path, default: value, description }) => [code(path), value === "" ? "required" : code(value), description]);
  return table(["key", "default", "meaning"], rows);
}

function taskSection(factory: Pick<TaskFactory, "key" | "description" | "options">): string {
  const defaults = factory.options.parse({}) as Record<string, unknown>;
  const rows = Object.entries(factory.options.shape).map(([key, schema]) => [
    code(key),
    code(JSON.stringify(defaults[key])),
    schema.description ?? "",
  ]);
  return `### ${factory.key}\n\n${factory.description.replace(/\.$/, "")}.\n\n${table(["key", "default", "meaning"], rows)}`;
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
