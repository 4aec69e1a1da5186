import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { execaSync } from "execa";
import { expect, test } from "vitest";
import {
  explain,
  makeFolder,
  refuseUnwritable,
  writeAside,
  writeOver,
  writeTogether,
  writeWhole,
} from "../../src/runs/atomic-write.js";
import { UNFINISHED } from "../../src/runs/files.js";
import { failureOf, rejectionOf } from "../fixtures/failure.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

test("text and bytes arrive whole, in folders made for them, and replace what was there", async () => {
  await writeWhole(at("a", "b", "file.txt"), "first");
  await writeWhole(at("a", "b", "file.txt"), Uint8Array.of(1, 2, 3));
  expect([...readFileSync(at("a", "b", "file.txt"))]).toEqual([1, 2, 3]);
  expect(readdirSync(at("a", "b"))).toEqual(["file.txt"]);
});

test("while it is written, the file is aside under a name that is not a finished one's", async () => {
  await writeAside(at("file.pt"), async (aside) => {
    expect(aside.endsWith(UNFINISHED)).toBe(true);
    expect(existsSync(at("file.pt"))).toBe(false);
    await writeFile(aside, "x");
  });
  expect(readdirSync(at())).toEqual(["file.pt"]);
});

test("a writing that fails leaves the old file and nothing else", async () => {
  await writeWhole(at("file"), "old");
  const failing = writeAside(at("file"), async (aside) => {
    await writeFile(aside, "half");
    throw new Error("the engine died");
  });
  await expect(failing).rejects.toThrow("the engine died");
  expect(readFileSync(at("file"), "utf8")).toBe("old");
  expect(readdirSync(at())).toEqual(["file"]);
});

test("a fill that wrote nothing is a failure, not an empty file", async () => {
  await expect(writeAside(at("file"), async () => undefined)).rejects.toThrow();
  expect(readdirSync(at())).toEqual([]);
});

test("a place that is not writable is an error of the environment", async ({ skip }) => {
  if (process.getuid?.() === 0) skip("root may write anywhere");
  chmodSync(at(), 0o500);
  const error = await rejectionOf(writeWhole(at("file"), "x"));
  chmodSync(at(), 0o700);
  expect(error.exitCode).toBe(3);
  expect(error.message).toContain("permission is denied");
});

test.each(["ENOSPC", "EDQUOT", "EFBIG", "EACCES", "EPERM", "EROFS", "ENOTDIR", "ENOENT"])(
  "%s is told as an error of the environment that names the file",
  (code) => {
    const error = explain(Object.assign(new Error(code), { code }), "run/meta.json");
    expect(error).toMatchObject({ kind: "environment" });
    const { message } = error as Error;
    expect(message).toMatch(/^run\/meta\.json cannot be written: .* the same command again\.$/);
  },
);

test("what is unforeseen passes through as it is", () => {
  const error = new Error("?");
  expect(explain(error, "file")).toBe(error);
});

test.each([["x"], ["below", "x"]])(
  "a path below a file is refused in words: %j",
  async (...parts) => {
    writeFileSync(at("file"), "");
    const error = await rejectionOf(writeWhole(at("file", ...parts), "x"));
    expect(error.exitCode).toBe(3);
    expect(error.message).toContain("part of that path is a file");
  },
);

test("a file system that takes no folders refuses in words, without waiting for ever", async ({
  skip,
}) => {
  if (!existsSync("/proc/self")) skip("there is no /proc here");
  const error = await rejectionOf(writeWhole("/proc/vscore/run/file", "x"));
  expect(error.exitCode).toBe(3);
});

test("makeFolder says which folder was the topmost that it made", async () => {
  mkdirSync(at("there"));
  expect(await makeFolder(at("there", "a", "b", "c"))).toBe(at("there", "a"));
  expect(existsSync(at("there", "a", "b", "c"))).toBe(true);
  expect(await makeFolder(at("there", "a"))).toBeUndefined();
});

