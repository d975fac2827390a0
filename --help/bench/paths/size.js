import { Gpt2, gpt2Config } from "../../models/gpt2.js";
import { initializeParameters, placeModule } from "../../src/nn/place.js";
export const S = { name: "S", layers: 4, width: 128, heads: 4, vocabulary: 64, length: 64, batch: 16 };
export const M = { name: "M", layers: 6, width: 256, heads: 8, vocabulary: 64, length: 128, batch: 8 };
export function describe({ name, layers, width, heads, vocabulary }) {
    return `${name} L${layers} C${width} H${heads} V${vocabulary}`;
}
/** Elements of the matrices that every token is multiplied by, the head included. */
export function matrixElements({ layers, width, vocabulary }) {
    return layers * 12 * width ** 2 + vocabulary * width;
}
/** Operations of attention's two products in the forward pass. Each takes 2 D operations per head and pair of tokens. */
export function attentionFlops({ layers, width }, sequences, length) {
    return 4 * width * layers * sequences * ((length * (length + 1)) / 2);
}
export function placeModel(device, { layers, width, heads, vocabulary, length }) {
    const config = { vocab_size: vocabulary, n_embd: width, n_layer: layers, n_head: heads, n_positions: length };
    const model = new Gpt2(gpt2Config(config));
    const placed = placeModule(device, model);
    initializeParameters(placed, 1);
    return { model, placed };
}
