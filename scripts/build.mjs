// Bundles src/ into dist/: vscore.cjs starts on any Node, cli.mjs is vscore itself. pythonia stays outside: it ships Python files.
import { chmod, rm } from "node:fs/promises";
import { build } from "esbuild";

// The terminal UI is a chunk of its own, which no other command loads.
await rm("dist/chunks", { recursive: true, force: true });
const shared = { bundle: true, platform: "node", logLevel: "warning" };
await build({
  ...shared,
  entryPoints: ["src/cli.ts"],
  outdir: "dist",
  outExtension: { ".js": ".mjs" },
  chunkNames: "chunks/[name]-[hash]",
  splitting: true,
  format: "esm",
  target: "node22",
  minifySyntax: true,
  external: ["pythonia", "react-devtools-core", "@resvg/resvg-js"],
  define: { "process.env.NODE_ENV": '"production"' },
  // Bundled CommonJS packages call require for Node's own modules.
  banner: {
    js: 'import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url);',
  },
});
// Threads that gather evidence: a file of their own, so that nothing else loads what they share with the command.
await build({
  ...shared,
  entryPoints: ["src/evidence/worker.ts"],
  outfile: "dist/evidence-worker.mjs",
  format: "esm",
  target: "node22",
  minifySyntax: true,
});
// What draws the figures inside a report, for a browser.
await build({
  entryPoints: ["src/report/client.ts"],
  outfile: "dist/report-client.js",
  bundle: true,
  minify: true,
  platform: "browser",
  format: "iife",
  target: "es2022",
  logLevel: "warning",
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
