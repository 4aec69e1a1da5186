import { earlierSpeed } from "../compute/earlier-speed.js";
import { estimateRun } from "../compute/estimate.js";
import { checkCorpus } from "../compute/gather-texts.js";
import { siteWords } from "../compute/part-site.js";
import { CONTROL_WORDS } from "../config/controls.js";
import { FLORES_PLUS } from "../config/flores-plus.js";
import { languageName } from "../config/languages.js";
import { resolveConfig } from "../config/resolve.js";
import type { PartialConfig } from "../config/schema.js";
import { isLocalCorpus, readLocalCorpus } from "../corpora/local-corpora.js";
import { VscoreError } from "../errors.js";
import { siteOf } from "../runs/site.js";
import { estimateText, spanText } from "../views/amounts.js";

/** The languages that a corpus has in a split; all of FLORES+. @throws VscoreError (request) where it cannot be read */
export function languagesOf({ corpus, split }: { corpus: string; split: string | null }): string[] {
  if (!isLocalCorpus(corpus)) return [...FLORES_PLUS.keys()];
  return [...readLocalCorpus(corpus, split as "dev" | "devtest" | null, false).languages.keys()];
}

/** What a run would be, in lines; and what keeps it from being started. */
export function planOf(asked: PartialConfig): { lines: string[]; problems: string[] } {
  try {
    const { config, given } = resolveConfig(asked);
    const local = checkCorpus(config, given.has("split"));
    const estimate = estimateRun(config, local);
    const { texts } = estimate;
    const { tokens, disk, memory, device } = estimateText(estimate, config.device);
    const earlier = earlierSpeed(config, estimate.tokens);
    const site = siteOf(config.out_dir);
    return {
      lines: [
        `${config.model_id} with ${config.sae_release}, layers ${config.layers.join(", ")}`,
        `${config.languages.length} languages: ${namesOf(config.languages)}`,
        "",
        `corpus   ${config.corpus}${local?.split === null ? "" : ` (${config.split})`}`,
        ...(config.control === "none"
          ? []
          : [`control  ${config.control}: ${CONTROL_WORDS[config.control]}`]),
        `texts    ${texts}${local === null ? " (FLORES+ is fetched first)" : ""}`,
        `tokens   ${tokens}`,
        `disk     ${disk}`,
        `memory   of the device: ${device}`,
        `         for the scores: ${memory}`,
        ...(earlier === null
          ? []
          : [
              `time     about ${spanText(earlier.seconds)} to read the texts, at the pace of ${earlier.name}`,
            ]),
        `into     ${config.out_dir}`,
      ],
      problems:
        site === "free"
          ? []
          : [
              `${config.out_dir} holds ${site === "other" ? "other files" : siteWords(site, config.out_dir)} already. Choose another out_dir.`,
            ],
    };
  } catch (error) {
    if (error instanceof VscoreError) return { lines: [], problems: error.message.split("\n") };
    throw error;
  }
}

/** So many are named with their code; of more the first and the last, in the run's order. */
const NAMED = 40;

function namesOf(codes: readonly string[]): string {
  const named = (code: string) => `${code} (${languageName(code)})`;
  if (codes.length <= NAMED) return codes.map(named).join(", ");
  return `${codes.slice(0, 5).map(named).join(", ")}, … ${named(codes.at(-1) as string)}`;
}
