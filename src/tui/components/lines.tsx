import { Text } from "ink";
import { clipped, type Line, type Span } from "../../views/line.js";

interface LineProps {
  line: Line;
  columns: number;
  /** Whether the terminal has colours and the person wants them (NO_COLOR). */
  hasColors: boolean;
}

const colorless = ({ color: _, background: __, ...rest }: Span): Span => rest;

/** One row of the screen. */
export function LineText({ line, columns, hasColors }: LineProps) {
  const spans = clipped(line, columns);
  if (spans.length === 0) return <Text> </Text>;
  return (
    <Text wrap="truncate-end">
      {spans.map((each, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a row's spans have no name but their place
        <SpanText key={at} {...(hasColors ? each : colorless(each))} />
      ))}
    </Text>
  );
}

function SpanText({ text, color, background, bold, dim, inverse, underline, link }: Span) {
  const style = {
    ...(color === undefined ? {} : { color }),
    ...(background === undefined ? {} : { backgroundColor: background }),
    bold: bold === true,
    dimColor: dim === true,
    inverse: inverse === true,
    underline: underline === true,
  };
  return (
    <Text {...style}>
      {link === undefined ? text : `\u001b]8;;${link}\u0007${text}\u001b]8;;\u0007`}
    </Text>
  );
}
