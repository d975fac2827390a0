/** A colour for each of the names of one picture: an algorithm's own, else the first of the palette that no one has. */
export declare function coloursOf(names: readonly string[]): string[];
