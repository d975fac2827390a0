/** @throws NotFiniteError naming the first array with a number that is not finite in single precision. `consequence` ends the message. */
export declare function requireFinite(arrays: ReadonlyMap<string, {
    readonly data: ArrayLike<number>;
}>, owner: string, consequence: string): void;
