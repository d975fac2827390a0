import { declare } from "../options/define.js";
/** Declares a policy loss: its key, description and options, its WGSL, and the same function in double precision. */
export function defineLoss(declaration) {
    const { key, wgsl, parameters, surrogate, extra, bySequence = false, selects } = declaration;
    const module = wgsl === undefined ? `loss/${key.replaceAll("-", "_")}` : { name: `loss/${key}`, wgsl };
    return declare("grpo", declaration, (options) => ({
        name: key,
        options,
        module,
        parameters: parameters?.(options) ?? {},
        surrogate: (token) => surrogate(token, options),
        extra: extra && ((context) => extra(context, options)),
        bySequence,
        ...(selects && { selects }),
    }));
}
