import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { execa } from "execa";
import { expect, test } from "vitest";
import { isHere, lockHolder, lockRun } from "../../src/runs/lock.js";
import { rejectionOf } from "../fixtures/failure.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

const lockOf = (pid: number, host = hostname(), name = "run.lock") =>
  writeFileSync(at(name), JSON.stringify({ pid, host, since: "2025-01-01T00:00:00Z" }));

async function pidOfTheDead(): Promise<number> {
  const child = execa("true");
  await child;
  return child.pid as number;
}

test("a folder is taken, refused to a second one by the holder's pid, and given back", async () => {
  const unlock = await lockRun(at());
  expect(lockHolder(at())).toMatchObject({ pid: process.pid, host: hostname() });
  const error = await rejectionOf(lockRun(at()));
  expect(error.exitCode).toBe(2);
  expect(error.message).toContain(`in use by process ${process.pid} on ${hostname()}`);
  await unlock();
  expect(existsSync(at("run.lock"))).toBe(false);
  await (await lockRun(at()))();
});

test("the lock of a process that is gone is taken over", async () => {
  lockOf(await pidOfTheDead());
  expect(lockHolder(at())).toBeNull();
  const unlock = await lockRun(at());
  expect(JSON.parse(readFileSync(at("run.lock"), "utf8"))).toMatchObject({ pid: process.pid });
  await unlock();
});

test("the lock of another machine holds: its processes cannot be seen from here", async () => {
  lockOf(2 ** 22 + 1, "elsewhere");
  expect((await rejectionOf(lockRun(at()))).message).toContain("on elsewhere since 2025");
});

test("a lock that says nothing readable holds nobody out", () => {
  writeFileSync(at("run.lock"), "{");
  expect(lockHolder(at())).toBeNull();
});

test("of many that find the same stale lock at once, one gets the folder", async () => {
  for (let round = 0; round < 20; round++) {
    lockOf(await pidOfTheDead());
    const tries = await Promise.allSettled(Array.from({ length: 12 }, () => lockRun(at())));
    const unlocks = tries.flatMap((each) => (each.status === "fulfilled" ? [each.value] : []));
    expect(unlocks).toHaveLength(1);
    expect(lockHolder(at())?.pid).toBe(process.pid);
    await unlocks[0]?.();
    expect(readdirSync(at())).toEqual([]);
  }
});

test("a takeover whose process died in the middle does not hold anybody out", async () => {
  const dead = await pidOfTheDead();
  lockOf(dead);
  lockOf(dead, hostname(), ".run.lock.takeover.unfinished");
  const unlock = await lockRun(at());
  expect(lockHolder(at())?.pid).toBe(process.pid);
  await unlock();
  expect(readdirSync(at())).toEqual([]);
});

test("the lock of a container on this host holds: its processes cannot be seen from here", async () => {
  const held = { pid: await pidOfTheDead(), host: hostname(), since: "2025-01-01T00:00:00Z" };
  writeFileSync(at("run.lock"), JSON.stringify({ ...held, namespace: "pid:[1]" }));
  expect(lockHolder(at())).toMatchObject({ pid: held.pid });
  expect((await rejectionOf(lockRun(at()))).message).toContain("in use by process");
});

test("a lock whose number is another process' by now holds nobody out", async () => {
  const held = { pid: process.pid, host: hostname(), since: "2025-01-01T00:00:00Z" };
  writeFileSync(at("run.lock"), JSON.stringify({ ...held, started: "1" }));
  expect(lockHolder(at())).toBeNull();
  await (await lockRun(at()))();
});

test("a holder is here where its number means a process of this machine; numbers that mean many are no holder's", () => {
  const here = { host: hostname(), namespace: null };
  expect(isHere(here)).toBe(true);
  expect(isHere({ ...here, host: "gpu-node-17" })).toBe(false);
  expect(isHere({ ...here, namespace: "pid:[1]" })).toBe(false);
  for (const pid of [0, -1]) {
    lockOf(pid);
    expect(lockHolder(at())).toBeNull();
  }
});
