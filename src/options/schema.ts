import { z } from "zod";
import { listed } from "./quote.ts";

/** The bounds of a number: `min` and `max` may be reached, `above` and `below` may not. */
export interface Range {
  readonly min?: number;
  readonly max?: number;
  readonly above?: number;
  readonly below?: number;
}

/** Attaches the sentence that documents an option, and its default. */
export function option<S extends z.ZodType>(schema: S, value: z.output<S>, description: string) {
  return schema.prefault(value as z.input<S>).describe(description);
}

/** An option whose value may change when a run is resumed, because what the run has done so far stays true with any value. */
export function adjustable<S extends z.ZodType>(schema: S, value: z.output<S>, description: string) {
  const documented = option(schema, value, description);
  return documented.meta({ ...documented.meta(), adjustable: true });
}

/** Whether the option at a path of key names may change when a run is resumed. */
export function isAdjustable(schema: z.ZodType, path: readonly string[]): boolean {
  const [key, ...rest] = path;
  if (key === undefined) return schema.meta()?.adjustable === true;
  const bare = withoutWrappers(schema);
  const inner = bare instanceof z.ZodObject && Object.hasOwn(bare.shape, key) ? (bare.shape[key] as z.ZodType) : undefined;
  return inner !== undefined && isAdjustable(inner, rest);
}

/**
 * A finite number inside the range. The schema's error message is the phrase of what is allowed ("a number from 0 to 1");
 * `nullMeaning` adds what null stands for, where the caller makes the schema nullable.
 */
export function decimal(range: Range = {}, nullMeaning?: string) {
  const allowed = `a number${describeRange(range)}${orNullPhrase(nullMeaning)}`;
  return z.number({ error: allowed }).refine((value) => isInside(value, range), { error: allowed });
}

/** A list. */
export function list<S extends z.ZodType>(element: S, allowed: string) {
  return z.array(element, { error: allowed });
}

/** A whole number inside the range. */
export function whole(range: Range = {}, nullMeaning?: string) {
  const allowed = `a whole number${describeRange(range)}${orNullPhrase(nullMeaning)}`;
  return z.number({ error: allowed }).refine((value) => Number.isSafeInteger(value) && isInside(value, range), { error: allowed });
}

/** One of a few words. */
export function oneOf<const T extends readonly [string, ...string[]]>(words: T, nullMeaning?: string) {
  return z.enum(words, { error: `${words.length > 1 ? "one of " : ""}${listed(words)}${orNullPhrase(nullMeaning)}` });
}

/** The names of a registry, for `oneOf`. */
export function namesOf<Name extends string>(registry: Readonly<Record<Name, unknown>>): [Name, ...Name[]] {
  return Object.keys(registry) as [Name, ...Name[]];
}

/** true or false. */
export function flag() {
  return z.boolean({ error: "true or false" });
}

/** A text of at least one character. `allowed` may be made from the value that is refused. */
export function text(allowed: string | ((issue: { readonly input?: unknown }) => string)) {
  return z.string({ error: allowed }).refine((value) => value.trim() !== "", { error: allowed });
}

/** A section of the configuration: an object that may be left out and knows all its keys. */
export function section<T extends z.ZodRawShape>(shape: T) {
  return z.strictObject(shape, { error: sectionError(shape) });
}

/** An object with more keys than those of `shape`, which are checked where they are read. */
export function openSection<T extends z.ZodRawShape>(shape: T, allowed: string) {
  return z.looseObject(shape, { error: allowed });
}

function orNullPhrase(meaning: string | undefined): string {
  return meaning === undefined ? "" : `, or null (${meaning})`;
}

function sectionError(shape: z.ZodRawShape): string {
  return `a mapping with the keys ${listed(Object.keys(shape))}`;
}

function isInside(value: number, { min = -Infinity, max = Infinity, above = -Infinity, below = Infinity }: Range): boolean {
  return value >= min && value <= max && (above === -Infinity || value > above) && (below === Infinity || value < below);
}

function describeRange({ min, max, above, below }: Range): string {
  const upper = max !== undefined ? `at most ${max}` : below !== undefined ? `below ${below}` : "";
  if (above !== undefined) return ` above ${above}${upper && ` and ${upper}`}`;
  if (min !== undefined && max !== undefined) return ` from ${min} to ${max}`;
  if (min !== undefined) return ` of at least ${min}${upper && ` and ${upper}`}`;
  return upper && ` ${upper}`;
}

/** The keys of the object that `schema` describes at a path; none where there is no object. */
export function keysOf(schema: z.ZodType, path: readonly PropertyKey[] = []): string[] {
  const [key, ...rest] = path;
  const bare = withoutWrappers(schema);
  if (key === undefined) return bare instanceof z.ZodObject ? Object.keys(bare.shape) : [];
  const inner = bare instanceof z.ZodArray ? bare.element : bare instanceof z.ZodObject ? ownSchema(bare, String(key)) : undefined;
  return inner ? keysOf(inner as z.ZodType, rest) : [];
}

function ownSchema({ shape }: z.ZodObject, key: string): z.ZodType | undefined {
  return Object.hasOwn(shape, key) ? (shape[key] as z.ZodType) : undefined;
}

/** One documented option: key path, default as JSON ("" when it must be given), its sentence, and whether it may change in a resume. */
export interface OptionDescription {
  readonly path: string;
  readonly default: string;
  readonly description: string;
  readonly adjustable: boolean;
}

/** Every option that a schema describes, sections within it included, in its order. */
export function describeOptions(schema: z.ZodObject, prefix = ""): OptionDescription[] {
  return Object.entries(schema.shape as Record<string, z.ZodType>).flatMap(([key, inner]) => {
    const bare = withoutWrappers(inner);
    if (bare instanceof z.ZodObject) return describeOptions(bare, `${prefix}${key}.`);
    const byDefault = inner.safeParse(undefined);
    const value = byDefault.success && byDefault.data !== undefined ? JSON.stringify(byDefault.data) : "";
    return [{ path: `${prefix}${key}`, default: value, description: inner.description ?? "", adjustable: isAdjustable(inner, []) }];
  });
}

function withoutWrappers(schema: z.ZodType): z.ZodType {
  const wraps = schema instanceof z.ZodPrefault || schema instanceof z.ZodOptional || schema instanceof z.ZodNullable;
  return wraps ? withoutWrappers(schema.unwrap() as z.ZodType) : schema;
}
