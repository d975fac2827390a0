import { createReadStream, existsSync } from "node:fs";
import { basename, extname } from "node:path";
import { type Command, InvalidArgumentError, Option } from "commander";
import { configFile, shippedConfigNames } from "../node/shipped_configs.ts";
import { nearestWord } from "../options/problems.ts";
import { brief, listed, reasonOf } from "../options/quote.ts";
import { readYaml } from "../options/yaml.ts";
import { BYTES_ALLOWED, parseBytes } from "../rl/memory/bytes.ts";
import { UsageError } from "./errors.ts";

/** What a user types before the name of a command. A clone has a script for it; the installed package, which is JavaScript, has a program. */
export const PROGRAM = import.meta.url.endsWith(".ts") ? "npm run -s entropic --" : "npx entropic-webgpu";

/** Ends a command's help with examples: pairs of a command line (without the program's name) and what it does. */
export function addExamples(command: Command, examples: readonly (readonly [line: string, meaning: string])[]): Command {
  const text = examples.map(([line, meaning]) => `  $ ${PROGRAM} ${line}\n      ${meaning}`).join("\n");
  return command.addHelpText("after", `\n${examples.length === 1 ? "Example" : "Examples"}:\n${text}`);
}

/** `--adapter NAME`: which GPU to take; `ENTROPIC_ADAPTER` when the option is absent, else `auto`. */
export function addAdapterOption(command: Command): Command {
  const meaning = "GPU to use: auto, hardware, software, embedded, or a part of an adapter's name";
  return command.addOption(new Option("--adapter <name>", meaning).env("ENTROPIC_ADAPTER").default("auto"));
}

/** `--lora DIR`: the PEFT adapter to put on the model. */
export function addLoraOption(command: Command): Command {
  return command.option("--lora <dir>", "folder of a PEFT adapter (adapter_config.json) to put on the model");
}

/** `--memory 10GiB`: the most GPU memory to take. */
export function addMemoryOption(command: Command): Command {
  const meaning = "most GPU memory to take, such as 10GiB (default: as much as there is)";
  return command.addOption(new Option("--memory <bytes>", meaning).argParser(bytes));
}

function bytes(text: string): number {
  const amount = parseBytes(text);
  if (amount === undefined) throw new InvalidArgumentError(`It must be ${BYTES_ALLOWED}.`);
  return amount;
}

/** `--json`: the result as JSON on stdout, for scripts. */
export function addJsonOption(command: Command): Command {
  return command.option("--json", "print the result as JSON");
}

/** `--set a.b=c` (repeatable): overrides of a configuration file, in the order given. */
export function addSetOption(command: Command): Command {
  const meaning = "override one key of the configuration, for example grpo.steps=10; may be given several times";
  // A default of the option's own would be shown, and there is nothing to say of an empty list.
  return command.addOption(new Option("--set <key=value>", meaning).argParser(collect)).setOptionValue("set", []);
}

/** Gathers a repeatable option's values in order; pass it to commander as the option's parser. */
export function collect(value: string, previous: readonly string[]): string[] {
  return [...previous, value];
}

/** A parser of whole numbers for commander: `integer({ min: 1 })`. Its error names the value and what is allowed. */
export function integer(range: { min?: number; max?: number } = {}): (text: string) => number {
  return (text) => checked(text, range, Number.isSafeInteger, "a whole number");
}

/** A parser of numbers for commander: `decimal({ min: 0 })`. */
export function decimal(range: { min?: number; max?: number } = {}): (text: string) => number {
  return (text) => checked(text, range, Number.isFinite, "a number");
}

/** A parser of numbers between commas: `listOf(decimal({ min: 0 }))` for `0.6,0.3`. */
export function listOf(parse: (text: string) => number): (text: string) => number[] {
  return (text) => text.split(",").map(parse);
}

function checked(text: string, { min, max }: { min?: number; max?: number }, accepts: (value: number) => boolean, kind: string): number {
  const value = text.trim() === "" ? Number.NaN : Number(text);
  const inside = (min === undefined || value >= min) && (max === undefined || value <= max);
  if (accepts(value) && inside) return value;
  const bounds = [min === undefined ? "" : ` of at least ${min}`, max === undefined ? "" : ` of at most ${max}`]
    .filter(Boolean)
    .join(" and");
  throw new InvalidArgumentError(`It must be ${kind}${bounds}.`);
}

/**
 * Reads a YAML configuration file as plain data; `name` is the file's stem (`configs/quickstart.yaml` -> `quickstart`). A shipped
 * configuration is known by its name.
 * Throws UsageError or ConfigError with one line when the file cannot be read or is not YAML.
 */
export async function readConfigFile(nameOrPath: string): Promise<{ value: unknown; name: string; path: string }> {
  const path = configFile(nameOrPath);
  refuseUnknownName(path);
  return { value: readYaml(await readUserFile(path), path), name: basename(path, extname(path)), path };
}

/** A word that is no file was meant for the name of a shipped configuration. */
function refuseUnknownName(path: string): void {
  const word = /^(?:configs\/)?([\w-]+)(?:\.ya?ml)?$/.exec(path)?.[1];
  if (word === undefined || existsSync(path)) return;
  const names = shippedConfigNames();
  const near = nearestWord(word, names);
  const remedy = near ? `did you mean ${near}?` : `give the path of one, or a shipped one by name: ${listed(names)}`;
  throw new UsageError(`There is no configuration ${brief(path)}; ${remedy}`);
}

/** The summaries of studies are the largest. */
const MOST_CHARACTERS = 2 ** 26;

/** How UTF-16 text with its byte order mark reads as UTF-8. Windows' PowerShell 5 writes it where output is sent to a file. */
const UTF_16 = /^\uFFFD{2}[\s\S]{0,200}\0/;

/** Reads a text file that the user named, without the byte order mark that some editors put first. Throws UsageError that says why it cannot be read. */
export async function readUserFile(path: string): Promise<string> {
  try {
    let text = "";
    // A device such as /dev/zero has no end, so no more is read than is refused.
    for await (const chunk of createReadStream(path, "utf8")) {
      text += chunk as string;
      if (text.length > MOST_CHARACTERS) break;
    }
    if (UTF_16.test(text)) throw new UsageError(`${brief(path)} is UTF-16 text, as some programs of Windows write it; save it as UTF-8.`);
    if (text.length <= MOST_CHARACTERS) return text.replace(/^\uFEFF/, "");
  } catch (error) {
    if (error instanceof UsageError) throw error;
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT") throw new UsageError(`There is no file ${brief(path)}; give the path of an existing file.`);
    if (code === "EISDIR") throw new UsageError(`${brief(path)} is a folder; give the path of a file.`);
    throw new UsageError(`${brief(path)} cannot be read (${code ?? reasonOf(error)}); give the path of a file.`);
  }
  throw new UsageError(`${brief(path)} is larger than any file that is read here; give the path of a text file.`);
}
