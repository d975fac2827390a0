import type { Random } from "../../src/random.ts";

/** Values that nobody means, or that a program forgets: of every type, at every edge. */
const AWKWARD: readonly unknown[] = [
  ...[
    null,
    true,
    false,
    "",
    " ",
    "x",
    0,
    -0,
    -1,
    1,
    2,
    2.5,
    1e-300,
    1e15,
    1e300,
    -1e300,
    2 ** 31,
    2 ** 32,
    2 ** 53,
    10_000_000,
    100_000_000,
  ],
  ...[
    "constructor",
    "__proto__",
    "toString",
    "hasOwnProperty",
    "NaN",
    "Infinity",
    "1",
    "auto",
    "none",
    "\u001b[31mred",
    "a\u0000b",
    "\ud800",
  ],
  ...[
    "x".repeat(50_000),
    "\n".repeat(300),
    "☃",
    "$(x)",
    "../../../etc/passwd",
    "%s%n",
    [],
    {},
    [[]],
    [null],
    { name: "x" },
    { __proto__: null },
  ],
  ...[Array.from({ length: 3000 }, (_, i) => i), Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`key${i}`, i])), nested(100)],
];

/** Pieces that mean something to a parser. */
const PIECES = [
  ..."{}[]:,\"'\\#&*!|>%@`-?~\t\n\r ",
  "\u0000",
  "\ufeff",
  "- ",
  ": ",
  "<<: ",
  "&a ",
  "*a",
  "!!int ",
  "---\n",
  "...\n",
  "1e999",
  "null",
];

/** One of a list. */
export function pick<Item>(random: Random, items: readonly Item[]): Item {
  return items[random.integer(items.length)]!;
}

/** A text with one to four changes, made without regard to what it means. */
export function mutateText(random: Random, text: string): string {
  let changed = text;
  for (let change = random.integer(4); change >= 0 && changed.length < 100_000; change--) changed = changeText(random, changed);
  return changed;
}

function changeText(random: Random, text: string): string {
  const at = random.integer(text.length + 1);
  const end = Math.min(text.length, at + random.integer(pick(random, [2, 20, 400])));
  switch (random.integer(7)) {
    case 0:
      return text.slice(0, at);
    case 1:
      return text.slice(0, at) + text.slice(end);
    case 2:
      return text.slice(0, end) + text.slice(at);
    case 3:
      return text.slice(0, at) + pick(random, PIECES).repeat(pick(random, [1, 1, 1, 2, 300, 20_000])) + text.slice(at);
    case 4:
      return text.slice(0, at) + String.fromCharCode(random.integer(0x3000)) + text.slice(at + 1);
    case 5:
      return text.replace(/-?\d+(\.\d+)?/g, (number) => (random.integer(6) === 0 ? written(pick(random, AWKWARD)) : number));
    default:
      return text.replace(/"[^"\n]*"|\b[a-z]\w+\b/gi, (word) => (random.integer(12) === 0 ? written(pick(random, AWKWARD)) : word));
  }
}

/** Plain data with one to three changes: a value replaced by an awkward one, left out, doubled, or under another key. */
export function mutateData(random: Random, value: unknown): unknown {
  const copy = structuredClone(value);
  for (let change = random.integer(3); change >= 0; change--) changeData(random, copy);
  return random.integer(60) === 0 ? structuredClone(pick(random, AWKWARD)) : copy;
}

function changeData(random: Random, root: unknown): void {
  const places = placesIn(root);
  if (places.length === 0) return;
  const { owner, key } = pick(random, places);
  const set = (name: string, value: unknown): void => void Object.defineProperty(owner, name, { value, ...OPEN });
  const kind = random.integer(8);
  if (kind === 0) Reflect.deleteProperty(owner, key);
  else if (kind === 1) set(pick(random, ["constructor", "__proto__", `${key}x`, "", "x".repeat(9000)]), Reflect.get(owner, key));
  else if (kind === 2 && Array.isArray(owner)) owner.push(...Array.from(owner).slice(0, 1000));
  else if (kind === 3) set(key, { [key]: Reflect.get(owner, key) });
  else if (kind === 4) set(key, [Reflect.get(owner, key)]);
  else set(key, structuredClone(pick(random, AWKWARD)));
}

const OPEN = { enumerable: true, configurable: true, writable: true } as const;

function placesIn(value: unknown, places: { owner: object; key: string }[] = []): { owner: object; key: string }[] {
  if (typeof value !== "object" || value === null || places.length > 2000) return places;
  for (const key of Object.keys(value)) {
    places.push({ owner: value, key });
    placesIn(Reflect.get(value, key), places);
  }
  return places;
}

/** Bytes with one to four of them changed, cut, or doubled. */
export function mutateBytes(random: Random, bytes: Uint8Array): Uint8Array {
  const changed = bytes.slice();
  for (let change = random.integer(4); change >= 0; change--) changed[random.integer(Math.min(changed.length, 400))] = random.integer(256);
  return random.integer(4) === 0 ? changed.slice(0, random.integer(changed.length + 1)) : changed;
}

/** A text that still is JSON, with the changes of `mutateData`; now and then one of `mutateText`. */
export function mutateJson(random: Random, text: string): string {
  return random.integer(3) === 0 ? mutateText(random, text) : JSON.stringify(mutateData(random, JSON.parse(text)), undefined, 1);
}

function written(value: unknown): string {
  return JSON.stringify(value) ?? "undefined";
}

function nested(levels: number): unknown {
  return levels === 0 ? 1 : [nested(levels - 1)];
}
