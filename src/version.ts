import { readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./config/paths.js";

/** vscore's own version, as `package.json` has it. */
export const VERSION: string = JSON.parse(
  readFileSync(join(projectRoot, "package.json"), "utf8"),
).version;
