import { expect, test } from "vitest";
import { bytesOption } from "../../src/commands/options.js";

test.each([
  ["12GB", 12e9],
  ["1.5 gb", 1.5e9],
  ["800M", 800e6],
  ["16GiB", 16 * 2 ** 30],
  ["512 KiB", 512 * 1024],
  ["2000 kb", 2e6],
])("%s is %d bytes", (text, bytes) => expect(bytesOption(text)).toBe(bytes));

test.each(["", "GB", "0", "-1GB", "12XB", "1e9", "3ib", "12", "700b"])("%j is refused", (text) => {
  expect(() => bytesOption(text)).toThrow("Expected a size such as 12GB");
});
