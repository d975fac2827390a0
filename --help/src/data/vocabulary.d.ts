/**
 * Refuses a tokenizer.json whose ids are no ids: each must be a whole number from 0, below 2^24, and belong to one token alone.
 * @throws FileError naming the token and its id
 */
export declare function checkVocabulary({ model, added_tokens: added }: Readonly<Record<string, unknown>>, name: string): void;