test("a folder in the place of which is a file is refused before anything is made", () => {
  writeFileSync(at("file"), "");
  for (const place of [at("file"), at("file", "below")]) {
    const error = failureOf(() => refuseUnwritable(place));
    expect(error.message).toContain("part of that path is a file");
    expect(error.exitCode).toBe(3);
  }
});

test("a folder that is not writable is refused before anything is made in it", ({ skip }) => {
  expect(() => refuseUnwritable(at("new", "run"))).not.toThrow();
  expect(existsSync(at("new"))).toBe(false);
  if (process.getuid?.() === 0) skip("root may write anywhere");
  chmodSync(at(), 0o500);
  const error = failureOf(() => refuseUnwritable(at("new", "run")));
  chmodSync(at(), 0o700);
  expect(error.exitCode).toBe(3);
});

test("what a person names is written through a link, which stays one", async () => {
  writeFileSync(at("file"), "old");
  symlinkSync(at("file"), at("link"));
  await writeOver(at("link"), "new");
  expect(readlinkSync(at("link"))).toBe(at("file"));
  expect(readFileSync(at("file"), "utf8")).toBe("new");
  await writeOver(at("fresh"), "first");
  expect(readFileSync(at("fresh"), "utf8")).toBe("first");
});

test("files that belong together are all written, through links, and replace what was there", async () => {
  writeFileSync(at("real"), "old");
  symlinkSync(at("real"), at("a"));
  await writeTogether(
    new Map<string, string | Uint8Array>([
      [at("a"), "new"],
      [at("below", "b"), Uint8Array.of(1)],
    ]),
  );
  expect([readFileSync(at("real"), "utf8"), readlinkSync(at("a"))]).toEqual(["new", at("real")]);
  expect(readdirSync(at("below"))).toEqual(["b"]);
  expect(readdirSync(at()).sort()).toEqual(["a", "below", "real"]);
});

test.each<[string, () => void, RegExp]>([
  ["a folder", () => mkdirSync(at("c")), /it is no file\. Expected one, or nothing there/],
  ["a pipe", () => execaSync("mkfifo", [at("c")]), /it is no file/],
])("where one of them cannot be written for %s, nothing of any is new", async (_, make, words) => {
  writeFileSync(at("a"), "old");
  make();
  const files = ["a", "b", "c"].map((name) => [at(name), "new"] as const);
  const error = await rejectionOf(writeTogether(new Map(files)));
  expect(error.message).toMatch(words);
  expect(error.exitCode).toBe(3);
  expect(readFileSync(at("a"), "utf8")).toBe("old");
  expect(readdirSync(at()).sort()).toEqual(["a", "c"]);
});

test("so it is where one fails when others had their place", async () => {
  writeFileSync(at("a"), "old");
  /** A folder takes the place while the file is written. */
  async function* late() {
    mkdirSync(at("c"));
    yield "new";
  }
  const files = new Map([
    [at("a"), "new"],
    [at("b"), "new"],
    [at("c"), late() as unknown as string],
  ]);
  const error = await rejectionOf(writeTogether(files));
  expect(error.message).toContain("it is a folder");
  expect(readFileSync(at("a"), "utf8")).toBe("old");
  expect(readdirSync(at()).sort()).toEqual(["a", "c"]);
});

test("a pipe is written into, not replaced by a file", async () => {
  execaSync("mkfifo", [at("pipe")]);
  const [read] = await Promise.all([readFile(at("pipe"), "utf8"), writeOver(at("pipe"), "text")]);
  expect(read).toBe("text");
  expect(statSync(at("pipe")).isFIFO()).toBe(true);
});

test("a folder in the place of a file is refused in words", async () => {
  mkdirSync(at("folder"));
  const error = await rejectionOf(writeOver(at("folder"), "text"));
  expect(error.message).toContain("it is a folder");
});
