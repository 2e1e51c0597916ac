/**
 * The printable character that byte-level BPE writes for each byte: itself where Latin-1 prints it, otherwise the next
 * one from U+0100 on.
 *
 * @see Radford et al., "Language Models are Unsupervised Multitask Learners", 2019: `bytes_to_unicode` of its code.
 */
export const byteCharacters: readonly string[] = (() => {
  let next = 0x100;
  return Array.from({ length: 256 }, (_, byte) => {
    const printable = (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte !== 0xad);
    return String.fromCharCode(printable ? byte : next++);
  });
})();

const bytes = new Map(byteCharacters.map((character, byte) => [character, byte]));

/** The byte that a character of byte-level BPE stands for. */
export function byteOf(character: string): number | undefined {
  return bytes.get(character);
}
