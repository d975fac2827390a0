import { logSoftmax } from "./token_statistics.js";
/** Of a row of logits: the distribution that a token is drawn from, and logp and entropy before top-k and top-p. */
export function nextTokenReference(logits, options) {
    const { temperature, topK, topP } = options;
    const logp = logSoftmax(Array.from(logits, (value) => value / (temperature || 1)));
    const entropy = -logp.reduce((sum, value) => sum + Math.exp(value) * value, 0);
    if (temperature === 0) {
        const best = logp.indexOf(Math.max(...logp));
        return { probabilities: logp.map((_, token) => (token === best ? 1 : 0)), logp, entropy };
    }
    const order = logp.map((_, token) => token).sort((a, b) => logp[b] - logp[a]);
    let kept = topK > 0 ? order.slice(0, topK) : order;
    if (topP < 1) {
        const mass = kept.reduce((sum, token) => sum + Math.exp(logp[token]), 0);
        let sum = 0;
        const end = kept.findIndex((token) => {
            sum += Math.exp(logp[token]);
            return sum >= topP * mass;
        });
        kept = kept.slice(0, end + 1);
    }
    const mass = kept.reduce((sum, token) => sum + Math.exp(logp[token]), 0);
    return { probabilities: logp.map((value, token) => (kept.includes(token) ? Math.exp(value) / mass : 0)), logp, entropy };
}
