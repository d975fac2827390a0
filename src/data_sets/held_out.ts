import { hashText } from "../tasks/split.ts";

/** What is split in two by the hash of its prompt. */
export interface Keyed<Item> {
  readonly item: Item;
  /** Items of one key stay on one side. */
  readonly key: string;
}

export interface HeldOut<Item> {
  readonly train: readonly Item[];
  readonly eval: readonly Item[];
}

/**
 * Splits items by the hash of their key. A share below 1 holds out the keys whose hash lies in that share of all hashes, so that a key's side
 * depends on nothing but the key. Any other number holds out as many keys, those of the lowest hashes. Held-out items come in the order
 * of their hashes, so that the first ones are a fair sample; the others keep their order.
 */
export function holdOut<Item>(items: readonly Keyed<Item>[], heldOut: number): HeldOut<Item> {
  const hashed = items.map(({ item, key }) => ({ item, key, hash: hashText(key) }));
  const order = (a: { key: string; hash: number }, b: { key: string; hash: number }): number =>
    a.hash - b.hash || (a.key < b.key ? -1 : a.key > b.key ? 1 : 0);
  const limit = heldOut < 1 ? heldOut * 2 ** 32 : undefined;
  const lowest =
    limit === undefined
      ? new Set(
          [...new Map(hashed.map((one) => [one.key, one])).values()]
            .sort(order)
            .slice(0, heldOut)
            .map(({ key }) => key),
        )
      : undefined;
  const isHeld = ({ key, hash }: { key: string; hash: number }): boolean => (limit === undefined ? lowest!.has(key) : hash < limit);
  return {
    train: hashed.filter((one) => !isHeld(one)).map(({ item }) => item),
    eval: hashed
      .filter(isHeld)
      .sort(order)
      .map(({ item }) => item),
  };
}
