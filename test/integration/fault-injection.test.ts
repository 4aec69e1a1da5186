import { cpSync, existsSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join, relative } from "node:path";
import { afterAll, beforeAll, expect, it } from "vitest";
import {
  type Ended,
  engineOf,
  goneWithin,
  vscore,
  vscoreUntil,
  vscoreWhile,
} from "../fixtures/command.js";
import { describeExhaustively } from "../fixtures/exhaustive.js";
import { useSharedTempFolder } from "../fixtures/temp-folder.js";

/**
 * A run is interrupted again and again, at places that a seed draws, until it is finished; then its bytes are those of a run
 * that nobody disturbed. A place is the n-th line of an attempt's news, which tells what it has done so far.
 */
const folder = useSharedTempFolder();
const out = (name: string) => join(folder(), name);
const request = (name: string) => [
  ...["compute", "--model", "demo", "--languages", "eng_Latn,fra_Latn,tha_Thai,vie_Latn"],
  ...["--layers", "1,2", "--n-texts-per-lang", "12", "--batch-tokens", "512"],
  ...["--out-dir", out(name), "--resume"],
];

/** What a run's result consists of. */
const RESULT = [
  ...["v_scores.pt", "v_scores.safetensors", "feature_stats.safetensors", "examples.json"],
  ...["eng_Latn", "fra_Latn", "tha_Thai", "vie_Latn"].map((code) => `sums/${code}.safetensors`),
];

/** A small generator (mulberry32): the same faults in every run of the tests. */
function draws(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % below;
  };
}

const tally = { interrupted: 0, same: 0, damaged: 0, refused: 0, healed: 0 };
afterAll(() => {
  if (tally.interrupted + tally.damaged === 0) return;
  console.log(
    `${tally.interrupted} interruptions in ${tally.same} runs, all byte-identical at their end; ${tally.damaged} damaged files, ${tally.healed} healed to the same bytes, ${tally.refused} refused with a reason`,
  );
});

function expectSameBytes(name: string): void {
  for (const file of RESULT) {
    const [found, expected] = [name, "undisturbed"].map((run) =>
      readFileSync(join(out(run), file)),
    );
    expect(found?.equals(expected as Buffer), `${name}: ${file}`).toBe(true);
  }
}

/** No error of ours is a stack, and each says what to do. */
function expectReason({ stderr, exitCode }: Ended, codes: number[]): void {
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(codes, stderr).toContain(exitCode);
}

beforeAll(async () => {
  if (process.env.VSCORE_EXHAUSTIVE !== "1") return;
  expect((await vscore(...request("undisturbed"))).exitCode).toBe(0);
});

const FAULTS = ["SIGKILL of Node", "SIGKILL of Python", "SIGINT", "SIGTERM"] as const;

/** Begins a run and kills it at a line of its news. */
async function interruptAt(name: string, line: RegExp): Promise<void> {
  const kill = (pid: number) => void process.kill(pid, "SIGKILL");
  await vscoreUntil(line, kill, ...request(name));
  expect(existsSync(join(out(name), "meta.json"))).toBe(false);
}

/** Interrupts one attempt when it has told its n-th line; false where it was finished before it came to that. */
async function interrupt(
  name: string,
  fault: (typeof FAULTS)[number],
  line: number,
): Promise<boolean> {
  let engine = 0;
  let told = 0;
  const ended = await vscoreWhile(
    async (pid) => {
      if (++told !== line) return;
      engine = await engineOf(pid);
      if (fault === "SIGKILL of Python") process.kill(engine, "SIGKILL");
      else process.kill(pid, fault === "SIGKILL of Node" ? "SIGKILL" : fault);
    },
    ...request(name),
  );
  if (ended.exitCode === 0) return false;
  if (fault === "SIGKILL of Python") expectReason(ended, [1]);
  else if (fault !== "SIGKILL of Node") expectReason(ended, [130]);
  // Nothing of a run that was interrupted goes on in its folder.
  expect(await goneWithin(engine, 10_000)).toBe(true);
  expect(existsSync(join(out(name), "meta.json"))).toBe(false);
  return true;
}

/** What a power cut may leave of a file: its beginning, or its length with zeros for the rest. */
function damage(file: string, draw: (below: number) => number): string {
  const { size } = statSync(file);
  const kept = draw(size);
  truncateSync(file, kept);
  if (draw(2) === 0) return `cut to ${kept} of ${size} bytes`;
  truncateSync(file, size);
  return `zeros from byte ${kept} of ${size}`;
}

const filesOf = (run: string) =>
  readdirSync(out(run), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => relative(out(run), join(parentPath, name)))
    .filter((file) => statSync(join(out(run), file)).size > 0)
    .sort();

describeExhaustively("interruptions (npm run test:exhaustive)", () => {
  it.concurrent.each([1, 2])(
    "runs that are interrupted again and again (seed %i) end with the bytes of one that was not",
    async (seed) => {
      const draw = draws(seed);
      let run = 1;
      const nameOf = () => `interrupted-${seed}-${run}`;
      for (let interruptions = 0; interruptions < 15; ) {
        const fault = FAULTS[draw(FAULTS.length)] as (typeof FAULTS)[number];
        // An attempt tells about twelve lines, from its start to its end.
        if (await interrupt(nameOf(), fault, 1 + draw(12))) {
          interruptions += 1;
          tally.interrupted += 1;
        } else {
          expectSameBytes(nameOf());
          tally.same += 1;
          run += 1;
        }
      }
      expectReason(await vscore(...request(nameOf())), [0]);
      expectSameBytes(nameOf());
      tally.same += 1;
    },
    600_000,
  );
});

describeExhaustively("a damaged file (npm run test:exhaustive)", () => {
  beforeAll(async () => {
    await interruptAt("half", /^fra_Latn finished/);
  });

  it("of a run that was interrupted: it is made again to the same bytes, or the run is refused with a reason", async () => {
    const draw = draws(4);
    for (const [number, file] of filesOf("half").entries()) {
      const name = `damaged-${number}`;
      cpSync(out("half"), out(name), { recursive: true });
      const how = damage(join(out(name), file), draw);
      tally.damaged += 1;
      const ended = await vscore(...request(name));
      expect(ended.exitCode, `${file} ${how}: ${ended.stderr}`).toBe(0);
      expectSameBytes(name);
      tally.healed += 1;
    }
  }, 400_000);

  it("of a finished run is never read as if it were whole", async () => {
    const draw = draws(5);
    // Those that vscore itself reads back.
    const read = [...RESULT, "meta.json"].filter((file) => !/^v_scores\.pt|^examples/.test(file));
    for (const [number, file] of read.entries()) {
      const name = `spoiled-${number}`;
      cpSync(out("undisturbed"), out(name), { recursive: true });
      const how = damage(join(out(name), file), draw);
      tally.damaged += 1;
      const readers = file.startsWith("sums/")
        ? ["rescore", out(name), "--languages", "eng_Latn,fra_Latn,tha_Thai,vie_Latn"]
        : ["show", out(name)];
      const ended = await vscore(...readers);
      expect(ended.exitCode, `${file} ${how}`).toBe(2);
      expect(ended.stderr).toContain(`${join(out(name), file)} is missing or broken`);
      expectReason(ended, [2]);
      tally.refused += 1;
    }
  }, 200_000);
});
