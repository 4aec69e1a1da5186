import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
} from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { engineOf, vscore, vscoreUntil } from "../fixtures/command.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const folder = useTempFolder();
const demo = (...more: string[]) => [
  ...["compute", "--model", "demo", "--languages", "eng_Latn,fra_Latn", "--layers", "2"],
  ...["--n-texts-per-lang", "3", "--out-dir", join(folder(), "run"), ...more],
];

/** Inodes of the TCP sockets on which anybody listens. */
function listening(): Set<string> {
  const inodes = ["/proc/net/tcp", "/proc/net/tcp6"]
    .filter((file) => existsSync(file))
    .flatMap((file) => readFileSync(file, "utf8").split("\n").slice(1))
    .map((line) => line.trim().split(/\s+/))
    // The state of a listening socket is 0A.
    .filter((columns) => columns[3] === "0A")
    .map((columns) => columns[9] as string);
  return new Set(inodes);
}

const socketsOf = (pid: number): string[] =>
  readdirSync(`/proc/${pid}/fd`).flatMap((fd) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${fd}`))?.[1] ?? [];
    } catch {
      return [];
    }
  });

it.skipIf(!existsSync("/proc/net/tcp"))(
  "a run has sockets, but listens on no TCP port (needs /proc to be looked at)",
  async () => {
    let open: string[] = [];
    let listened = new Set<string>();
    const ended = await vscoreUntil(
      /^loading model/,
      async (pid) => {
        open = [...socketsOf(pid), ...socketsOf(await engineOf(pid))];
        listened = listening();
      },
      ...demo(),
    );
    expect(ended.exitCode).toBe(0);
    expect(open.length).toBeGreaterThan(0);
    expect(open.filter((inode) => listened.has(inode))).toEqual([]);
  },
);

it("a link on the way to an out-dir is followed openly, and one that leads nowhere is refused", async () => {
  mkdirSync(join(folder(), "real"));
  symlinkSync(join(folder(), "real"), join(folder(), "link"));
  symlinkSync(join(folder(), "nowhere"), join(folder(), "dangling"));
  const through = await vscore(...demo("--out-dir", join(folder(), "link", "run")));
  expect(through.exitCode).toBe(0);
  expect(existsSync(join(folder(), "real", "run", "meta.json"))).toBe(true);
  const dangling = await vscore(...demo("--out-dir", join(folder(), "dangling")));
  expect(dangling.exitCode).toBe(2);
  expect(existsSync(join(folder(), "nowhere"))).toBe(false);
});
