import { extname } from "node:path";
import { requestError } from "../errors.js";
import { FIGURE_FORMATS, type FigureFormat } from "../views/charts/drawn-files.js";

const ENDINGS = FIGURE_FORMATS.map((format) => `.${format}`);

/**
 * The format that a figure's file is named for.
 *
 * @param flag by which the person named the file
 * @throws VscoreError (request) for a file that is named for no format of figures
 */
export function formatOfFile(file: string, flag: string): FigureFormat {
  const ending = extname(file);
  const format = FIGURE_FORMATS.find((each) => `.${each}` === ending.toLowerCase());
  if (format !== undefined) return format;
  throw requestError(
    `${flag} ${file} has ${ending === "" ? "no ending" : `the ending ${ending}`}. Expected one of ${ENDINGS.join(", ")} (the Vega-Lite specification, to restyle). Name the file so.`,
  );
}

/**
 * The format that `--format` and `--output` ask for together: SVG where neither does.
 *
 * @throws VscoreError (request) where they contradict each other
 */
export function formatAsked(
  format: FigureFormat | undefined,
  file: string | undefined,
): FigureFormat {
  const isFree = file === undefined || file === "-";
  if (isFree) return format ?? "svg";
  if (format !== undefined && extname(file) === "") return format;
  const ofFile = formatOfFile(file, "--output");
  if (format === undefined || format === ofFile) return ofFile;
  throw requestError(
    `Found --format ${format} and --output ${file}. Expected a file that ends in .${format}. Leave --format out for ${ofFile}, or name the file otherwise.`,
  );
}
