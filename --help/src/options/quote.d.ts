/** An input's own text (a path, a key) for a message: on one line, at most 120 characters, the middle of a longer one left out. */
export declare function brief(text: string, most?: number): string;
/** An input's value for a message, as JSON writes it: on one line, at most 120 characters. Lists in lists and circles take no longer. */
export declare function quoted(value: unknown): string;
/** Names for a message: as many as fit 240 characters, and how many more there are. */
export declare function listed(names: readonly string[]): string;
/** What an error says, for another error's message: its first line, at most 240 characters. */
export declare function reasonOf(error: unknown): string;
