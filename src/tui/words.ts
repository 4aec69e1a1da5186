import { shardWord } from "../parts.js";
import type { Row } from "./model.js";

/** Seconds in as few characters as say enough: 42s, 3m05, 2h10, 5d. */
export function brief(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole}s`;
  if (whole < 3600) return `${Math.floor(whole / 60)}m${String(whole % 60).padStart(2, "0")}`;
  if (whole < 48 * 3600)
    return `${Math.floor(whole / 3600)}h${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")}`;
  return `${Math.floor(whole / 86400)}d`;
}

/** Status, and of a run under way how far it is and how long it takes. */
export function statusText({ status, progress, eta_s, part }: Row): string {
  if (status === "part" && part !== null) return `part ${shardWord(part)} done`;
  if (progress === null) return status;
  const share = `${Math.min(100, Math.floor(100 * progress))}%`;
  return status === "running" && eta_s !== null
    ? `${status} ${share} ${brief(eta_s)}`
    : `${status} ${share}`;
}

/** A colour beside the word that says the same. */
export const statusColor = (status: Row["status"]): string | undefined =>
  ({
    done: "green",
    part: "green",
    running: "cyan",
    starting: "cyan",
    interrupted: "yellow",
    failed: "red",
    broken: "red",
    foreign: undefined,
  })[status];

/** 0,2,5,10 as they are; 0,1,2,3 as 0-3. */
export function layersText(layers: readonly number[]): string {
  const parts: string[] = [];
  for (let at = 0; at < layers.length; ) {
    let end = at;
    while (layers[end + 1] === (layers[end] as number) + 1) end++;
    parts.push(
      end - at >= 2 ? `${layers[at]}-${layers[end]}` : layers.slice(at, end + 1).join(","),
    );
    at = end + 1;
  }
  return parts.join(",");
}

export function textsText({ texts, n_texts_per_lang: asked }: Row): string {
  if (texts === null) return asked === null ? "?" : asked === -1 ? "all" : String(asked);
  const [fewest, most] = texts;
  return fewest === most ? String(fewest) : `${fewest}–${most}`;
}
