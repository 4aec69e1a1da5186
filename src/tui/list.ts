/** A cursor in a list that scrolls: the chosen row, and the first one shown. */
export interface ListCursor {
  at: number;
  top: number;
}

export const FIRST_ROW: ListCursor = { at: 0, top: 0 };

/** Ways to move that every list has. */
export type Move = "up" | "down" | "page-up" | "page-down" | "first" | "last";

/** @param count rows of the list @param height rows that are shown */
export function moved(cursor: ListCursor, move: Move, count: number, height: number): ListCursor {
  const page = Math.max(1, height - 1);
  const steps: Record<Move, number> = {
    up: cursor.at - 1,
    down: cursor.at + 1,
    "page-up": cursor.at - page,
    "page-down": cursor.at + page,
    first: 0,
    last: count - 1,
  };
  return within({ ...cursor, at: steps[move] }, count, height);
}

/** The same cursor where the list or the window has another size: on a row that is there, and in sight. */
export function within({ at, top }: ListCursor, count: number, height: number): ListCursor {
  const shown = Math.max(1, height);
  const chosen = Math.max(0, Math.min(at, count - 1));
  const highest = Math.max(0, Math.min(top, count - shown));
  return { at: chosen, top: Math.max(Math.min(highest, chosen), chosen - shown + 1) };
}
