export { createRandom, type Generator } from "../random.ts";
