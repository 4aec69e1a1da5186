// Runs a benchmark of test/bench on what `npm run build` made: npm run bench -- NAME [options]
import { spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { build } from "esbuild";

const [name, ...options] = process.argv.slice(2);
const source = `test/bench/${name}.ts`;
if (name === undefined || !existsSync(source)) {
  const sources = readdirSync("test/bench").filter((file) => /^[a-z]+\.ts$/.test(file));
  console.error(`found the benchmark ${name}, expected one of test/bench: ${sources.join(", ")}`);
  process.exit(2);
}
const outfile = `dist/bench/${name}.mjs`;
await build({
  ...{ entryPoints: [source], outfile, bundle: true, platform: "node", format: "esm" },
  ...{ target: "node22", logLevel: "warning" },
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
});
const { status } = spawnSync(process.execPath, [outfile, ...options], { stdio: "inherit" });
process.exit(status ?? 1);
