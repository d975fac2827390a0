import type { z } from "zod";
/** What else is known of a key or a value that does not exist here, such as another program's name for an option. */
export interface Hints {
    /** Says what to write in place of an unknown key; undefined where nothing is known of it. */
    readonly ofKey?: (section: string, key: string) => string | undefined;
    /** Says what to write in place of a refused value. */
    readonly ofValue?: (path: string, value: unknown) => string | undefined;
}
/** A configuration that cannot be used. The message holds one line per problem: key path, value, what is allowed. */
export declare class ConfigError extends Error {
    readonly name = "ConfigError";
    readonly problems: readonly string[];
    constructor(problems: readonly string[]);
}
/** @throws ConfigError where there is a problem */
export declare function throwIfAny(problems: readonly string[]): void;
/** The line of one refused value. */
export declare function refusal(path: string, value: unknown, allowed: string): string;
/** The line of a key that does not exist, with the hint, or the nearest one that does. `section` is "" at the top. */
export declare function unknownKey(section: string, key: string, known: readonly string[], hint?: string): string;
/**
 * One line per problem that zod found in `input`, and one that counts those beyond the first few. `keysAt` tells the known keys of the
 * section at a path.
 */
export declare function describeIssues(error: z.ZodError, input: unknown, keysAt: (path: readonly PropertyKey[]) => readonly string[], hints?: Hints): string[];
/**
 * The known word that takes the fewest edits (capitals do not count); undefined where these exceed both 2 and a third of the word. The
 * first part of a single known word stands for it: ppo for ppo-clip.
 */
export declare function nearestWord(word: string, known: readonly string[]): string | undefined;
/** The known words, those first that take the fewest edits from `word`. */
export declare function nearestFirst(word: string, known: readonly string[]): string[];
/** Whether a value is a plain mapping (not a list, not null). */
export declare function isMapping(value: unknown): value is Record<string, unknown>;
