import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { execa } from "execa";
import { expect, test } from "vitest";
import { lockHolder, lockRun } from "../../src/runs/lock.js";
import { rejectionOf } from "../fixtures/failure.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

const lockOf = (pid: number, host = hostname()) =>
  writeFileSync(at("run.lock"), JSON.stringify({ pid, host, since: "2025-01-01T00:00:00Z" }));

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
  const child = execa("true");
  await child;
  lockOf(child.pid as number);
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
