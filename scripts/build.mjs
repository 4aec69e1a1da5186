// Bundles src/ into dist/: vscore.cjs starts on any Node, cli.mjs is vscore itself. pythonia stays outside: it ships Python files.
import { chmod } from "node:fs/promises";
import { build } from "esbuild";

const shared = { bundle: true, platform: "node", logLevel: "warning" };
await build({
  ...shared,
  entryPoints: ["src/cli.ts"],
  outfile: "dist/cli.mjs",
  format: "esm",
  target: "node22",
  minifySyntax: true,
  external: ["pythonia"],
  define: { "process.env.NODE_ENV": '"production"' },
  // Bundled CommonJS packages call require for Node's own modules.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
});
await build({
  ...shared,
  entryPoints: ["src/start.cts"],
  outfile: "dist/vscore.cjs",
  format: "cjs",
  target: "node12",
  external: ["./cli.mjs"],
  supported: { "dynamic-import": true },
  banner: { js: "#!/usr/bin/env node" },
});
await chmod("dist/vscore.cjs", 0o755);
