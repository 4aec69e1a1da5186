// The command that people start. Runs on any Node: from 22 on it loads vscore, below it hands over to the Node that set-up
// installed beside it.
const path = require("node:path") as typeof import("node:path");
const fs = require("node:fs") as typeof import("node:fs");

const OLDEST_NODE = 22;
const root = path.dirname(__dirname);
const bundled = path.join(root, "node_modules", "node", "bin", "node");

if (Number(process.versions.node.split(".")[0]) >= OLDEST_NODE) {
  // Compiled code is kept between starts, where this Node can: a third of the time of a short command is compiling.
  (require("node:module") as { enableCompileCache?: () => void }).enableCompileCache?.();
  import("./cli.mjs" as string).catch((error: unknown) => {
    console.error(error);
    process.exit(1);
  });
} else if (fs.existsSync(bundled)) {
  const { spawn, spawnSync } = require("node:child_process") as typeof import("node:child_process");
  // Through the channel the child learns of our end, however it comes.
  const stdio = ["inherit", "inherit", "inherit", "ipc"] as const;
  const child = spawn(bundled, [__filename, ...process.argv.slice(2)], { stdio: [...stdio] });
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  // From a terminal, Ctrl-C reaches the child by itself too; it takes the two for one.
  process.on("SIGINT", pass);
  process.on("SIGTERM", pass);
  process.on("SIGHUP", pass);
  child.on("exit", (code: number | null, signal: NodeJS.Signals | null) => {
    process.exitCode = code ?? 128;
    // Killed in the middle of the terminal UI, it could not give the terminal back.
    if (signal !== null && process.argv.length <= 2 && process.stdout.isTTY) {
      process.stdout.write("\u001b[?1049l\u001b[?25h\u001b[?2004l");
      spawnSync("stty", ["sane"], { stdio: "inherit" });
    }
    if (signal !== null) process.kill(process.pid, signal);
  });
} else {
  console.error(
    `vscore needs Node ${OLDEST_NODE} or newer, this is ${process.versions.node}. Run: npm run setup`,
  );
  process.exit(3);
}
