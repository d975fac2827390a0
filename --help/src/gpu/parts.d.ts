/** Something that holds memory or claims until it is destroyed. */
export interface Destroyable {
    destroy(): void;
}
/** Hands a part over to what is being built, and returns it. */
export type Own = <Part extends Destroyable>(part: Part) => Part;
/**
 * Builds something of parts that it owns. Where building fails, what was built before is destroyed; otherwise `destroy` of the result
 * destroys the parts, the last first. A second `destroy` does nothing.
 */
export declare function build<Result extends object>(make: (own: Own) => Promise<Result>): Promise<Result & Destroyable>;
/** Makes something that needs `part`, which is destroyed where that fails. */
export declare function makeWith<Result>(part: Destroyable, make: () => Result): Result;
