/** A column of a table: its heading, and "right" for numbers. */
export interface Column {
    readonly heading: string;
    readonly align?: "left" | "right";
}
/** A table as plain text: columns two spaces apart, a rule under the headings, no trailing spaces or final newline. */
export declare function formatTable(columns: readonly Column[], rows: readonly (readonly string[])[]): string;
/** A number in few characters: 4 significant digits, powers of ten below 0.001, thousands separated; "-" for undefined and NaN. */
export declare function formatNumber(value: number | undefined, digits?: number): string;
/** The number of characters a terminal shows: colour codes take no room. */
export declare function visibleLength(text: string): number;
/** Pads to a visible width. */
export declare function pad(text: string, width: number, align?: "left" | "right"): string;
