import { LANGUAGE_SETS, searchLanguages } from "../../../config/languages.js";
import { edit, edited, type LineEdit } from "../../line-edit.js";
import { FIRST_ROW, type ListCursor, type Move, moved, within } from "../../list.js";

/** Languages while they are chosen. */
export interface LanguagePicker {
  search: LineEdit;
  cursor: ListCursor;
  /** In the order in which they were chosen: that of the run's rows. */
  chosen: readonly string[];
}

/** A row to choose: one language, or a named set. */
export interface Choice {
  label: string;
  name: string;
  codes: readonly string[];
}

export const newPicker = (chosen: readonly string[]): LanguagePicker => ({
  ...{ search: edited(""), cursor: FIRST_ROW, chosen },
});

/** What the search finds: sets by their name, then languages by code or name. */
export function choicesFor({ search }: LanguagePicker): Choice[] {
  const term = search.text.trim();
  const sets = Object.entries(LANGUAGE_SETS)
    .filter(([name]) => name.includes(term.toLowerCase()))
    .map(([name, codes]) => ({ label: `set ${name}`, name: codes.join(" "), codes }));
  const languages = searchLanguages(term).map(({ code, name }) => ({
    ...{ label: code, name, codes: [code] },
  }));
  return [...sets, ...languages];
}

export const isChosen = ({ chosen }: LanguagePicker, { codes }: Choice): boolean =>
  codes.every((code) => chosen.includes(code));

/** Takes the row under the cursor, or lets it go. */
export function toggled(picker: LanguagePicker): LanguagePicker {
  const choice = choicesFor(picker)[picker.cursor.at];
  if (choice === undefined) return picker;
  const others = picker.chosen.filter((code) => !choice.codes.includes(code));
  return { ...picker, chosen: isChosen(picker, choice) ? others : [...others, ...choice.codes] };
}

export function searched(picker: LanguagePicker, key: string): LanguagePicker {
  const search = edit(picker.search, key);
  return {
    ...picker,
    search,
    cursor: search.text === picker.search.text ? picker.cursor : FIRST_ROW,
  };
}

export const pickerMoved = (
  picker: LanguagePicker,
  move: Move,
  height: number,
): LanguagePicker => ({
  ...picker,
  cursor: moved(picker.cursor, move, choicesFor(picker).length, height),
});

export const pickerWithin = (picker: LanguagePicker, height: number): LanguagePicker => ({
  ...picker,
  cursor: within(picker.cursor, choicesFor(picker).length, height),
});
