import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { PROGRAM } from "../src/cli/options.ts";
import { buildProgram, COMMAND_NAMES } from "../src/cli/program.ts";

/** A command line as a reader meets it, and where. */
export interface CommandLine {
  readonly place: string;
  readonly line: string;
}

/** The command lines of a page: those of its `sh` blocks, and inline code that begins like a command. */
export function linesOfMarkdown(place: string, markdown: string): CommandLine[] {
  const blocks = [...markdown.matchAll(/```sh\n([\s\S]*?)```/g)].flatMap(([, block]) => block!.split("\n"));
  const prose = markdown.replaceAll(/```[\s\S]*?```/g, "");
  const inline = [...prose.matchAll(/`([^`]+)`/g)].map(([, code]) => code!.replace(/\s+/g, " ")).filter(beginsLikeCommand);
  return [...blocks, ...inline].flatMap((text) => partsOf(text).map((line) => ({ place, line })));
}

/** The command lines in the comments of a YAML or TypeScript file. */
export function linesOfComments(place: string, source: string): CommandLine[] {
  const comments = [...source.matchAll(/(?:^|\s)(?:#|\/\/)\s(.*)$/gm)].map(([, text]) => text!);
  return linesOfMarkdown(place, comments.join("\n"));
}

/** The examples at the end of every command's help. */
export async function linesOfHelp(): Promise<CommandLine[]> {
  const pages = await Promise.all(COMMAND_NAMES.map(async (name) => ({ name, text: await helpOf(name) })));
  return pages.flatMap(({ name, text }) => {
    const lines = [...text.matchAll(/^ {2}\$ (.*)$/gm)].map(([, line]) => line!);
    assert.ok(lines.length > 0, `${name} --help shows no example`);
    return lines.map((line) => ({ place: `${name} --help`, line }));
  });
}

async function helpOf(name: string): Promise<string> {
  const parts: string[] = [];
  const program = await buildProgram(name);
  const command = program.commands.find((one) => one.name() === name)!;
  command.configureOutput({ writeOut: (part) => void parts.push(part) });
  command.outputHelp();
  return parts.join("");
}

/** The commands that a shell would run one after another, without the comment behind them. */
function partsOf(text: string): string[] {
  return text
    .replace(/(^|\s)#\s.*$/, "")
    .split("&&")
    .map((part) => part.trim())
    .filter((part) => part !== "");
}

function beginsLikeCommand(code: string): boolean {
  const [first = "", ...rest] = code.split(" ");
  if (/^(npm|npx|node|entropic|scripts\/\S+\.sh)$/.test(first) || /^ENTROPIC_\w+=/.test(first)) return true;
  return rest.length > 0 && COMMAND_NAMES.includes(first);
}

/** The words of a line, quotes removed. */
export function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:[^\s"']+|"[^"]*"|'[^']*')+/g)].map(([word]) => word.replaceAll(/["']/g, ""));
}

/** What a command line runs: this program with arguments, or another tool whose files were found. */
export type Resolved = { readonly cli: readonly string[] } | { readonly checked: string };

const { scripts } = readPackage();

/** Follows npm and package.json to the program that runs. Throws where a script, a file or a tool does not exist. */
export function resolve(words: readonly string[]): Resolved[] {
  const [first = "", ...rest] = words;
  if (/^ENTROPIC_\w+=/.test(first)) {
    assertKnownVariable(first);
    return rest.length === 0 ? [{ checked: first }] : resolve(rest);
  }
  if (first === "npm") return resolveNpm(rest);
  if (first === "npx") return resolveTool(rest);
  if (first === "node") return resolveFile(rest.filter((word, i) => word !== "--import" && rest[i - 1] !== "--import"));
  if (first.endsWith(".sh")) return resolveFile(words);
  if (COMMAND_NAMES.includes(first)) return [{ cli: words }];
  throw new Error(`nobody can type ${first}; in a clone a command is ${PROGRAM} COMMAND, elsewhere npx entropic-webgpu COMMAND`);
}

function resolveNpm(words: readonly string[]): Resolved[] {
  const [verb, ...rest] = words.filter((word) => word !== "-s");
  if (verb === "ci" || verb === "install") {
    const prefix = rest[rest.indexOf("--prefix") + 1];
    if (rest.includes("--prefix")) assertThere(join(prefix!, "package-lock.json"));
    return [{ checked: words.join(" ") }];
  }
  const [name = "", ...after] = verb === "run" ? rest : [verb ?? "", ...rest];
  const script = scripts[name];
  assert.ok(script, `package.json has no script ${name}`);
  assert.ok(after.length === 0 || after[0] === "--", `npm itself takes ${after[0]}; write -- before it`);
  return script.split("&&").flatMap((part) => resolveScript([...wordsOf(part), ...after.slice(1)]));
}

function resolveScript(words: readonly string[]): Resolved[] {
  return words[0] === "npm" || words[0] === "node" ? resolve(words) : resolveTool(words);
}

function resolveTool([tool = "", ...rest]: readonly string[]): Resolved[] {
  if (tool === "tsx") throw new Error("the command tsx kills a busy program 60 ms after Ctrl-C; write node --import tsx FILE");
  const { name, bin } = readPackage();
  if (tool === name && Object.hasOwn(bin, tool)) return [{ cli: rest }];
  assertThere(join("node_modules/.bin", tool));
  return [{ checked: tool }];
}

function resolveFile([file = "", ...rest]: readonly string[]): Resolved[] {
  assertThere(file);
  if (file === "src/cli/main.ts") return [{ cli: rest }];
  if (file === "scripts/test.ts") for (const path of rest.filter((word) => !word.startsWith("-"))) assertThere(path);
  return [{ checked: file }];
}

function assertThere(path: string): void {
  assert.ok(existsSync(path), `there is no ${path}`);
}

function assertKnownVariable(assignment: string): void {
  const [name, value] = assignment.split("=");
  const row = readFileSync("docs/environment.md", "utf8")
    .split("\n")
    .find((line) => line.startsWith(`| \`${name}\` |`));
  assert.ok(row, `docs/environment.md knows no ${name}`);
  const isOneOf = [...row.split("|")[2]!.matchAll(/`(\w+)`/g)].some(([, one]) => one === value);
  assert.ok(isOneOf || row.includes("a part of a name") || / to /.test(row), `${name} takes no ${value}`);
}

interface Package {
  readonly name: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly bin: Readonly<Record<string, string>>;
}

function readPackage(): Package {
  return JSON.parse(readFileSync("package.json", "utf8")) as Package;
}

/** Files below a folder, by the end of their names. */
export function filesBelow(folder: string, ending: string): string[] {
  const names = readdirSync(folder, { recursive: true }) as string[];
  return names.filter((name) => name.endsWith(ending) && !name.includes("node_modules")).map((name) => join(folder, name));
}
