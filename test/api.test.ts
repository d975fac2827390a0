import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { controllers } from "../src/control/index.ts";
import { dataTask } from "../src/data_sets/options.ts";
import { losses } from "../src/loss/index.ts";
import type { Declaration } from "../src/options/define.ts";
import { describeOptions } from "../src/options/schema.ts";
import { listOptions } from "../src/rl/config/index.ts";
import { rewardFunctions } from "../src/rl/rewards/index.ts";
import { tasks } from "../src/tasks/index.ts";

const root = fileURLToPath(new URL("..", import.meta.url));
/** As the compiler writes paths, on Windows too. */
const place = (path: string): string => join(root, path).replaceAll("\\", "/");
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const documents = readdirSync(join(root, "docs")).filter((name) => name.endsWith(".md"));
/** Pages for users, who know what the package exports and nothing else. */
const pages = ["README.md", "CHANGELOG.md", ...documents.map((name) => `docs/${name}`)];
const entry = join(root, "src/index.ts");

/** TypeScript blocks of the pages by the file that they would be. A name that a block uses without importing it comes from the package. */
const blocks = new Map(
  pages.flatMap((page) =>
    [...read(page).matchAll(/```ts\n([\s\S]*?)```/g)].map(([, code], i) => [place(`${page}.${i}.ts`), code!] as const),
  ),
);

const program = createProgram();
const checker = program.getTypeChecker();
const exported = exportsOf(checker.getSymbolAtLocation(program.getSourceFile(entry)!)!);

function createProgram(): ts.Program {
  const text = read("tsconfig.json");
  const { options } = ts.parseJsonConfigFileContent(JSON.parse(text), ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { readFile, fileExists } = host;
  const code = (path: string): string | undefined => {
    const block = blocks.get(path);
    if (block === undefined || block.includes("import ")) return block;
    const used = [...new Set(block.match(/\b[a-z]\w+(?=\()/g))].filter((name) => !new RegExp(`\\.${name}\\(`).test(block));
    return `import { ${used.join(", ")} } from "entropic-webgpu";\n${block}`;
  };
  host.readFile = (path) => code(path) ?? readFile(path);
  host.fileExists = (path) => blocks.has(path) || fileExists(path);
  return ts.createProgram([entry, ...blocks.keys()], { ...options, noUnusedLocals: false }, host);
}

/** What a module exports, by name, with what its namespaces export. */
function exportsOf(module: ts.Symbol): Map<string, ts.Symbol> {
  const own = checker.getExportsOfModule(module).map((symbol) => [symbol.name, declared(symbol)] as const);
  const nested = own.filter(([, symbol]) => isNamespace(symbol)).flatMap(([name, symbol]) => prefixed(name, exportsOf(symbol)));
  return new Map([...own, ...nested]);
}

function prefixed(name: string, inner: ReadonlyMap<string, ts.Symbol>): [string, ts.Symbol][] {
  return [...inner].map(([key, symbol]) => [`${name}.${key}`, symbol]);
}

function declared(symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
}

function isNamespace(symbol: ts.Symbol): boolean {
  return (symbol.flags & ts.SymbolFlags.ValueModule) !== 0;
}

test("every export of the package has a docstring", () => {
  const silent = [...exported].filter(([, symbol]) => !isNamespace(symbol) && symbol.getDocumentationComment(checker).length === 0);
  const fileOf = (symbol: ts.Symbol) => symbol.declarations?.[0]?.getSourceFile().fileName.slice(root.length);
  assert.deepEqual(
    silent.map(([name, symbol]) => `${name} of ${fileOf(symbol)}`),
    [],
  );
});

for (const path of blocks.keys()) {
  test(`${path.slice(root.length)} compiles`, () => {
    const problems = ts.getPreEmitDiagnostics(program, program.getSourceFile(path));
    assert.deepEqual(
      problems.map(({ messageText }) => ts.flattenDiagnosticMessageText(messageText, " ")),
      [],
    );
  });
}

/** Properties and methods of everything that is exported. */
function memberNames(): string[] {
  const types = [...exported.values()].flatMap((symbol) => [
    ...(symbol.flags & ts.SymbolFlags.Type ? [checker.getDeclaredTypeOfSymbol(symbol)] : []),
    ...(symbol.flags & ts.SymbolFlags.Value ? [checker.getTypeOfSymbol(symbol)] : []),
  ]);
  return types.flatMap((type) => checker.getPropertiesOfType(type).map(({ name }) => name));
}

function optionNames(): string[] {
  const registries = [controllers, losses, tasks, rewardFunctions, { dataTask }].flatMap(
    (registry) => Object.values(registry) as unknown as Declaration[],
  );
  const options = [...listOptions("train"), ...listOptions("sft"), ...registries.flatMap((one) => describeOptions(one.options))];
  return options.map(({ path }) => path.split(".").at(-1)!);
}

const known = new Set([...exported.keys(), ...memberNames(), ...optionNames(), ...[globalThis, Math].flatMap(Object.getOwnPropertyNames)]);

interface Mention {
  readonly name: string;
  readonly paragraph: string;
}

/** Inline code that is a name in camel case, or a call. */
function mentions(markdown: string): Mention[] {
  const paragraphs = markdown.replaceAll(/```[\s\S]*?```/g, "").split(/\n\n|\n(?=[*|#])/);
  return paragraphs.flatMap((paragraph) =>
    [...paragraph.matchAll(/`(?:new |await )?((?:\w+\.)*\w+)(\([^`]*\))?`/g)]
      .map(([, path, call]) => ({ name: path!.split(".").at(-1)!, call, paragraph }))
      .filter(({ name, call }) => call !== undefined || /^[A-Za-z]*[a-z][A-Z][A-Za-z]*$/.test(name)),
  );
}

/** Whether the paragraph links to a source file that has the name: what is not exported is explained with its place. */
function isLinked({ name, paragraph }: Mention, page: string): boolean {
  const files = [...paragraph.matchAll(/\]\(([^)]+\.ts)\)/g)].map(([, target]) => join(dirname(page), target!));
  return files.some((file) => existsSync(join(root, file)) && read(file).includes(name));
}

for (const page of pages) {
  test(`${page} names only what the package exports, or what it links to`, () => {
    const unknown = mentions(read(page)).filter((mention) => !known.has(mention.name) && !isLinked(mention, page));
    assert.deepEqual(
      unknown.map(({ name, paragraph }) => `${name}: ${paragraph.slice(0, 100)}`),
      [],
    );
  });
}
