/** The bytes that byte-level tokens write as themselves; the others are written as characters from U+0100, in their order. */
const isPrintable = (byte: number): boolean => (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae;

/** GPT-2's characters for the bytes from 0 to 255. */
export const BYTE_CHARACTERS: readonly string[] = [...Array(256).keys()].map((byte) => {
  const others = [...Array(byte).keys()].filter((other) => !isPrintable(other)).length;
  return String.fromCharCode(isPrintable(byte) ? byte : 0x100 + others);
});

const byteOfCharacter: ReadonlyMap<string, number> = new Map(BYTE_CHARACTERS.map((character, byte) => [character, byte]));

const utf8 = new TextEncoder();

/** The bytes of a byte-level token. A token with another character than those of the map stands for its own text. */
export function tokenBytes(token: string): Uint8Array {
  const bytes = new Uint8Array(token.length);
  for (let i = 0; i < token.length; i += 1) {
    const byte = byteOfCharacter.get(token[i]!);
    if (byte === undefined) return utf8.encode(token);
    bytes[i] = byte;
  }
  return bytes;
}

/** The bytes of a text in UTF-8, each as its character. */
export function bytesOf(text: string): string[] {
  return Array.from(utf8.encode(text), (byte) => BYTE_CHARACTERS[byte]!);
}

/** The byte of a token such as <0x0A>; undefined for any other token. */
export function bytesOfToken(token: string): Uint8Array | undefined {
  const byte = /^<0x([0-9A-Fa-f]{2})>$/.exec(token)?.[1];
  return byte === undefined ? undefined : Uint8Array.of(Number.parseInt(byte, 16));
}
