/**
 * A step of `npm run build`: options are declared once, as schemas with a default and a sentence each. Their types in the built
 * declarations are inferred and say nothing, so this step writes them out as interfaces whose properties carry those sentences.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import ts from "typescript";
import * as control from "../src/control/index.ts";
import * as loss from "../src/loss/index.ts";
import type { Declaration } from "../src/options/define.ts";
import { describeOptions, type OptionDescription } from "../src/options/schema.ts";
import { listOptions } from "../src/rl/config/index.ts";
import * as task from "../src/tasks/index.ts";

/** Sentences by the path of an option, such as `grpo.steps`. */
type Sentences = ReadonlyMap<string, string>;

interface Edit {
  readonly file: string;
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

interface Registry {
  readonly name: string;
  /** The file of declarations that it lies in, below the folder of the build. */
  readonly file: string;
  readonly entries: Readonly<Record<string, Declaration>>;
  /** Exports of the registry's module, which may export an entry by itself, too. */
  readonly exports: Readonly<Record<string, unknown>>;
}

const registries: readonly Registry[] = [
  { name: "controllers", file: "src/control/index.d.ts", entries: control.controllers as unknown as Registry["entries"], exports: control },
  { name: "losses", file: "src/loss/index.d.ts", entries: loss.losses as unknown as Registry["entries"], exports: loss },
  { name: "tasks", file: "src/tasks/index.d.ts", entries: task.tasks as unknown as Registry["entries"], exports: task },
];

/** Type aliases of the package, each with its sentences and with the prefixes that make the path of an option of a property's name. */
const aliases = {
  TrainConfig: { sentences: () => trainSentences(), prefixes: [""] },
  SftConfig: { sentences: () => sentencesOf(listOptions("sft")), prefixes: [""] },
  GRPOConfig: { sentences: () => trainSentences(), prefixes: ["grpo.", ""] },
  EntropyOptions: { sentences: () => trainSentences(), prefixes: ["entropy."] },
};

/** Rewrites the declarations in a folder that `npm run build` has filled. */
export function writeOptionTypes(folder: string): void {
  const entry = resolve(folder, "src/index.d.ts");
  const program = ts.createProgram([entry], {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    strict: true,
    skipLibCheck: true,
    noEmit: true,
  });
  const checker = program.getTypeChecker();
  const edits = [
    ...Object.keys(aliases).map((name) => aliasEdit(program, entry, name as keyof typeof aliases)),
    ...registries.flatMap((registry) => registryEdits(checker, program.getSourceFile(resolve(folder, registry.file))!, registry)),
  ];
  const exported = registries.map(({ file, entries }) => {
    const names = Object.keys(entries).filter((key) => hasOptions(entries[key]!));
    return `export type { ${names.map(optionsName).join(", ")} } from "./${file.slice(4).replace(".d.ts", ".js")}";\n`;
  });
  applyEdits([...edits, { file: entry, start: Infinity, end: Infinity, text: exported.join("") }]);
}

function applyEdits(edits: readonly Edit[]): void {
  for (const file of new Set(edits.map((edit) => edit.file))) {
    const own = edits.filter((edit) => edit.file === file).sort((a, b) => b.start - a.start);
    const write = (text: string, { start, end, text: written }: Edit): string => text.slice(0, start) + written + text.slice(end);
    writeFileSync(file, own.reduce(write, readFileSync(file, "utf8")));
  }
}

/** The options of `train`, and those that controllers and losses add to its sections. */
function trainSentences(): Sentences {
  const chosen = [
    { section: "entropy", entries: registries[0]!.entries },
    { section: "grpo", entries: registries[1]!.entries },
  ];
  const own = chosen.flatMap(({ section, entries }) =>
    Object.entries(entries).flatMap(([key, { options }]) =>
      describeOptions(options).map((option) => ({
        ...option,
        path: `${section}.${option.path}`,
        description: `With ${key}: ${option.description}`,
      })),
    ),
  );
  return sentencesOf([...listOptions("train"), ...own]);
}

/** Where several controllers or losses have an option of one name, its text has the sentences of all of them. */
function sentencesOf(options: readonly OptionDescription[]): Sentences {
  const sentences = new Map<string, string>();
  for (const { path, default: value, description } of options) {
    const sentence = value === "" ? description : `${description} Default: ${value}.`;
    const earlier = sentences.get(path);
    sentences.set(path, earlier === undefined ? sentence : `${earlier}\n\n${sentence}`);
  }
  return sentences;
}

function aliasEdit(program: ts.Program, entry: string, name: keyof typeof aliases): Edit {
  const checker = program.getTypeChecker();
  const module = checker.getSymbolAtLocation(program.getSourceFile(entry)!)!;
  const symbol = checker.getExportsOfModule(module).find((one) => one.name === name);
  const declaration = symbol && checker.getAliasedSymbol(symbol).declarations?.[0];
  if (!declaration || !ts.isTypeAliasDeclaration(declaration)) throw new Error(`the package exports no type alias ${name}`);
  const { sentences, prefixes } = aliases[name];
  const body = describeType(checker.getTypeAtLocation(declaration.name), {
    checker,
    place: declaration,
    name,
    sentences: sentences(),
    prefixes,
  });
  const text = `export interface ${name} ${body}`;
  return { file: declaration.getSourceFile().fileName, start: declaration.getStart(), end: declaration.end, text };
}

/** Writes an interface for the options of every entry, and puts it into the types of the entries. */
function registryEdits(checker: ts.TypeChecker, source: ts.SourceFile, { name, entries, exports }: Registry): Edit[] {
  const module = checker.getSymbolAtLocation(source)!;
  const symbols = new Map(checker.getExportsOfModule(module).map((symbol) => [symbol.name, symbol]));
  const registry = symbols.get(name)!;
  const type = checker.getTypeOfSymbol(registry);
  const interfaces: string[] = [];
  const edits = Object.entries(entries).flatMap(([key, entry]) => {
    const property = type.getProperty(key)!;
    const [signature] = checker.getTypeOfSymbol(property).getCallSignatures();
    const made = checker.typeToString(signature!.getReturnType(), source);
    if (hasOptions(entry)) {
      const options = checker.getNonNullableType(checker.getTypeOfSymbol(signature!.parameters[0]!));
      const sentences = sentencesOf(describeOptions(entry.options));
      const body = describeType(options, { checker, place: source, name: `${name}.${key}`, sentences, prefixes: [""] });
      interfaces.push(
        `/** Options of \`${key}\`. ${entry.description.replace(/\.$/, "")}. */\nexport interface ${optionsName(key)} ${body}\n`,
      );
    }
    const factory = (from: string): string => {
      const parameter = hasOptions(entry) ? `options?: ${from}${optionsName(key)}` : "";
      return `((${parameter}) => ${from}${made}) & import("../options/define.js").Declaration`;
    };
    const alone = Object.keys(exports).filter((one) => exports[one] === entry && symbols.has(one));
    const [declared] = property.declarations!;
    return [
      { file: source.fileName, start: declared!.getStart(), end: declared!.getStart(), text: `/** ${entry.description} */\n    ` },
      typeEdit(declared!, factory("")),
      ...alone.map((one) => typeEdit(checker.getAliasedSymbol(symbols.get(one)!).declarations![0]!, factory('import("./index.js").'))),
    ];
  });
  return [...edits, { file: source.fileName, start: source.end, end: source.end, text: interfaces.join("") }];
}

function hasOptions({ options }: Declaration): boolean {
  return Object.keys(options.shape).length > 0;
}

function typeEdit(declaration: ts.Declaration, text: string): Edit {
  const { type } = declaration as ts.PropertySignature | ts.VariableDeclaration;
  return { file: declaration.getSourceFile().fileName, start: type!.getStart(), end: type!.end, text };
}

/** `ppo-clip` -> `PpoClipOptions`. */
function optionsName(key: string): string {
  return `${key.replaceAll(/(^|-)(\w)/g, (_, _dash, letter: string) => letter.toUpperCase())}Options`;
}

interface Description {
  readonly checker: ts.TypeChecker;
  /** Where the text will stand, which decides how types are named. */
  readonly place: ts.Node;
  readonly name: string;
  readonly sentences: Sentences;
  readonly prefixes: readonly string[];
}

/** The body of an interface. A property without a sentence is an error, so that none goes undocumented. */
function describeType(type: ts.Type, description: Description): string {
  const { checker, place, name, sentences, prefixes } = description;
  const lines = checker.getPropertiesOfType(type).map((property) => {
    const paths = prefixes.map((prefix) => `${prefix}${property.name}`);
    const inner = checker.getNonNullableType(checker.getTypeOfSymbol(property));
    const section = paths.find((path) => [...sentences.keys()].some((key) => key.startsWith(`${path}.`)));
    const optional = property.flags & ts.SymbolFlags.Optional ? "?" : "";
    const head = `readonly ${property.name}${optional}: `;
    if (section !== undefined)
      return `${head}${describeType(inner, { ...description, name: `${name}.${property.name}`, prefixes: [`${section}.`] })};`;
    const sentence = paths.map((path) => sentences.get(path)).find((one) => one !== undefined);
    if (sentence === undefined) throw new Error(`${name}.${property.name} has no sentence in the schemas`);
    const text = checker.typeToString(checker.getTypeOfSymbol(property), place, ts.TypeFormatFlags.NoTruncation);
    const value = optional ? text.replace(/ \| undefined$|^undefined \| /, "") : text;
    return `/** ${sentence.replaceAll("\n", "\n * ")} */\n${head}${value};`;
  });
  const open = checker.getIndexInfosOfType(type).length > 0 ? ["readonly [key: string]: unknown;"] : [];
  return `{\n${[...lines, ...open].join("\n")}\n}`.replaceAll(/\n(?!$|\})/g, "\n  ");
}
