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
export async function build<Result extends object>(make: (own: Own) => Promise<Result>): Promise<Result & Destroyable> {
  const parts: Destroyable[] = [];
  const destroy = (): void => {
    for (const part of parts.splice(0).reverse()) part.destroy();
  };
  try {
    const result = await make((part) => {
      parts.push(part);
      return part;
    });
    return Object.assign(result, { destroy });
  } catch (error) {
    destroy();
    throw error;
  }
}

/** Works with parts, and destroys them when that has ended, well or not. */
export async function withParts<Result>(work: (own: Own) => Promise<Result>): Promise<Result> {
  const { result, destroy } = await build(async (own) => ({ result: await work(own) }));
  destroy();
  return result;
}

/** Makes something that needs `part`, which is destroyed where that fails. */
export function makeWith<Result>(part: Destroyable, make: () => Result): Result {
  try {
    return make();
  } catch (error) {
    part.destroy();
    throw error;
  }
}
