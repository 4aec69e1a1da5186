import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import type { Spec } from "vega";
import type { TopLevelSpec } from "vega-lite";
import { textWidth } from "./text-width.js";

/** PNGs have twice the pixels of the drawing, for screens and print. */
const SCALE = 2;

/** A figure as Vega takes it, for a page that draws it itself. */
export async function compiled(spec: TopLevelSpec): Promise<Spec> {
  const { compile } = await import("vega-lite");
  return compile(spec).spec;
}

/** A figure as SVG, drawn without a browser. */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const [{ compile }, vega] = await Promise.all([import("vega-lite"), import("vega")]);
  // Vega's types know nothing of it.
  const { textMetrics } = vega as unknown as { textMetrics: { width: typeof textWidth } };
  textMetrics.width = textWidth;
  const view = new vega.View(vega.parse(compile(spec).spec), {
    renderer: "none",
    // Nothing is fetched: a specification holds its data.
    loader: { ...vega.loader(), load: refuse, sanitize: refuse, http: refuse, file: refuse },
  });
  try {
    return labelled(await view.toSVG(), view.description());
  } finally {
    view.finalize();
  }
}

/** Where it draws into a page, Vega tells this to those who cannot see the figure; in a file it does not. */
const labelled = (svg: string, description: string | undefined): string =>
  description === undefined || description === ""
    ? svg
    : svg.replace(
        "<svg ",
        () =>
          `<svg role="graphics-document" aria-roledescription="visualization" aria-label="${escapedXml(description)}" `,
      );

const escapedXml = (text: string): string =>
  text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

/** An SVG as PNG, in the font that ships with vscore, so that it looks the same everywhere. */
export async function renderPng(svg: string): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js");
  const fonts = join(
    dirname(createRequire(import.meta.url).resolve("dejavu-fonts-ttf/package.json")),
    "ttf",
  );
  const drawing = new Resvg(svg, {
    fitTo: { mode: "zoom", value: SCALE },
    font: {
      fontFiles: ["DejaVuSans.ttf", "DejaVuSans-Bold.ttf"].map((name) => join(fonts, name)),
      loadSystemFonts: false,
      defaultFontFamily: "DejaVu Sans",
    },
  });
  return drawing.render().asPng();
}

const refuse = async (): Promise<never> => {
  throw new Error("a figure asked for something from outside");
};
