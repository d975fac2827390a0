import { packState, readState } from "../../control/state.js";
import { TOKEN_INPUT, TOKEN_STATISTICS } from "../../ops/records.js";
import { isGated } from "./gate.js";
/** The state with the entropies and counts of the rows whose mask is 1 + class, of each class and of all classes. */
export function entropyReduceReference({ statistics, token_inputs, control }, options) {
    const state = readState(control.data);
    const writes = options.wholeBatch !== false;
    const masks = TOKEN_INPUT.readAll(token_inputs.data).map(({ mask }) => mask);
    const policy = TOKEN_STATISTICS.readAll(statistics.data);
    const tokensOf = (accepts) => policy.filter((_, row) => accepts(masks[row]));
    const meanOf = (tokens) => tokens.reduce((sum, { entropy }) => sum + entropy, 0) / Math.max(1, tokens.length);
    const loops = state.loops.map((loop, i) => {
        const tokens = tokensOf((mask) => mask === i + 1);
        const entropy = meanOf(tokens);
        return { ...loop, token_count: tokens.length, batch_entropy: entropy, ...(writes && tokens.length > 0 && { entropy }) };
    });
    const all = tokensOf((mask) => mask > 0);
    const gated_count = all.filter((token) => isGated(token, options)).length;
    const counts = { token_count: all.length, gated_count, gated_fraction: gated_count / Math.max(1, all.length) };
    const whole = { ...state.control, ...(writes && { ...counts, entropy: meanOf(all) }) };
    return { control: Float64Array.from(packState({ control: whole, loops })) };
}
