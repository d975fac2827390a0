import { type PackedGroups, type PackedRows, packGroups, packRows } from "../../nn/rows.ts";

/** The tokens that a sequence is packed from. */
export interface Tokens {
  readonly promptIds: readonly number[];
  readonly completionIds: readonly number[];
}

/** Whether samples with one prompt share its rows, for models that can (LanguageModel.sharesRows). */
export interface RowSharing {
  readonly sharesRows?: boolean | undefined;
}

/** The rows that a sample takes without sharing: one for each token but the last, which no action follows. */
export function rowsOfSample({ promptIds, completionIds }: Tokens): number {
  return promptIds.length + completionIds.length - 1;
}

/** The rows that a sample takes in a batch where it follows another. */
export function rowsBehind(sample: Tokens, before: Tokens | undefined, { sharesRows = false }: RowSharing): number {
  return sharesRows && before && haveOnePrompt(before, sample) ? sample.completionIds.length : rowsOfSample(sample);
}

/** Where tokens lie in a batch: `rows` from `row` on hold the tokens from `position` on. */
export interface PlacedRows<Sample> {
  readonly sample: Sample;
  readonly row: number;
  readonly position: number;
  readonly rows: number;
}

export interface RowLayout<Sample> {
  readonly rows: number;
  /** In the order of the batch, prompts that are shared among them: those end where the actions of completions begin. */
  readonly places: readonly PlacedRows<Sample>[];
  /** The first row of every sample whose action is a token of its completion. */
  readonly responses: readonly number[];
  readonly structure: PackedRows | PackedGroups;
}

/**
 * Lays samples out in rows. Neighbours with one prompt share the rows of its tokens. The last token's row is each sample's own, because its
 * action is the first token of the completion.
 */
export function layRows<Sample extends Tokens>(samples: readonly Sample[], { sharesRows = false }: RowSharing = {}): RowLayout<Sample> {
  const groups = sharesRows ? groupsOf(samples) : samples.map((sample) => [sample]);
  const places: PlacedRows<Sample>[] = [];
  const responses: number[] = [];
  let row = 0;
  const place = (sample: Sample, position: number, rows: number): void => {
    places.push({ sample, row, position, rows });
    row += rows;
  };
  const sharedRows = ([first]: readonly Sample[]): number => (sharesRows ? first!.promptIds.length - 1 : 0);
  for (const group of groups) {
    const shared = sharedRows(group);
    if (shared > 0) place(group[0]!, 0, shared);
    for (const sample of group) {
      responses.push(row + sample.promptIds.length - 1 - shared);
      place(sample, shared, rowsOfSample(sample) - shared);
    }
  }
  const own = (group: readonly Sample[]): number[] => group.map((sample) => rowsOfSample(sample) - sharedRows(group));
  const structure = sharesRows
    ? packGroups(groups.map((group) => ({ shared: sharedRows(group), own: own(group) })))
    : packRows(samples.map(rowsOfSample));
  return { rows: row, places, responses, structure };
}

function groupsOf<Sample extends Tokens>(samples: readonly Sample[]): Sample[][] {
  const groups: Sample[][] = [];
  for (const sample of samples) {
    const last = groups.at(-1);
    if (last && haveOnePrompt(last[0]!, sample)) last.push(sample);
    else groups.push([sample]);
  }
  return groups;
}

function haveOnePrompt({ promptIds: one }: Tokens, { promptIds: other }: Tokens): boolean {
  return one === other || (one.length === other.length && one.every((id, i) => id === other[i]));
}
