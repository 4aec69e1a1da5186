import { existsSync } from "node:fs";
import { join } from "node:path";
import { execa } from "execa";
import { projectRoot } from "../config/paths.js";
import { environmentError } from "../errors.js";

const OLDEST_PYTHON = [3, 11] as const;

export interface Interpreter {
  path: string;
  version: string;
}

/**
 * The Python that runs the engine: `VSCORE_PYTHON`, else the one in `.venv` that set-up made. Asked for its version before
 * anything depends on it, since the bridge cannot report a missing interpreter.
 *
 * @throws VscoreError (environment)
 */
export async function findInterpreter(env: NodeJS.ProcessEnv = process.env): Promise<Interpreter> {
  refuseOddAddresses(env);
  const chosen = env.VSCORE_PYTHON;
  const path = chosen || join(projectRoot, ".venv", "bin", "python");
  if (!chosen && !existsSync(path)) {
    throw environmentError(
      "There is no Python environment in .venv yet. Run: npm run setup (or set VSCORE_PYTHON to a Python that has torch, transformers and sae_lens).",
    );
  }
  const program = "import sys; print(sys.executable); print('%d.%d.%d' % sys.version_info[:3])";
  const probe = await execa(path, ["-I", "-c", program], {
    reject: false,
    timeout: 30_000,
    stdin: "ignore",
  });
  const [executable, version] = (probe.stdout ?? "").split("\n");
  const origin = chosen ? `VSCORE_PYTHON (${chosen})` : `The Python of .venv (${path})`;
  if (probe.failed || !executable || !version) {
    const reason =
      probe.code ?? probe.stderr?.trim().split("\n").at(-1) ?? `exit code ${probe.exitCode}`;
    throw environmentError(
      `${origin} does not start: ${reason}. Expected a Python ≥ ${OLDEST_PYTHON.join(".")}. ${chosen ? "Set VSCORE_PYTHON to another one, or unset it." : "Run: npm run setup"}`,
    );
  }
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < OLDEST_PYTHON[0] || (major === OLDEST_PYTHON[0] && minor < OLDEST_PYTHON[1])) {
    throw environmentError(
      `${origin} is Python ${version}. Expected ≥ ${OLDEST_PYTHON.join(".")}. ${chosen ? "Set VSCORE_PYTHON to a newer one." : "Install a newer Python, then run: npm run setup"}`,
    );
  }
  return { path: chosen ? executable : path, version };
}

/** What Python's libraries say of an address that they cannot read would hold parts of its password. */
function refuseOddAddresses(env: NodeJS.ProcessEnv): void {
  for (const [name, value] of Object.entries(env)) {
    if (!value || (name !== "HF_ENDPOINT" && !/^(https?|all)_proxy$/i.test(name))) continue;
    // A proxy may be named without its scheme.
    const address = value.includes("://") ? value : `http://${value}`;
    const place = URL.canParse(address) ? new URL(address) : null;
    const rest = place === null ? "" : `${place.pathname}${place.search}${place.hash}`;
    if (place?.hostname && !rest.includes("@")) continue;
    throw environmentError(
      `The environment variable ${name} holds no address (it is not shown, since it may hold a password). Expected http://user:password@host:port, with %2F for / and %23 for # in a password. Correct it, or unset it.`,
    );
  }
}
