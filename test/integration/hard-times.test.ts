import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { beforeAll, describe, expect, it } from "vitest";
import { projectRoot } from "../../src/config/paths.js";
import { openRun } from "../../src/runs/read.js";
import { vscore, vscoreIn } from "../fixtures/command.js";
import { useSharedTempFolder } from "../fixtures/temp-folder.js";

const folder = useSharedTempFolder();
const out = (name: string) => join(folder(), name);
const demo = (name: string, ...more: string[]) => [
  ...["compute", "--model", "demo", "--languages", "eng_Latn,fra_Latn,tha_Thai", "--layers", "1,2"],
  ...["--n-texts-per-lang", "8", "--batch-tokens", "1024", "--out-dir", out(name), ...more],
];

/** Runs vscore over a Python whose forward pass fails as `fault` says. */
const vscoreWith = (fault: string, ...args: string[]) =>
  vscoreIn(
    {
      PYTHONPATH: join(projectRoot, "test", "fixtures", "faulty-python"),
      VSCORE_TEST_FAULT: fault,
    },
    ...args,
  );

const stored = (name: string, file: string) => readFileSync(join(out(name), file));

beforeAll(async () => {
  expect((await vscore(...demo("undisturbed"))).exitCode).toBe(0);
});

describe("a device without enough memory", () => {
  it("gets smaller batches, which is recorded, and gives the same means to 1e-5", async () => {
    const ended = await vscoreWith("oom:600", ...demo("small"));
    expect(ended.exitCode).toBe(0);
    const [small, whole] = [openRun(out("small")), openRun(out("undisturbed"))];
    expect(small.meta.batch_tokens).toBe(512);
    expect(small.meta.warnings).toContain("out of memory: the token budget of a batch is now 512");
    expect(whole.meta.batch_tokens).toBe(1024);
    for (const [layer, { mean }] of whole.statistics) {
      const other = small.statistics.get(layer)?.mean as Float32Array;
      const off = mean.map(
        (mu, at) => Math.abs(mu - (other[at] as number)) / Math.max(1, Math.abs(mu)),
      );
      expect(off.reduce((most, each) => Math.max(most, each))).toBeLessThanOrEqual(1e-5);
    }
  });

  it("that cannot hold one text says so, and leaves nothing behind", async () => {
    const ended = await vscoreWith("oom:0", ...demo("none"));
    expect(ended.stderr).toMatch(/too little memory for one text alone .* Choose another --device/);
    expect(ended.exitCode).toBe(3);
    expect(existsSync(out("none"))).toBe(false);
  });
});

it("a Python that hangs is ended after --stall-timeout, and the run goes on to the same bytes", async () => {
  // Longer than the imports take, which are silent too.
  const hung = await vscoreWith("hang:3", ...demo("hung", "--stall-timeout", "20"));
  expect(hung.stderr).toMatch(
    /no sign of life for 20 s in the job extract .* --resume .*engine\.log/,
  );
  expect(hung.exitCode).toBe(1);
  expect(existsSync(join(out("hung"), "meta.json"))).toBe(false);
  expect((await vscore(...demo("hung", "--resume"))).exitCode).toBe(0);
  for (const file of ["v_scores.pt", "v_scores.safetensors", "examples.json"])
    expect(stored("hung", file), file).toEqual(stored("undisturbed", file));
});

/** Whether this machine lets us mount: as root, or in a user namespace of our own. */
const mayMount =
  spawnSync("unshare", ["-rm", "mount", "-t", "tmpfs", "tmpfs", "/mnt"], { stdio: "ignore" })
    .status === 0;

const inOneLine = (folder: string) =>
  [
    ...[process.execPath, join(projectRoot, "dist", "vscore.cjs"), "compute", "--model", "demo"],
    ...["--languages", "eng_Latn,fra_Latn,tha_Thai", "--layers", "1,2", "--n-texts-per-lang", "8"],
    ...["--batch-tokens", "1024", "--resume", "--out-dir", folder],
  ].join(" ");

const withMounts = (script: string) =>
  execa("unshare", ["-rm", "sh", "-c", script], {
    env: { CI: "true", NO_COLOR: "1" },
    reject: false,
  });

it.skipIf(!mayMount)(
  "a disk that fills up ends the run with the file's name; with more room it goes on to the same bytes (needs to mount a tmpfs)",
  async () => {
    mkdirSync(out("disk"));
    const command = inOneLine(join(out("disk"), "run"));
    const script = `mount -t tmpfs -o size=200k tmpfs ${out("disk")} && ${command}; echo "ended with $?" >&2
      mount -o remount,size=20m ${out("disk")} && ${command} && cp -r ${out("disk")}/run ${out("kept")}`;
    const { stderr, exitCode } = await withMounts(script);
    expect(stderr).toMatch(/disk\/run\/\S+ cannot be written: the disk is full/);
    expect(stderr).toContain("ended with 3");
    expect(exitCode).toBe(0);
    for (const file of ["v_scores.pt", "v_scores.safetensors", "examples.json"])
      expect(stored("kept", file), file).toEqual(stored("undisturbed", file));
  },
);

it.skipIf(!mayMount)(
  "a folder that is read-only is refused at once, begun or not; a finished run can be read there (needs to mount a tmpfs)",
  async () => {
    mkdirSync(out("fixed"));
    const fixed = out("fixed");
    const cli = `${process.execPath} ${join(projectRoot, "dist", "vscore.cjs")}`;
    const script = `mount -t tmpfs tmpfs ${fixed} && cp -r ${out("undisturbed")} ${fixed}/whole
      cp -r ${fixed}/whole ${fixed}/begun && rm ${fixed}/begun/meta.json
      mount -o remount,ro ${fixed}
      ${inOneLine(`${fixed}/new`)}; echo "new: $?" >&2
      ${inOneLine(`${fixed}/begun`)}; echo "begun: $?" >&2
      ${cli} export csv ${fixed}/whole; echo "export: $?" >&2
      ${cli} show ${fixed}/whole --layer 2 --language tha_Thai; echo "show: $?" >&2`;
    const { stderr, stdout } = await withMounts(script);
    for (const [name, code] of [
      ["new", 3],
      ["begun", 3],
      ["export", 3],
      ["show", 0],
    ] as const)
      expect(stderr).toContain(`${name}: ${code}`);
    expect(stderr.match(/fixed\/\S+ cannot be written: .*read-only/g)).toHaveLength(3);
    expect(stdout).toContain("tha_Thai");
  },
);
