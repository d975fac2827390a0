import { isMapping } from "../options/problems.ts";

/** What a tokenizer.json says of its tokens. */
export interface TokenTable {
  /** The token of each id; a hole where there is none. */
  readonly tokens: readonly (string | undefined)[];
  readonly ids: ReadonlyMap<string, number>;
  /** Ids of added tokens, which stand for their text as it is written, and of those among them that are special. */
  readonly added: ReadonlySet<number>;
  readonly special: ReadonlySet<number>;
  /** The section `decoder` of tokenizer.json. */
  readonly decoder: unknown;
}

interface AddedToken {
  readonly id: number;
  readonly content: string;
  readonly special?: boolean;
}

/** The tokens of a tokenizer.json whose vocabulary has been checked. */
export function tokenTable({ model, added_tokens: list = [], decoder }: Readonly<Record<string, unknown>>): TokenTable {
  const { vocab } = model as { readonly vocab: Readonly<Record<string, number>> | readonly [string, number][] };
  const added = list as readonly AddedToken[];
  const ids = new Map(isMapping(vocab) ? Object.entries(vocab) : (vocab as [string, number][]).map(([token], id) => [token, id]));
  for (const { content, id } of added) ids.set(content, id);
  const tokens: (string | undefined)[] = [];
  for (const [token, id] of ids) tokens[id] = token;
  const special = added.filter((token) => token.special === true);
  return { tokens, ids, added: new Set(added.map(({ id }) => id)), special: new Set(special.map(({ id }) => id)), decoder };
}
