import { z } from "zod";
import { type Hints } from "./problems.js";
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
export declare function declare<Options extends z.ZodObject, Made>(section: string, declaration: Declaration<Options>, build: (options: z.output<Options>) => Made): Factory<Options, Made>;
/** Checks a value and fills in defaults, as `schema` says. @throws ConfigError with one line for each problem */
export declare function parseOptions<Schema extends z.ZodType>(schema: Schema, value: unknown, hints?: Hints): z.output<Schema>;
/** The contradictions that a declaration finds among options, one line each. */
export declare function contradictionsOf<Options extends z.ZodObject>(section: string, declaration: Pick<Declaration<Options>, "check">, options: z.output<Options>): string[];
/** Picks the options of a declaration from a section that holds others too. An undefined option is left out. */
export declare function ownOptions(declaration: Declaration, section: Readonly<Record<string, unknown>>): Record<string, unknown>;
/** The entry of a registry. @throws ConfigError for a name that is not there, with the nearest one */
export declare function registered<Entry>(registry: Readonly<Record<string, Entry>>, name: string, option: string): Entry;
type Registry = Readonly<Record<string, Declaration>>;
/**
 * The keys of a section that names one entry of a registry. Those of the chosen entry have its defaults and ranges. Those of the other
 * entries may stand there without effect, so that one section serves several entries.
 */
export declare function shapeOfChosen(registry: Registry, chosen: string): z.ZodRawShape;
type OptionsOf<Entry> = Entry extends {
    readonly options: z.ZodObject<infer Shape>;
} ? {
    readonly [Key in keyof Shape]: z.output<Shape[Key]>;
} : never;
type KeyOfAny<Union> = Union extends unknown ? keyof Union : never;
type ValueOfAny<Union, Key> = Union extends unknown ? (Key extends keyof Union ? Union[Key] : never) : never;
/** The type of what `shapeOfChosen` reads, whichever entry is chosen: any option of any of them. */
export type OptionsOfAny<Entries extends Registry> = {
    readonly [Key in KeyOfAny<OptionsOf<Entries[keyof Entries]>>]?: ValueOfAny<OptionsOf<Entries[keyof Entries]>, Key>;
};
export {};
