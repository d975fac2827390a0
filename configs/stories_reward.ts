/** 0.25 for a story that ends within the limit, which the last token tells: it is the one that begins the next story. For configs/stories.yaml. */
import type { RewardFunction } from "../src/index.ts";

const BEGIN_OF_NEXT = 1;

const reward: RewardFunction = ({ completionIds }) =>
  completionIds.map((ids) => (ids[ids.length - 1] === BEGIN_OF_NEXT ? 0.25 : 0));

export default reward;
