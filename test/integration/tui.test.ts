import { cpSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { describe, expect, test } from "vitest";
import { projectRoot } from "../../src/config/paths.js";
import { engineOf, vscore } from "../fixtures/command.js";
import { useTempFolder } from "../fixtures/temp-folder.js";
import { type Terminal, type TerminalOptions, useTerminals } from "../fixtures/terminal.js";

const COMMAND = join(projectRoot, "dist", "vscore.cjs");
const at = useTempFolder();
const start = useTerminals();

/** vscore in a folder of its own that has the finished run of the demo. */
async function open(options: TerminalOptions = {}): Promise<Terminal> {
  cpSync(join(projectRoot, "v_score_runs", "demo"), at("v_score_runs", "demo"), {
    recursive: true,
  });
  const terminal = await start(process.execPath, [COMMAND], {
    cwd: at(),
    ...options,
    env: { XDG_STATE_HOME: at("state"), ...options.env },
  });
  await terminal.until(/ demo +done/);
  return terminal;
}

/** A run that somebody else starts, slow enough to be met under way. */
const elsewhere = (name: string) =>
  execa(process.execPath, [COMMAND, "compute", ...slow(name)], { cwd: at(), reject: false });
const slow = (name: string) => [
  ...["--model", "demo", "--n-texts-per-lang", "-1", "--batch-tokens", "48"],
  ...["--out-dir", `v_score_runs/${name}`],
];

/** Types into the field of the form that is called so. */
async function fill(terminal: Terminal, field: string, text: string): Promise<void> {
  terminal.press("g");
  await terminal.until(/▸.model/);
  while (!terminal.text().includes(`▸ ${field}`)) {
    const before = terminal.text();
    terminal.press("j");
    await terminal.until((screen) => screen !== before);
  }
  terminal.press("enter");
  await terminal.until("take it");
  terminal.send("\u0015");
  terminal.send(text);
  await terminal.until(new RegExp(`▸ ${field} +${text}`));
  terminal.press("enter");
  await terminal.until("change");
}

describe.each([
  { columns: 80, rows: 24 },
  { columns: 160, rows: 50 },
])("at $columns × $rows", (size) => {
  test("a run from the form to its features, a text, and an export", async () => {
    const terminal = await open(size);
    expect(terminal.isAlternate()).toBe(true);
    terminal.press("n");
    await terminal.until("New run");
    await fill(terminal, "layers", "1,2");
    await fill(terminal, "n_texts_per_lang", "4");
    await fill(terminal, "out_dir", "v_score_runs/mine");
    terminal.press("p");
    const plan = await terminal.until("texts    40");
    expect(plan).toContain("npx vscore compute --model demo");
    terminal.press("enter");
    await terminal.until(/mine is finished/, 60_000);
    expect(readdirSync(at("v_score_runs", "mine"))).toContain("meta.json");

    terminal.press("enter");
    await terminal.until(/layer ‹ 1 › +language ↑ eng_Latn/);
    terminal.press("down", "right");
    await terminal.until(/layer ‹ 2 › +language ↑ spa_Latn/);
    terminal.press("enter");
    await terminal.until(/feature \d+ +of layer 2, rank 1 of spa_Latn/);
    await terminal.until("strongest contexts");
    terminal.press("escape", "t");
    await terminal.until(/model on cpu: ready/, 60_000);
    terminal.send("Le chat est assis sur la table.");
    await terminal.until(/this text speaks for +fra/);
    terminal.press("escape", "e");
    await terminal.until("✓ Wrote v_score_runs/mine/exports/v_scores_mine_top50.csv");
    terminal.press("5");
    await terminal.until("exports/v_scores_mine_top50.csv");
    terminal.press("p");
    await terminal.until("✓ Report: v_score_runs/mine/report.html");
    terminal.press("q");
    expect(await terminal.exited).toEqual({ code: 0, signal: null });
    expect(terminal.isAlternate()).toBe(false);
  });
});

test("a run that was started elsewhere shows its progress, is stopped, and goes on from here", async () => {
  const terminal = await open();
  const other = elsewhere("other");
  await terminal.until(/other +running \d+%/, 60_000);
  terminal.press("g", "enter");
  await terminal.until(/spa_Latn Spanish +█+.*(under way|finished)/, 60_000);
  terminal.press("x");
  await terminal.until("(y/n)");
  terminal.press("y");
  expect((await other).exitCode).toBe(130);
  await terminal.until(/interrupted \d+%/);
  terminal.press("r");
  await terminal.until("other is finished", 60_000);
  expect(terminal.text()).toMatch(/eng_Latn English +█+ +kept/);
});

test("an engine that is killed under a run leaves its words; one under the lab, a way to start again", async () => {
  const terminal = await open();
  const other = elsewhere("other");
  await terminal.until(/other +running \d+%/, 60_000);
  process.kill(await engineOf(other.pid as number), "SIGKILL");
  expect((await other).exitCode).toBe(1);
  await terminal.until(/other +failed/);
  terminal.press("g", "enter");
  await terminal.until(/Python .*(killed|died|ended)[\s\S]*engine\.log/i);
  terminal.press("escape", "G");
  await terminal.until(/▸ demo/);
  terminal.press("enter");
  await terminal.until("rank");
  terminal.press("t");
  await terminal.until("model on cpu: ready", 60_000);
  process.kill(await engineOf(await engineOf(terminal.pid)), "SIGKILL");
  // Nothing need be typed for it to be noticed.
  await terminal.until(/the model is gone[\s\S]*Python ended[\s\S]*engine\.log/);
  terminal.press("enter");
  await terminal.until("model on cpu", 60_000);
});

test("a start that fails before it has a folder is told, also to a window that was opened later", async () => {
  const terminal = await open({ env: { VSCORE_PYTHON: at("no-python") } });
  terminal.press("n");
  await terminal.until("New run");
  terminal.press("p");
  await terminal.until("start it");
  terminal.press("enter");
  await terminal.until(/failed[\s\S]*does not start/);
  terminal.press("q");
  await terminal.exited;
  const later = await open();
  const screen = await later.until(/demo-100 +failed/);
  expect(screen).toContain("Expected a Python");
  later.press("d", "y");
  await later.untilGone("demo-100");
});

test("what is pasted is never taken for keys, and a question is not answered by what came with it", async () => {
  const terminal = await open();
  terminal.send("\u001b[200~dy\nready\u001b[201~");
  await terminal.until("What was pasted is not taken for keys");
  terminal.send("dy");
  await terminal.until("(y/n)");
  terminal.press("n");
  await terminal.untilGone("(y/n)");
  expect(terminal.text()).toMatch(/ demo +done/);
  terminal.press("/");
  await terminal.until("keep the filter");
  terminal.send("\u001b[200~de\u001b[31mmo\u001b[201~");
  await terminal.until(/de \[31mmo/);
});

test("Ctrl-Z gives the terminal to the shell, fg takes it again", async () => {
  cpSync(join(projectRoot, "v_score_runs", "demo"), at("v_score_runs", "demo"), {
    recursive: true,
  });
  const shell = await start("bash", ["--norc", "--noprofile", "-i"], {
    cwd: at(),
    env: { XDG_STATE_HOME: at("state"), PS1: "shell> " },
  });
  await shell.until("shell>");
  shell.send(`${process.execPath} ${COMMAND}\r`);
  await shell.until(/ demo +done/);
  shell.press("ctrl-z");
  await shell.until(/Stopped/);
  expect(shell.isAlternate()).toBe(false);
  shell.send("fg\r");
  await shell.until(/▸ demo +done/);
  expect(shell.isAlternate()).toBe(true);
  shell.press("?");
  await shell.until("any key");
  shell.press("j", "q");
  await shell.until(/shell>\s*$/);
  expect(shell.isAlternate()).toBe(false);
});

test("another size is taken at once, and no line is wider", async () => {
  const terminal = await open();
  terminal.press("enter");
  await terminal.until("rank");
  expect(terminal.text()).not.toContain("AUROC");
  terminal.resize(140, 40);
  await terminal.until("AUROC");
  terminal.resize(80, 24);
  await terminal.untilGone("AUROC");
  await terminal.until("? help");
});

test("a signal restores the terminal, as leaving does", async () => {
  const terminal = await open();
  terminal.signal("SIGTERM");
  const { signal, code } = await terminal.exited;
  expect({ signal, code }).toEqual({ signal: null, code: 130 });
  expect(terminal.isAlternate()).toBe(false);
  expect(terminal.raw()).toContain("\u001b[?25h");
});

test("NO_COLOR is kept to", async () => {
  const terminal = await open({ env: { NO_COLOR: "1" } });
  terminal.press("enter");
  await terminal.until("rank");
  terminal.press("3");
  await terminal.until("best feature, by layer");
  // biome-ignore lint/suspicious/noControlCharactersInRegex: colours are control sequences
  expect(terminal.raw()).not.toMatch(/\u001b\[[\d;]*(?:3[0-7]|4[0-7]|9[0-7]|38;|48;)[\d;]*m/);
});

test("without a terminal, or with CI set, there is help and exit 2", async () => {
  const { exitCode, stdout, stderr } = await vscore();
  expect(exitCode).toBe(2);
  expect(`${stdout}${stderr}`).toContain("Usage: vscore");
  const terminal = await start(process.execPath, [COMMAND], { env: { CI: "true" } });
  expect((await terminal.exited).code).toBe(2);
  expect(terminal.raw()).toContain("Usage: vscore");
});
