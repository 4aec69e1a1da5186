import fc from "fast-check";
import { expect, test } from "vitest";
import { f64, i32, repeat, step, WasmModule } from "../../src/reduce/wasm-module.js";

test("constants of every size arrive as they are", () => {
  fc.assert(
    fc.property(fc.integer(), (value) => {
      const module = new WasmModule({
        put: {
          parameters: ["at"],
          locals: {},
          body: (of) => [of("at").get, i32.constant(value), i32.store(4)],
        },
      });
      const { buffer, functions } = module.instantiate(16);
      functions.put(8);
      expect([...new Int32Array(buffer, 0, 4)]).toEqual([0, 0, 0, value]);
    }),
  );
});

test("a loop goes on while its condition holds, with offsets beyond a byte", () => {
  const double = new WasmModule({
    double: {
      parameters: ["at", "end"],
      locals: { value: "f64" },
      body: (of) => {
        const [at, value] = [of("at"), of("value")];
        return [
          repeat(
            [...at.get, ...at.get, ...f64.load(1600), ...value.tee],
            [...value.get, ...f64.add, ...f64.store(1600)],
            step(at, 8),
            [...at.get, ...of("end").get, ...i32.isBelow],
          ),
        ];
      },
    },
  });
  const { buffer, functions } = double.instantiate(1700);
  const numbers = new Float64Array(buffer, 1600, 4);
  numbers.set([1, 2, 3, 4]);
  functions.double(0, 24);
  expect([...numbers]).toEqual([2, 4, 6, 4]);
});

test("a local that a function does not have is named", () => {
  const module = new WasmModule({
    f: { parameters: ["a"], locals: { b: "f64" }, body: (of) => [of("c").get] },
  });
  expect(() => module.instantiate(1)).toThrow("found no local c, expected one of a, b");
});
