import { LANGUAGE_SETS, searchLanguages } from "../../../config/languages.js";
import { edit, edited, type LineEdit } from "../../line-edit.js";
import { FIRST_ROW, type ListCursor, type Move, moved, within } from "../../list.js";

/** Languages while they are chosen. */
export interface LanguagePicker {
  search: LineEdit;
  cursor: ListCursor;
  /** In the order in which they were chosen: that of the run's rows. */
  chosen: readonly string[];
  /** Codes that the corpus has; null while they are not known. */
  offered: readonly string[] | null;
}

/** A row to choose: one language, or a named set. */
export interface Choice {
  label: string;
  name: string;
  codes: readonly string[];
}

export const newPicker = (chosen: readonly string[]): LanguagePicker => ({
  ...{ search: edited(""), cursor: FIRST_ROW, chosen, offered: null },
});

/** What the search finds: sets by their name, then languages by code or name; without a search, those that are chosen first. */
export function choicesFor({ search, chosen, offered }: LanguagePicker): Choice[] {
  const term = search.text.trim();
  const has = (code: string) => offered === null || offered.includes(code);
  const sets = Object.entries(LANGUAGE_SETS)
    .filter(([name, codes]) => name.includes(term.toLowerCase()) && codes.every(has))
    .map(([name, codes]) => ({ label: `set ${name}`, name: codes.join(" "), codes }));
  const known = offered ?? undefined;
  const found = searchLanguages(term, known === undefined ? undefined : [...known].sort());
  const languages = found.map(({ code, name }) => ({ label: code, name, codes: [code] }));
  if (term !== "") return [...sets, ...languages];
  const [first, others] = [true, false].map((isFirst) =>
    languages.filter(({ label }) => chosen.includes(label) === isFirst),
  );
  return [...sets, ...(first ?? []), ...(others ?? [])];
}

export const isChosen = ({ chosen }: LanguagePicker, { codes }: Choice): boolean =>
  codes.every((code) => chosen.includes(code));

/** Takes the row under the cursor, or lets it go. */
export function toggled(picker: LanguagePicker): LanguagePicker {
  const choice = choicesFor(picker)[picker.cursor.at];
  if (choice === undefined) return picker;
  const others = picker.chosen.filter((code) => !choice.codes.includes(code));
  const next = {
    ...picker,
    chosen: isChosen(picker, choice) ? others : [...others, ...choice.codes],
  };
  // The cursor stays on the row that was changed, wherever that is now.
  const at = choicesFor(next).findIndex(({ label }) => label === choice.label);
  return { ...next, cursor: { ...next.cursor, at: Math.max(0, at) } };
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
