import { z } from "zod";
import { ConfigError, describeIssues, type Hints, nearestWord, refusal, throwIfAny } from "./problems.ts";
import { listed } from "./quote.ts";
import { keysOf } from "./schema.ts";

/** Two options that are each allowed but do not go together: the one to change, its value, and what it must be. */
export interface Contradiction {
  readonly option: string;
  readonly value: unknown;
  readonly allowed: string;
}

/** What a task, a controller or a policy loss says of itself; the configuration and the documentation are made of it. */
export interface Declaration<Options extends z.ZodObject = z.ZodObject> {
  /** Its name in configurations. */
  readonly key: string;
  /** One sentence that says what it does. */
  readonly description: string;
  /** Its options, each with a default and a sentence; they are keys of the section that names it. */
  readonly options: Options;
  /** What is wrong with options that are each inside their range. */
  check?(options: z.output<Options>): readonly Contradiction[];
}

/** Makes a task, a controller or a loss from its options. An option that is left out takes its default. */
export type Factory<Options extends z.ZodObject, Made> = ((options?: z.input<Options>) => Made) & Declaration<Options>;

/**
 * Turns a declaration into a factory. `section` is the section of the configuration that messages name.
 * The factory throws ConfigError, one line a problem, for an option that is unknown, out of range, or contradicts another.
 */
export function declare<Options extends z.ZodObject, Made>(
  section: string,
  declaration: Declaration<Options>,
  build: (options: z.output<Options>) => Made,
): Factory<Options, Made> {
  const create = (given: z.input<Options> = {} as z.input<Options>): Made => {
    const parsed = parseOptions(z.object({ [section]: declaration.options }), { [section]: given })[section] as z.output<Options>;
    throwIfAny(contradictionsOf(section, declaration, parsed));
    return build(parsed);
  };
  return Object.assign(create, declaration);
}

/** Checks a value and fills in defaults, as `schema` says. @throws ConfigError with one line for each problem */
export function parseOptions<Schema extends z.ZodType>(schema: Schema, value: unknown, hints?: Hints): z.output<Schema> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const ofKey = (section: string, key: string): string | undefined =>
    hints?.ofKey?.(section, key) ?? inAnotherSection(schema, section, key);
  throw new ConfigError(describeIssues(result.error, value, (path) => keysOf(schema, path), { ...hints, ofKey }));
}

/** Says where a key belongs that stands in the wrong section, or in none. */
function inAnotherSection(schema: z.ZodType, section: string, key: string): string | undefined {
  const place = keysOf(schema).find((other) => other !== section && keysOf(schema, [other]).includes(key));
  return place === undefined || section.includes(".") ? undefined : `did you mean ${place}.${key}?`;
}

/** The contradictions that a declaration finds among options, one line each. */
export function contradictionsOf<Options extends z.ZodObject>(
  section: string,
  declaration: Pick<Declaration<Options>, "check">,
  options: z.output<Options>,
): string[] {
  return (declaration.check?.(options) ?? []).map(({ option, value, allowed }) => refusal(`${section}.${option}`, value, allowed));
}

/** Picks the options of a declaration from a section that holds others too. An undefined option is left out. */
export function ownOptions(declaration: Declaration, section: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const own = Object.keys(declaration.options.shape);
  return Object.fromEntries(Object.entries(section).filter(([name, value]) => own.includes(name) && value !== undefined));
}

/** The entry of a registry. @throws ConfigError for a name that is not there, with the nearest one */
export function registered<Entry>(registry: Readonly<Record<string, Entry>>, name: string, option: string): Entry {
  if (Object.hasOwn(registry, name)) return registry[name]!;
  const names = Object.keys(registry);
  const near = nearestWord(name, names);
  throw new ConfigError([refusal(option, name, `one of ${listed(names)}`) + (near ? `; did you mean ${near}?` : "")]);
}

type Registry = Readonly<Record<string, Declaration>>;

/**
 * The keys of a section that names one entry of a registry. Those of the chosen entry have its defaults and ranges. Those of the other
 * entries may stand there without effect, so that one section serves several entries.
 */
export function shapeOfChosen(registry: Registry, chosen: string): z.ZodRawShape {
  const others = Object.values(registry).flatMap(({ options }) => Object.entries(options.shape) as [string, z.ZodType][]);
  const withoutDefaults = others.map(([name, schema]) => [
    name,
    (schema instanceof z.ZodPrefault ? (schema.unwrap() as z.ZodType) : schema).optional(),
  ]);
  const own = Object.hasOwn(registry, chosen) ? registry[chosen]!.options.shape : {};
  return { ...(Object.fromEntries(withoutDefaults) as z.ZodRawShape), ...own };
}

type OptionsOf<Entry> = Entry extends { readonly options: z.ZodObject<infer Shape> }
  ? { readonly [Key in keyof Shape]: z.output<Shape[Key]> }
  : never;
type KeyOfAny<Union> = Union extends unknown ? keyof Union : never;
type ValueOfAny<Union, Key> = Union extends unknown ? (Key extends keyof Union ? Union[Key] : never) : never;

/** The type of what `shapeOfChosen` reads, whichever entry is chosen: any option of any of them. */
export type OptionsOfAny<Entries extends Registry> = {
  readonly [Key in KeyOfAny<OptionsOf<Entries[keyof Entries]>>]?: ValueOfAny<OptionsOf<Entries[keyof Entries]>, Key>;
};

/**
 * The same schema for the same word. A schema compiles itself when it first reads a value, so one that is made anew for every value is
 * compiled for every value.
 */
export function madeOnce<Schema extends z.ZodType>(make: (word: string) => Schema): (word: string) => Schema {
  const made = new Map<string, Schema>();
  return (word) => {
    const schema = made.get(word) ?? make(word);
    made.set(word, schema);
    return schema;
  };
}
