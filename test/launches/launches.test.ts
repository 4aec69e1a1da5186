import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { expect, test, vi } from "vitest";
import { Launches } from "../../src/launches/launches.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();
const node = [process.execPath, "-e"] as const;

const ended = (launches: Launches) => vi.waitUntil(() => !launches.list()[0]?.isAlive, 10_000);

test("a process is started apart, and every later look finds what it said", async () => {
  const launch = await new Launches(at("state")).start(
    [...node, "console.error('loading'); console.log(process.argv.slice(1).join(' '))"],
    ["compute", "--model=demo"],
    "/runs/one",
  );
  const later = new Launches(at("state"));
  await ended(later);
  expect(later.list()).toMatchObject([
    { id: launch.id, folder: "/runs/one", isAlive: false, lastWords: "compute --model=demo" },
  ]);
  expect(later.words(launch.id)).toBe("loading\ncompute --model=demo\n");
});

test("a process that runs is told apart from one that is gone, and it can be stopped by its pid", async () => {
  const launches = new Launches(at("state"));
  const { pid } = await launches.start([...node, "setInterval(() => {}, 1000)"], [], "/runs/one");
  expect(launches.list()[0]?.isAlive).toBe(true);
  process.kill(pid, "SIGTERM");
  await ended(launches);
});

test("what was forgotten is gone, and so is what an other start at the same folder made old", async () => {
  const launches = new Launches(at("state"));
  for (const word of ["first", "second"])
    await launches.start([...node, `console.log("${word}")`], [], "/runs/one");
  await vi.waitUntil(() => launches.list().every(({ isAlive }) => !isAlive));
  launches.tidy();
  expect(launches.list().map(({ lastWords }) => lastWords)).toEqual(["second"]);
  launches.forget(launches.list()[0]?.id as string);
  expect(readdirSync(at("state"))).toEqual([]);
  expect(launches.words("none")).toBeNull();
});

test("where nothing was ever started there is nothing", () => {
  expect(new Launches(at("none")).list()).toEqual([]);
});

test("a process that has another's number by now is not the one that was started", async () => {
  const launches = new Launches(at("state"));
  const launch = await launches.start([...node, ""], [], "/runs/one");
  await ended(launches);
  const file = at("state", `${launch.id}.json`);
  writeFileSync(file, JSON.stringify({ ...launch, pid: process.pid }));
  expect(launches.list()[0]?.isAlive).toBe(false);
});

test("where a start cannot be remembered, nothing is started", async () => {
  writeFileSync(at("state"), "a file in its way");
  const begun = new Launches(at("state")).start(
    [...node, `require("node:fs").writeFileSync(${JSON.stringify(at("ran"))}, "")`],
    [],
    "/runs/one",
  );
  await expect(begun).rejects.toThrow(/cannot be written/);
  expect(existsSync(at("ran"))).toBe(false);
});

test("a program that is not there is told, and nothing of it is remembered", async () => {
  const launches = new Launches(at("state"));
  await expect(launches.start([at("no-program")], ["compute"], "/runs/one")).rejects.toThrow(
    /could not be started: .*ENOENT.*npx vscore compute/,
  );
  expect(launches.list()).toEqual([]);
});
