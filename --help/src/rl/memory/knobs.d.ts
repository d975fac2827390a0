/** A half of a number, a quarter and so on, down to `least`; whole numbers, the largest first. */
export declare function halvesOf(value: number, least: number): number[];
