/** Text from corpora, models or files as a terminal may show it: control and direction characters become visible escapes. */
export function visible(text: string): string {
  return text.replace(/[\p{Cc}\p{Bidi_Control}\u2028\u2029]/gu, (character) => {
    if (character === "\u001b") return "␛";
    const code = character.codePointAt(0) ?? 0;
    return code > 0xff
      ? `\\u${code.toString(16).padStart(4, "0")}`
      : `\\x${code.toString(16).padStart(2, "0")}`;
  });
}

/** Lines that may hold such text, each made visible; the breaks between them stay. */
export const visibleLines = (text: string): string => text.split("\n").map(visible).join("\n");
