import { flagText } from "../../../config/flag-values.js";
import { PRESETS } from "../../../config/presets.js";
import { cut, padded, wrapped } from "../../../views/cells.js";
import { EMPTY, type Line, plain, span } from "../../../views/line.js";
import { editSpans } from "../../line-edit.js";
import type { ListCursor } from "../../list.js";
import { bodyHeight, type World } from "../../model.js";
import {
  choicesOf,
  commandLine,
  descriptionOf,
  FIRST_COUNT,
  FORM_KEYS,
  problemOf,
  standing,
} from "./form.js";
import { choicesFor, isChosen, type LanguagePicker } from "./language-picker.js";
import { chosenKey, formHeight, type NewRunScreen, pickerHeight } from "./state.js";

const LABEL = 17;

export function newRunPicture(state: NewRunScreen, world: World): Line[] {
  const { columns } = world.size;
  const lines =
    state.plan !== null
      ? planLines(state, columns).slice(state.plan.scroll.at)
      : state.picker !== null
        ? pickerLines(state.picker, world)
        : state.choosing !== null
          ? choiceLines(state, state.choosing, world)
          : formLines(state, world);
  return lines.slice(0, bodyHeight(world));
}

function formLines(state: NewRunScreen, world: World): Line[] {
  const { columns } = world.size;
  const { top, at } = state.cursor;
  const height = formHeight(world);
  const rows = FORM_KEYS.slice(top, top + height).map((key, row): Line => {
    const isChosen = top + row === at;
    const problem = problemOf(state.problems, key);
    const mark = problem === undefined ? " " : "✗";
    const label = span(`${isChosen ? "▸" : " "}${mark}${padded(key, LABEL)}`, {
      bold: isChosen,
      color: problem === undefined ? undefined : "red",
      dim: !isChosen && top + row >= FIRST_COUNT,
    });
    if (isChosen && state.typing !== null) {
      return [label, ...editSpans(state.typing, columns - LABEL - 3)];
    }
    const given = state.values[key];
    const byItself = standing(state.values, key);
    const value =
      given !== undefined
        ? span(padded(given, columns - LABEL - 3), { bold: true })
        : span(padded(byItself == null ? "–" : flagText(byItself), columns - LABEL - 3), {
            dim: true,
          });
    return [label, value];
  });
  return [...rows, ...footLines(state, world)];
}

/** What the field under the cursor is, what is wrong, and what the command line would be. */
function footLines(state: NewRunScreen, world: World): Line[] {
  const { columns } = world.size;
  const { top } = state.cursor;
  if (state.isLeaving)
    return [
      EMPTY,
      plain("  Leave the form and lose what was filled in? (y/n)", { bold: true, color: "red" }),
    ];
  const key = chosenKey(state);
  const problem = problemOf(state.problems, key) ?? state.problems[0];
  const told =
    problem === undefined
      ? atMost(2, commandLine(state.values), columns - 4).map((line) =>
          plain(`  ${line}`, { dim: true }),
        )
      : atMost(2, problem, columns - 4).map((line) => plain(`  ${line}`, { color: "red" }));
  const about = wrapped(descriptionOf(key), columns - 4).slice(0, 2);
  const more = moreText(top, formHeight(world), FORM_KEYS.length);
  return [plain(more, { dim: true }), ...about.map((line) => plain(`  ${line}`)), ...told];
}

/** A text in so many lines, with a sign where that is not all of it. */
function atMost(count: number, text: string, columns: number): string[] {
  const lines = wrapped(text, columns);
  if (lines.length <= count) return lines;
  return [...lines.slice(0, count - 1), cut(`${lines[count - 1]}………`, columns)];
}

/** How much of a list lies above and below what is in sight. */
function moreText(top: number, height: number, count: number): string {
  const below = Math.max(0, count - top - height);
  const parts = [...(top > 0 ? [`↑ ${top} more`] : []), ...(below > 0 ? [`↓ ${below} more`] : [])];
  return parts.length === 0 ? "" : `  ${parts.join("  ")}`;
}

/** The values of a field, presets with what they are. */
function choiceLines(state: NewRunScreen, { top, at }: ListCursor, world: World): Line[] {
  const key = chosenKey(state);
  const { columns } = world.size;
  const choices = choicesOf(key) ?? [];
  return [
    plain(`  ${key}: ${descriptionOf(key)}`),
    EMPTY,
    ...choices.slice(top, top + pickerHeight(world)).map((choice, row): Line => {
      const isHere = top + row === at;
      const style = isHere ? { inverse: true } : {};
      return [
        span(`${isHere ? "▸" : " "} ${padded(choice, 18)} `, style),
        span(padded(aboutChoice(key, choice), columns - 22), isHere ? style : { dim: true }),
      ];
    }),
    EMPTY,
    ...wrapped(aboutChoice(key, choices[at] ?? ""), columns - 4)
      .slice(0, 2)
      .map((line) => plain(`  ${line}`)),
  ];
}

const aboutChoice = (key: string, choice: string): string =>
  key !== "model"
    ? ""
    : choice === "custom"
      ? "any model and release: fill in model_id, sae_release, sae_id_template, languages, layers"
      : PRESETS[choice as keyof typeof PRESETS].about;

function pickerLines(picker: LanguagePicker, world: World): Line[] {
  const { columns } = world.size;
  const choices = choicesFor(picker);
  const { top, at } = picker.cursor;
  const height = pickerHeight(world);
  const chosen = wrapped(picker.chosen.join(" ") || "none yet", columns - 16).slice(0, 2);
  return [
    [span("  search "), ...editSpans(picker.search, columns - 12)],
    plain(moreText(top, height, choices.length), { dim: true }),
    ...choices.slice(top, top + height).map((choice, row): Line => {
      const isHere = top + row === at;
      const sign = isChosen(picker, choice) ? "[x]" : "[ ]";
      return [
        span(
          `${isHere ? "▸" : " "} ${sign} ${padded(choice.label, 22)} `,
          isHere ? { inverse: true } : {},
        ),
        span(padded(choice.name, columns - 30), isHere ? { inverse: true } : { dim: true }),
      ];
    }),
    ...(choices.length === 0
      ? [plain("  No language of this corpus has that in its code or name.")]
      : []),
    EMPTY,
    ...chosen.map((line, part) =>
      plain(`  ${padded(part === 0 ? `${picker.chosen.length} chosen:` : "", 12)}${line}`),
    ),
  ];
}

export function planLines(
  { plan, values, problems }: Pick<NewRunScreen, "plan" | "values" | "problems">,
  columns: number,
): Line[] {
  if (plan?.lines == null) return [EMPTY, plain("  Looking at the corpus…", { dim: true })];
  const inset = (text: string, style = {}): Line[] =>
    wrapped(text, columns - 4).map((line) => plain(`  ${line}`, style));
  return [
    EMPTY,
    ...plan.lines.flatMap((line) => inset(line)),
    ...(problems.length === 0
      ? []
      : [EMPTY, ...problems.flatMap((line) => inset(line, { color: "red" }))]),
    EMPTY,
    plain("  The same from a shell:", { dim: true }),
    ...inset(commandLine(values), { bold: true }),
  ];
}
