import { expect, test } from "vitest";
import { type Actions, buildProgram } from "../../src/commands/program.js";

/** Parses a command line; gives back what would have been done, and what was said. */
function run(...args: string[]) {
  const did: unknown[] = [];
  const steerPlot = async (...given: unknown[]) => {
    did.push(given);
  };
  const program = buildProgram({ steerPlot } as unknown as Actions);
  let said = "";
  const quieten = (command: typeof program): void => {
    command.exitOverride();
    const write = (text: string) => {
      said += text;
    };
    command.configureOutput({ writeOut: write, writeErr: write });
    command.commands.forEach(quieten);
  };
  quieten(program);
  try {
    program.parse(args, { from: "user" });
  } catch {
    // Told already.
  }
  return { did, said };
}

test("steer plot takes files and folders", () => {
  expect(run("steer", "plot", "a.csv")).toEqual({ did: [[["a.csv"], {}]], said: "" });
  const asked = ["--by", "alpha", "--format", "png", "--output", "x.png"];
  expect(run("steer", "plot", "a.csv", "b", ...asked).did).toEqual([
    [["a.csv", "b"], { by: "alpha", format: "png", output: "x.png" }],
  ]);
});

test.each([
  [["steer", "plot"], "missing required argument"],
  [["steer", "plot", "a", "--by", "colour"], "Allowed choices are source, target, alpha, layer."],
  [["steer", "plot", "a", "--format", "pdf"], "Allowed choices are svg, png, json."],
  [["steer", "lid", "run", "--alpha", "1e7"], "Expected numbers from -1000000 to 1000000"],
  [["steer", "lid", "run", "--learned-lr", "1e38"], "Expected numbers from -1000000 to 1000000"],
  [["steer", "dance"], "unknown command 'dance'"],
])("%j is refused", (args, told) => {
  const { did, said } = run(...args);
  expect(did).toEqual([]);
  expect(said).toContain(told);
});
