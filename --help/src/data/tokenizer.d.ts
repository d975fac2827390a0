/** Text to token ids and back, together with the files from which Hugging Face tooling makes the same tokenizer. */
export interface Tokenizer {
    /** Ids of a text. With `specialTokens: false` the tokenizer adds no special tokens, such as one that begins a text. */
    encode(text: string, options?: {
        readonly specialTokens?: boolean;
    }): number[];
    /** Text of ids; with `specialTokens: true` the special tokens are spelled out. */
    decode(ids: ArrayLike<number>, options?: {
        readonly specialTokens?: boolean;
    }): string;
    /** One more than the largest id. */
    readonly vocabSize: number;
    readonly eosId?: number | undefined;
    readonly bosId?: number | undefined;
    readonly padId?: number | undefined;
    /** Texts by file name, to be written into checkpoints. */
    readonly files: Readonly<Record<string, string>>;
}
/** The tokenizer of a Hugging Face folder (tokenizer.json, tokenizer_config.json). Throws FileError naming what is missing. */
export declare function loadTokenizer(dir: string): Promise<Tokenizer>;
/**
 * A tokenizer from the texts of its files; `source` is the folder that messages name.
 * @throws FileError where one is not valid JSON, or of a kind that is not supported, or has ids that are none
 */
export declare function tokenizerFromFiles(files: Readonly<Record<string, string>>, source?: string): Tokenizer;
/**
 * A tokenizer with one token per character and ids in the order of `alphabet`. `special` names the characters that end, begin and pad
 * a text. They stay visible in decoded text, because a task's reward must see whether a completion has ended.
 * Throws on a repeated character, and `encode` throws on a character outside the alphabet.
 */
export declare function characterTokenizer(alphabet: string, special?: {
    readonly eos?: string;
    readonly bos?: string;
    readonly pad?: string;
}): Tokenizer;
