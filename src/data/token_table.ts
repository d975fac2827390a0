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
  const ids = new Map<string, number>();
  const tokens: (string | undefined)[] = [];
  const take = (token: string, id: number): void => {
    ids.set(token, id);
    tokens[id] = token;
  };
  if (isMapping(vocab)) for (const token of Object.keys(vocab)) take(token, vocab[token] as number);
  else for (const [id, [token]] of (vocab as readonly [string, number][]).entries()) take(token, id);
  for (const { content, id } of added) take(content, id);
  const special = added.filter((token) => token.special === true);
  return { tokens, ids, added: new Set(added.map(({ id }) => id)), special: new Set(special.map(({ id }) => id)), decoder };
}
