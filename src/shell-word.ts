/** A word as a POSIX shell takes it for exactly this text. */
export const shellWord = (text: string): string =>
  /^[\w@%+=:,./~-]+$/.test(text) && !text.startsWith("~") && !text.startsWith("-")
    ? text
    : `'${text.replaceAll("'", "'\\''")}'`;

/** A run's folder as an argument that can mean no other run: a bare name could be one under `./v_score_runs`. */
export const runArgument = (folder: string): string =>
  shellWord(folder.includes("/") ? folder : `./${folder}`);
