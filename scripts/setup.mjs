// Brings a clone to where it can be used: Node packages, the Python environment, the build, the command.
// Each step leaves a stamp of what it was made from and is skipped while that stays the same.
// Plain JavaScript for Node 20 and newer, since nothing is installed yet. Usage: node scripts/setup.mjs [--dev]
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const at = (...parts) => join(root, ...parts);
const isDev = process.argv.includes("--dev");
const OLDEST_NODE = 20;
const OLDEST_PYTHON = [3, 11];
const EXIT_ENVIRONMENT = 3;

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(EXIT_ENVIRONMENT);
}

const say = (text) => process.stderr.write(`set-up: ${text}\n`);

const digest = (...files) => {
  const hash = createHash("sha256");
  for (const file of files) hash.update(file).update(readFileSync(at(file)));
  return hash.digest("hex");
};

const isStamped = (stamp, value) => existsSync(stamp) && readFileSync(stamp, "utf8") === value;

/** Runs a command quietly; when it fails, its output and `advice` are the message. */
function run(command, args, advice) {
  const done = spawnSync(command, args, {
    cwd: root,
    encoding: "utf8",
    maxBuffer: 1 << 28,
    stdio: ["ignore", "pipe", "pipe"],
  });
  if (done.status === 0) return;
  const words = `${done.stdout ?? ""}\n${done.stderr ?? ""}`
    .trim()
    .split("\n")
    .slice(-15)
    .join("\n");
  fail(
    `${words}\n\nFailed: ${command} ${args.join(" ")} (${done.error?.code ?? `exit code ${done.status}`}). ${advice}`,
  );
}

function nodePackages() {
  const stamp = at("node_modules", ".vscore-setup");
  const value = digest("package-lock.json", "package.json");
  if (isStamped(stamp, value)) return;
  say("installing Node packages …");
  run(
    "npm",
    ["ci", "--no-audit", "--no-fund"],
    "Check the network and npm's settings, then run this again.",
  );
  writeFileSync(stamp, value);
}

function pythonVersion(path) {
  const program = "import sys; print('%d %d' % sys.version_info[:2])";
  const done = spawnSync(path, ["-I", "-c", program], { encoding: "utf8" });
  return done.status === 0 ? done.stdout.trim().split(" ").map(Number) : null;
}

const isNewEnough = ([major, minor]) =>
  major > OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor >= OLDEST_PYTHON[1]);

/** The newest fitting Python on the PATH. */
function systemPython() {
  const wanted = OLDEST_PYTHON.join(".");
  const found = [];
  for (const name of [
    "python3",
    "python3.14",
    "python3.13",
    "python3.12",
    "python3.11",
    "python",
  ]) {
    const version = pythonVersion(name);
    if (version === null) continue;
    if (isNewEnough(version)) return name;
    found.push(`${name} is ${version.join(".")}`);
  }
  return fail(
    `Python ≥ ${wanted} is needed, found ${found.length > 0 ? found.join(", ") : "no Python at all"}. Install one (python.org, your package manager), or set VSCORE_PYTHON to one that has torch, transformers and sae_lens.`,
  );
}

function checkChosenPython(chosen) {
  const version = pythonVersion(chosen);
  if (version === null)
    fail(
      `VSCORE_PYTHON (${chosen}) does not start. Set it to a Python ≥ ${OLDEST_PYTHON.join(".")}, or unset it.`,
    );
  if (!isNewEnough(version))
    fail(
      `VSCORE_PYTHON (${chosen}) is Python ${version.join(".")}, expected ≥ ${OLDEST_PYTHON.join(".")}.`,
    );
  const modules = [
    "torch",
    "transformers",
    "sae_lens",
    "safetensors",
    "sklearn",
    "py3langid",
    ...(isDev ? ["pytest", "ruff"] : []),
  ];
  const program = `import importlib.util as u; print(' '.join(m for m in ${JSON.stringify(modules)} if u.find_spec(m) is None))`;
  const missing = spawnSync(chosen, ["-c", program], { encoding: "utf8" }).stdout.trim();
  if (missing)
    fail(
      `VSCORE_PYTHON (${chosen}) lacks ${missing}. Install what py/requirements${isDev ? "-dev" : ""}.txt lists into it.`,
    );
}

function pythonEnvironment() {
  if (process.env.VSCORE_PYTHON) return checkChosenPython(process.env.VSCORE_PYTHON);
  const python = at(".venv", "bin", "python");
  const lists = isDev
    ? ["py/requirements.txt", "py/requirements-dev.txt", "py/requirements-ray.txt"]
    : ["py/requirements.txt"];
  if (!existsSync(python) || pythonVersion(python) === null) {
    say("making the Python environment .venv …");
    rmSync(at(".venv"), { recursive: true, force: true });
    run(systemPython(), ["-m", "venv", ".venv"], "On Debian and Ubuntu, install python3-venv.");
  }
  for (const list of lists) {
    const stamp = at(".venv", `.vscore-${list.split("/")[1]}`);
    const value = digest(list);
    if (isStamped(stamp, value)) continue;
    say(`installing Python packages of ${list} (torch is large; some minutes) …`);
    run(
      python,
      ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", list],
      "Check the network and free disk (5 GB), then run this again.",
    );
    writeFileSync(stamp, value);
  }
}

function build() {
  const sources = readdirSync(at("src"), { recursive: true })
    .map(String)
    .filter((name) => /\.[cm]?tsx?$/.test(name))
    .sort();
  const value = digest(
    "package-lock.json",
    "scripts/build.mjs",
    ...sources.map((name) => join("src", name)),
  );
  const stamp = at("dist", ".vscore-setup");
  if (isStamped(stamp, value)) return;
  say("building …");
  run(process.execPath, ["scripts/build.mjs"], "This is a fault of vscore.");
  writeFileSync(stamp, value);
}

/** npm links the commands of dependencies, not a package's own. */
function linkCommand() {
  const link = at("node_modules", ".bin", "vscore");
  if (existsSync(link)) return;
  mkdirSync(dirname(link), { recursive: true });
  rmSync(link, { force: true });
  symlinkSync(join("..", "..", "dist", "vscore.cjs"), link);
}

if (Number(process.versions.node.split(".")[0]) < OLDEST_NODE) {
  fail(
    `Node ≥ ${OLDEST_NODE} is needed, this is ${process.versions.node}. Install a newer one from nodejs.org.`,
  );
}
nodePackages();
pythonEnvironment();
build();
linkCommand();
