import { FINISHED, markTokens, nextTokenOp } from "../../ops/next_token.ts";
import type { OpCase } from "../op_case.ts";
import { nextTokenReference } from "../reference/next_token.ts";
import { given, normal } from "../values.ts";

const SHAPES = [
  [1, 1],
  [3, 16],
  [5, 37],
  [2, 131],
  [67, 5],
  // The vocabulary of Qwen2.
  [2, 151936],
] as const;

/** A greedy draw, which needs no random numbers; the group `sampling` of `verify` draws at random. */
export const nextTokenCases: readonly OpCase[] = SHAPES.map(([rows, vocabulary]) => ({
  name: "next_token",
  title: `greedy over ${rows} x ${vocabulary}`,
  tolerance: 2e-6,
  byElement: true,
  quick: rows < 10 && vocabulary < 1000,
  slow: vocabulary > 1000,
  inputs: {
    logits: normal([rows, vocabulary], 1, 1.5),
    sequence_key: given([rows], Array(rows).fill(3), "u32"),
    token_marks: given([2, Math.ceil(vocabulary / 32)], [...markTokens(vocabulary, [[2], []])], "u32"),
    position: given([rows], Array(rows).fill(5), "u32"),
    token: given([rows], Array(rows).fill(0), "u32"),
    done: given([rows], Array(rows).fill(0), "u32"),
    completions: given([rows, 3, 3], Array(rows * 9).fill(7)),
  },
  dynamicRows: ["logits", "sequence_key", "position", "token", "done", "completions"],
  op: (i) =>
    nextTokenOp(
      {
        logits: i.logits!,
        sequence_key: i.sequence_key!,
        token_marks: i.token_marks!,
        position: i.position!,
        token: i.token!,
        done: i.done!,
        completions: i.completions!,
      },
      { temperature: 0, topK: 0, topP: 1, seed: 1 },
    ),
  reference: ({ logits }) => {
    const drawn = Array.from({ length: rows }, (_, row) => {
      const { probabilities, logp, entropy } = nextTokenReference(logits!.data.subarray(row * vocabulary, (row + 1) * vocabulary), {
        temperature: 0,
        topK: 0,
        topP: 1,
      });
      const token = probabilities.indexOf(1);
      return { token, done: token === 2 ? FINISHED + 1 : 1, completions: [token, logp[token]!, entropy, 7, 7, 7, 7, 7, 7] };
    });
    return {
      token: Float64Array.from(drawn, ({ token }) => token),
      done: Float64Array.from(drawn, ({ done }) => done),
      position: new Float64Array(rows).fill(6),
      completions: Float64Array.from(drawn.flatMap(({ completions }) => completions)),
    };
  },
}));
