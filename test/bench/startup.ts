// How long a person waits for `vscore --help` and for `vscore runs` over many runs. Run: npm run bench -- startup [--runs 1000] [--json]
import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { projectRoot } from "../../src/config/paths.js";
import { RUN_FILES } from "../../src/runs/files.js";
import { tableLines } from "../../src/views/table.js";

const { values } = parseArgs({
  options: {
    runs: { type: "string", default: "1000" },
    repeats: { type: "string", default: "9" },
    json: { type: "boolean", default: false },
  },
});
const folder = mkdtempSync(join(tmpdir(), "vscore-bench-"));
try {
  const demo = join(projectRoot, "v_score_runs", "demo");
  const { config, events, meta, scores } = RUN_FILES;
  for (let run = 0; run < Number(values.runs); run++) {
    const place = join(folder, "v_score_runs", `run-${run}`);
    mkdirSync(place, { recursive: true });
    for (const file of [config, events, meta, scores])
      copyFileSync(join(demo, file), join(place, file));
  }
  const measured = {
    "--help": milliseconds("--help"),
    [`runs (${values.runs})`]: milliseconds("runs"),
  };
  if (values.json) console.log(JSON.stringify(measured));
  else
    console.log(
      tableLines(
        [
          { title: "vscore" },
          { title: "median ms", align: "right" },
          { title: "least", align: "right" },
          { title: "most", align: "right" },
        ],
        Object.entries(measured).map(([command, { median, least, most }]) => [
          ...[command, String(median), String(least), String(most)],
        ]),
      ).join("\n"),
    );
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Of the whole command, over its repeats behind a first one that warms up. */
function milliseconds(...args: string[]) {
  const command = ["--no-warnings", join(projectRoot, "dist", "vscore.cjs"), ...args];
  const all = Array.from({ length: 1 + Number(values.repeats) }, () => {
    const began = performance.now();
    execFileSync(process.execPath, command, {
      cwd: folder,
      stdio: ["ignore", "ignore", "inherit"],
    });
    return Math.round(performance.now() - began);
  });
  const sorted = all.slice(1).sort((a, b) => a - b);
  return {
    median: sorted[Math.floor(sorted.length / 2)] as number,
    least: sorted[0] as number,
    most: sorted.at(-1) as number,
  };
}
