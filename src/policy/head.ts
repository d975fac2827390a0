import type { Scalar } from "../graph/scalar.ts";
import { rowsOf, type Tensor } from "../graph/tensor.ts";
import { backwardPass, empty, type GradientSink } from "../graph/trace.ts";
import type { LanguageModel } from "../nn/language_model.ts";
import { capLogits } from "../ops/cap_logits.ts";
import { logitsGradient } from "../ops/logits_gradient.ts";
import { matmul, piecesOf, type Weight } from "../ops/matmul/op.ts";
import { TOKEN_STATISTICS } from "../ops/records.ts";
import { tokenStatistics } from "../ops/token_statistics.ts";
import type { Chunk } from "./chunks.ts";

/** What makes logits of hidden states: weight [V, C], and where logits have a cap. */
export interface HeadOfModel {
  readonly weight: Weight;
  readonly logitCap?: number | undefined;
}

export function headOf(model: LanguageModel): HeadOfModel {
  return { weight: model.head(), logitCap: model.logitCap };
}

/** The head of a policy over packed rows: hidden [N, C], actions [N]. */
export interface Head extends HeadOfModel {
  readonly hidden: Tensor;
  readonly actions: Tensor;
  readonly inverseTemperature: Scalar;
  readonly chunks: readonly Chunk[];
}

export interface HeadStatistics {
  /** [N, 4]: a record TOKEN_STATISTICS of every row, of softmax(logits / temperature). */
  readonly statistics: Tensor;
  /** The logits, as logitsOf gives them, where the batch is one chunk; they need not be computed again. */
  readonly logits: Tensor | undefined;
}

/** The tokens that a head tells apart. */
function vocabularyOf(weight: Weight): number {
  return piecesOf(weight).reduce((sum, piece) => sum + piece.size(0), 0);
}

/** hidden [N, C] -> logits [N, V], whose rows are padded to whole quads. */
export function logitsOf(hidden: Tensor, { weight, logitCap }: HeadOfModel): Tensor {
  const logits = matmul(hidden, weight, { layout: "NT", valid: vocabularyOf(weight) });
  return logitCap === undefined ? logits : capLogits(logits, logitCap);
}

/** Log-probability and entropy of every row, a chunk of logits at a time. */
export function headStatistics(head: Head): HeadStatistics {
  const { hidden, weight, actions, inverseTemperature, chunks } = head;
  const statistics = empty("statistics", { shape: [hidden.shape[0]!, TOKEN_STATISTICS.size], isExact: true });
  const vocabulary = vocabularyOf(weight);
  let logits: Tensor | undefined;
  for (const { begin, rows, tokens } of chunks) {
    logits = logitsOf(rowsOf(hidden, begin, rows), head);
    const own = (all: Tensor): Tensor => rowsOf(all, tokens.begin, tokens.rows);
    tokenStatistics(logits, own(actions), { inverseTemperature, vocabulary, first: tokens.first, into: own(statistics) });
  }
  return { statistics, logits: chunks.length === 1 ? logits : undefined };
}

/** Where the gradient of the head's matrix goes; undefined where the head is frozen. */
export function headSink({ weight }: Pick<Head, "weight">, sinks: ReadonlyMap<Tensor, GradientSink>): GradientSink | undefined {
  const [tensor] = piecesOf(weight);
  return sinks.get(tensor!);
}

/**
 * The backward pass of the head. Each chunk's logits are recomputed, turned into their gradient in place, and multiplied
 * into grad_hidden [N, C] (returned) and, where the head is trained, the head's gradient (onto the sink).
 * coefficients [N, 2]: dL/dlogp of the action and dL/dentropy of every row.
 */
export function headBackward(head: Head, saved: HeadStatistics, coefficients: Tensor, sink: GradientSink | undefined): Tensor {
  const { hidden, weight, actions, inverseTemperature, chunks } = head;
  const valid = vocabularyOf(weight);
  const gradHidden = empty("grad_hidden", { shape: hidden.shape });
  chunks.forEach(({ begin, rows, tokens }, index) => {
    const own = (all: Tensor): Tensor => rowsOf(all, tokens.begin, tokens.rows);
    const hiddenRows = rowsOf(hidden, begin, rows);
    const logits = saved.logits ?? logitsOf(hiddenRows, head);
    backwardPass(() => {
      const gradLogits = logitsGradient(logits, {
        actions: own(actions),
        statistics: own(saved.statistics),
        coefficients: own(coefficients),
        first: tokens.first,
        inverseTemperature,
        vocabulary: valid,
        cap: head.logitCap,
      });
      matmul(gradLogits, weight, { layout: "NN", valid, sink: { onto: rowsOf(gradHidden, begin, rows), accumulate: 0 } });
      if (sink) matmul(gradLogits, hiddenRows, { layout: "TN", valid, sink: index === 0 ? sink : { ...sink, accumulate: 1 } });
    });
  });
  return gradHidden;
}
