import { z } from "zod";
/** The bounds of a number: `min` and `max` may be reached, `above` and `below` may not. */
export interface Range {
    readonly min?: number;
    readonly max?: number;
    readonly above?: number;
    readonly below?: number;
}
/** Attaches the sentence that documents an option, and its default. */
export declare function option<S extends z.ZodType>(schema: S, value: z.output<S>, description: string): z.ZodPrefault<S>;
/** An option whose value may change when a run is resumed, because what the run has done so far stays true with any value. */
export declare function adjustable<S extends z.ZodType>(schema: S, value: z.output<S>, description: string): z.ZodPrefault<S>;
/** Whether the option at a path of key names may change when a run is resumed. */
export declare function isAdjustable(schema: z.ZodType, path: readonly string[]): boolean;
/**
 * A finite number inside the range. The schema's error message is the phrase of what is allowed ("a number from 0 to 1");
 * `nullMeaning` adds what null stands for, where the caller makes the schema nullable.
 */
export declare function decimal(range?: Range, nullMeaning?: string): z.ZodNumber;
/** A finite number inside the range, or a word that lets the program find one. */
export declare function decimalOr<const Word extends string>(word: Word, range?: Range): z.ZodUnion<readonly [z.ZodNumber, z.ZodLiteral<Word>]>;
/** A list. */
export declare function list<S extends z.ZodType>(element: S, allowed: string): z.ZodArray<S>;
/** A whole number inside the range. */
export declare function whole(range?: Range, nullMeaning?: string): z.ZodNumber;
/** One of a few words. */
export declare function oneOf<const T extends readonly [string, ...string[]]>(words: T, nullMeaning?: string): z.ZodEnum<{ [k_1 in T[number]]: k_1; } extends infer T_1 ? { [k in keyof T_1]: T_1[k]; } : never>;
/** The names of a registry, for `oneOf`. */
export declare function namesOf<Name extends string>(registry: Readonly<Record<Name, unknown>>): [Name, ...Name[]];
/** true or false. */
export declare function flag(): z.ZodBoolean;
/** A text of at least one character. */
export declare function text(allowed: string): z.ZodString;
/** A section of the configuration: an object that may be left out and knows all its keys. */
export declare function section<T extends z.ZodRawShape>(shape: T): z.ZodObject<{ -readonly [P in keyof T]: T[P]; }, z.core.$strict>;
/** An object with more keys than those of `shape`, which are checked where they are read. */
export declare function openSection<T extends z.ZodRawShape>(shape: T, allowed: string): z.ZodObject<{ -readonly [P in keyof T]: T[P]; }, z.core.$loose>;
/** The keys of the object that `schema` describes at a path; none where there is no object. */
export declare function keysOf(schema: z.ZodType, path?: readonly PropertyKey[]): string[];
/** One documented option: key path, default as JSON ("" when it must be given), its sentence, and whether it may change in a resume. */
export interface OptionDescription {
    readonly path: string;
    readonly default: string;
    readonly description: string;
    readonly adjustable: boolean;
}
/** Every option that a schema describes, sections within it included, in its order. */
export declare function describeOptions(schema: z.ZodObject, prefix?: string): OptionDescription[];
