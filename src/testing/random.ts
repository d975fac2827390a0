export { createGenerator, type Generator } from "../random.ts";
