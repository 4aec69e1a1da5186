/** Text from runs, corpora and models, as HTML shows it: nothing of it is markup. */
export const escapeHtml = (text: string): string =>
  text
    .replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`)
    // Control and direction characters would change what stands around them.
    .replace(/[\p{Cc}\p{Bidi_Control}]/gu, (character) =>
      character === "\n" || character === "\t"
        ? character
        : `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );

/** JSON inside a script element: no end tag can be spelled in it. */
export const embedded = (value: unknown): string =>
  JSON.stringify(value).replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028");

/** What a page holds beside its text. */
export interface PageParts {
  title: string;
  /** HTML; what comes from outside is escaped by who makes it. */
  body: string;
  /** More rules of style. */
  style?: string;
  /** A page that draws something itself is allowed its own script, and nothing from outside. */
  scripts?: boolean;
}

/** One page that needs nothing else: it is read from a file, without a network. */
export const htmlPage = ({
  title,
  body,
  style = "",
  scripts = false,
}: PageParts): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; ${scripts ? "script-src 'unsafe-inline' 'unsafe-eval'; " : ""}style-src 'unsafe-inline'; img-src data:">
<title>${escapeHtml(title)}</title>
<style>${STYLE}${style}</style>
</head>
<body>
${body}
</body>
</html>
`;

const STYLE = `
body { font: 16px/1.5 "DejaVu Sans", system-ui, sans-serif; color: #222; background: #fff; max-width: 1180px; margin: 2rem auto; padding: 0 1.5rem; }
h1 { font-size: 1.6rem; margin: 0; } h2 { font-size: 1.15rem; margin: 2rem 0 .5rem; }
header p, .caption, .formula { color: #555; font-size: .9rem; } .formula { font-style: italic; }
table { border-collapse: collapse; font-size: .85rem; } th { text-align: left; font-weight: normal; color: #555; padding-right: 1.5rem; vertical-align: top; white-space: nowrap; } td { overflow-wrap: anywhere; }
a { color: #0057a3; }
`;
