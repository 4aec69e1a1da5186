import { chmodSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { findInterpreter } from "../../src/engine/interpreter.js";
import { rejectionOf } from "../fixtures/failure.js";
import { PYTHON } from "../fixtures/python.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

/** A shell script in Python's place. */
function fakePython(lines: string): string {
  const path = at("python");
  writeFileSync(path, `#!/bin/sh\n${lines}\n`);
  chmodSync(path, 0o755);
  return path;
}

test("the interpreter of the engine is found, with its version", async () => {
  const { path, version } = await findInterpreter({ VSCORE_PYTHON: PYTHON });
  expect(path).toMatch(/python/);
  expect(version).toMatch(/^3\.\d+\.\d+$/);
});

test("an interpreter that is not there is an error of the environment that names it", async () => {
  const error = await rejectionOf(findInterpreter({ VSCORE_PYTHON: at("nowhere") }));
  expect(error.exitCode).toBe(3);
  expect(error.message).toContain(`VSCORE_PYTHON (${at("nowhere")}) does not start: ENOENT`);
});

test.each(["3.10.12", "2.7.18"])("Python %s is too old, and the error says so", async (version) => {
  const path = fakePython(`echo ${at("real")}\necho ${version}`);
  const error = await rejectionOf(findInterpreter({ VSCORE_PYTHON: path }));
  expect(error.exitCode).toBe(3);
  expect(error.message).toContain(`is Python ${version}. Expected ≥ 3.11`);
});

test.each(["3.11.0", "3.14.1", "4.0.0"])("Python %s will do", async (version) => {
  const path = fakePython(`echo ${at("real")}\necho ${version}`);
  expect(await findInterpreter({ VSCORE_PYTHON: path })).toEqual({ path: at("real"), version });
});

test("an interpreter that fails is an error with its last words", async () => {
  const path = fakePython("echo first >&2\necho 'no module named encodings' >&2\nexit 1");
  const error = await rejectionOf(findInterpreter({ VSCORE_PYTHON: path }));
  expect(error.exitCode).toBe(3);
  expect(error.message).toContain("does not start: no module named encodings. Expected");
});

test("an interpreter that says nothing is an error", async () => {
  const error = await rejectionOf(findInterpreter({ VSCORE_PYTHON: fakePython("exit 0") }));
  expect(error.exitCode).toBe(3);
});

test.each([
  ["HTTP_PROXY", "http://user:s3c/r3tpw@127.0.0.1:9"],
  ["https_proxy", "http://user:s3c#r3tpw@127.0.0.1:9"],
  ["HF_ENDPOINT", "http://user:12/r3tpw@127.0.0.1:9"],
])("%s is refused without a word of its password where it is no address", async (name, value) => {
  const error = await rejectionOf(findInterpreter({ VSCORE_PYTHON: PYTHON, [name]: value }));
  expect(error.exitCode).toBe(3);
  expect(error.message).toContain(name);
  expect(error.message).not.toMatch(/s3c|r3tpw|:12/);
});

test("proxies and mirrors as they are written are let through", async () => {
  const env = {
    HTTP_PROXY: "http://user:s3c%2Fr3t@host:9",
    ALL_PROXY: "host:3128",
    HF_ENDPOINT: "",
  };
  await expect(findInterpreter({ VSCORE_PYTHON: PYTHON, ...env })).resolves.toBeDefined();
});
