/**
 * Rewards of single tokens for configs/digits.yaml. A prompt `8,3:9,4` asks for the next 4 numbers after 8 and 3, each modulo 9: `7,2,6,1`.
 * Every right character up to the first wrong one earns 1 / (characters of the answer + 1), as in the peer's own test.
 */
import type { RewardFunction } from "../src/index.ts";

const reward: RewardFunction = ({ columns, completions, completionIds }) =>
  completions.map((completion, i) => {
    const [message] = columns.messages![i] as readonly { readonly content: string }[];
    const answer = answerOf(message!.content);
    // Each token of this model is one character.
    const right = [...answer].findIndex((character, place) => completion[place] !== character);
    const count = right === -1 ? answer.length : right;
    return Array.from(completionIds[i]!, (_, token) => (token < count ? 1 / (answer.length + 1) : 0));
  });

export default reward;

/** `first,second:modulus,count` -> the next numbers of the sequence, with commas between them. */
function answerOf(prompt: string): string {
  const [first, second, modulus, count] = prompt.split(/[,:]/).map(Number) as [number, number, number, number];
  const difference = (((second - first) % modulus) + modulus) % modulus;
  return Array.from({ length: count }, (_, i) => (second + (i + 1) * difference) % modulus).join(",");
}
