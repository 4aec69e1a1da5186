/**
 * Cuts a text into the pieces of its tokens, which come in order. Joined they give the text back: what a tokenizer skips
 * belongs to the piece after it, and bytes of one character, which no offset tells apart, are shown once.
 */
export class PieceCutter {
  private readonly characters: string[];
  /** Code point at which the next piece begins. */
  private end = 0;

  constructor(text: string) {
    this.characters = Array.from(text);
  }

  /**
   * @param from code points of the text, as is `to`; equal for a token that stands for none of it
   * @param word what is shown of such a token
   */
  next(from: number, to: number, word: string): string {
    if (from === to) return word;
    const piece = this.characters.slice(this.end, to).join("");
    this.end = Math.max(this.end, to);
    return piece;
  }
}
