import { CommanderError } from "commander";
import { describe, expect, test } from "vitest";
import { type Actions, buildProgram } from "../../src/commands/program.js";
import { CONTROL_KINDS } from "../../src/config/controls.js";
import { CONFIG_KEYS, flagOf, RunConfig } from "../../src/config/schema.js";

/** Parses a command line; gives back what would have been done, or what was said instead. */
function run(...args: string[]): { did: unknown[]; said: string; error: CommanderError | null } {
  const did: unknown[] = [];
  const note =
    (name: string) =>
    (...given: unknown[]) => {
      did.push([name, ...given]);
      return Promise.resolve();
    };
  const names = [
    "compute",
    "models",
    "fidelity",
    "languages",
    "runs",
    "show",
    "compare",
    "plot",
    "controls",
    "explore",
    "ablate",
    "interactions",
    "synergy",
    "cluster",
    "exportCsv",
    "exportFolder",
    "importResults",
    "rescore",
    "merge",
  ];
  const program = buildProgram(
    Object.fromEntries(names.map((name) => [name, note(name)])) as unknown as Actions,
  );
  let said = "";
  const quieten = (command: typeof program): void => {
    command.exitOverride();
    command.configureOutput({
      writeOut: (text) => (said += text),
      writeErr: (text) => (said += text),
      getOutHelpWidth: () => 200,
      getErrHelpWidth: () => 200,
    });
    command.commands.forEach(quieten);
  };
  quieten(program);
  try {
    program.parse(args, { from: "user" });
    return { did, said, error: null };
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    return { did, said, error };
  }
}

const flagsOf = (...args: string[]) => {
  const { did, said } = run("compute", ...args);
  expect(said).toBe("");
  return (did[0] as [string, { flags: object }])[1].flags;
};

test("compare takes two runs, with a figure or without", () => {
  expect(run("compare", "a", "b").did).toEqual([
    ["compare", ["a", "b"], { topK: 10, rankBy: "v", figure: undefined, json: false }],
  ]);
  const { did } = run("compare", "a", "b", "--top-k", "3", "--figure", "x.png", "--json");
  expect(did).toEqual([
    ["compare", ["a", "b"], { topK: 3, rankBy: "v", figure: "x.png", json: true }],
  ]);
  expect(run("compare", "a").said).toContain("missing required argument 'OTHER'");
});

describe("controls", () => {
  const none = {
    ...{ kinds: [], overwrite: false, layer: undefined, language: undefined, topK: 5 },
    ...{ rankBy: "v", stallTimeout: 900, json: false },
  };

  test("shows what there is, or computes kinds first, in their order", () => {
    expect(run("controls", "demo").did).toEqual([["controls", "demo", none]]);
    const kinds = ["romanised", "random-dictionary"];
    const asked = ["--kind", "random-dictionary, romanised", "--overwrite", "--top-k", "2"];
    expect(run("controls", "demo", ...asked, "--json").did).toEqual([
      ["controls", "demo", { ...none, kinds, overwrite: true, topK: 2, json: true }],
    ]);
    const twice = ["--kind", "random-dictionary", "--kind", "romanised"];
    expect(run("controls", "demo", ...twice).did).toEqual([
      ["controls", "demo", { ...none, kinds }],
    ]);
    expect(run("controls", "demo", "--kind", "all").did).toEqual([
      ["controls", "demo", { ...none, kinds: [...CONTROL_KINDS] }],
    ]);
  });

  test("a kind that there is not is refused with those that there are", () => {
    const { did, said } = run("controls", "demo", "--kind", "shuffled,backwards");
    expect(did).toEqual([]);
    expect(said).toContain("There is no control backwards. Expected shuffled, romanised,");
  });
});

describe("cluster", () => {
  test("takes a run or a matrix, with a measure and a cut", () => {
    const nothing = { by: undefined, k: undefined, cut: undefined, topK: undefined };
    const none = { ...nothing, rankBy: "v", layers: undefined, output: undefined, json: false };
    expect(run("cluster", "m.csv").did).toEqual([["cluster", "m.csv", none]]);
    const asked = ["--by", "v-profile", "--cut", "0.5", "--layers", "1-3", "--output", "x"];
    expect(run("cluster", "demo", ...asked, "--json").did).toEqual([
      [
        ...["cluster", "demo"],
        { ...none, by: "v-profile", cut: 0.5, layers: [1, 2, 3], output: "x", json: true },
      ],
    ]);
    expect(run("cluster", "demo", "--k", "3", "--top-k", "9").did).toEqual([
      ["cluster", "demo", { ...none, k: 3, topK: 9 }],
    ]);
  });

  test.each([
    ["--k", "0", "'0' is invalid. Expected a whole number ≥ 1."],
    ["--k", "2.5", "'2.5' is invalid"],
    ["--cut", "0", "'0' is invalid. Expected a height in the tree, a number above 0."],
    ["--cut", "-0.5", "'-0.5' is invalid"],
    ["--cut", " ", "' ' is invalid"],
    [
      "--by",
      "colour",
      "'colour' is invalid. Allowed choices are interactions, overlap, v-profile.",
    ],
  ])("%s %s is refused", (flag, value, words) => {
    const { did, said } = run("cluster", "demo", flag, value);
    expect(did).toEqual([]);
    expect(said).toContain(words);
  });
});

describe("compute", () => {
  test("every key of a run's config has a flag, with its help and its default", () => {
    const { said } = run("compute", "--help");
    const lines = said.split("\n");
    for (const key of CONFIG_KEYS) {
      const flag = new RegExp(`^\\s*${flagOf(key)} [<[]`);
      const line = lines.find((each) => flag.test(each)) ?? "";
      const field = RunConfig.shape[key];
      expect(line, key).toContain(field.description);
      const standard = field.safeParse(undefined);
      if (standard.success && standard.data !== null)
        expect(line).toContain(`(default: ${standard.data})`);
    }
  });

  test.each([
    ["--model <NAME>", ""],
    ["--model-id <ID>", ""],
    ["--sae-release <RELEASE>", ""],
    ["--sae-id-template <TEMPLATE>", ""],
    ["--languages <CODES>", ""],
    ["--layers <LAYERS>", ""],
    ["--n-texts-per-lang <N>", "(default: 100)"],
    ["--split <SPLIT>", "(default: dev)"],
    ["--device <DEVICE>", "(default: auto)"],
    ["--out-dir <FOLDER>", "(default: v_score_runs/<model>-<n>)"],
  ])("the original's %s is there %s", (flag, standard) => {
    const line = run("compute", "--help")
      .said.split("\n")
      .find((each) => each.includes(flag));
    expect(line).toContain(standard);
  });

  test("only flags that are given are handed on, under the config's keys", () => {
    expect(flagsOf()).toEqual({});
    expect(flagsOf("--model", "demo", "--n-texts-per-lang", "5", "--out-dir", "x")).toEqual({
      model: "demo",
      n_texts_per_lang: 5,
      out_dir: "x",
    });
  });

  test("-1 texts are all of them, however it is written", () => {
    expect(flagsOf("--n-texts-per-lang", "-1")).toEqual({ n_texts_per_lang: -1 });
    expect(flagsOf("--n-texts-per-lang=-1")).toEqual({ n_texts_per_lang: -1 });
  });

  test("languages are a list, layers a list of numbers and ranges", () => {
    expect(flagsOf("--languages", "eng_Latn, spa_Latn")).toEqual({
      languages: ["eng_Latn", "spa_Latn"],
    });
    expect(flagsOf("--layers", "0,3-5,9")).toEqual({ layers: [0, 3, 4, 5, 9] });
    expect(flagsOf("--layers", "7-7")).toEqual({ layers: [7] });
  });

  test("what is no number or range stays as it was written, for the schema to refuse", () => {
    expect(flagsOf("--layers", "5-2,1-99999,x,1.5,-3")).toEqual({
      layers: ["5-2", "1-99999", "x", "1.5", -3],
    });
    expect(flagsOf("--n-texts-per-lang", "ten")).toEqual({ n_texts_per_lang: "ten" });
    expect(flagsOf("--batch-tokens", "1e3")).toEqual({ batch_tokens: "1e3" });
  });

  test("ids by layer are read as pairs, and stay text where they are none", () => {
    expect(flagsOf("--sae-ids", "0=layer_0/a,12=b=c")).toEqual({
      sae_ids: { 0: "layer_0/a", 12: "b=c" },
    });
    expect(flagsOf("--sae-ids", "layer_0/a")).toEqual({ sae_ids: "layer_0/a" });
  });

  test.each([
    [["--deterministic"], true],
    [["--deterministic", "true"], true],
    [["--deterministic", "false"], false],
    [["--deterministic", "perhaps"], "perhaps"],
    [["--deterministic", "--dry-run"], true],
  ])("%j is read as %j", (words, deterministic) => {
    expect(run("compute", ...words).did).toEqual([
      ["compute", expect.objectContaining({ flags: { deterministic } })],
    ]);
  });

  test("its switches are off unless given", () => {
    const stallTimeout = 900;
    const selfCheck = true;
    const off = {
      ...{ dryRun: false, json: false, resume: false, overwrite: false },
      ...{ stallTimeout, ray: null },
    };
    expect(run("compute").did).toEqual([
      ["compute", { flags: {}, config: undefined, selfCheck, ...off }],
    ]);
    const { did } = run(
      "compute",
      "--dry-run",
      "--json",
      "--resume",
      "--overwrite",
      "--no-self-check",
      "--config",
      "a",
    );
    const on = {
      ...{ dryRun: true, json: true, resume: true, overwrite: true },
      stallTimeout,
      ray: null,
    };
    expect(did).toEqual([["compute", { flags: {}, config: "a", selfCheck: false, ...on }]]);
  });
});

describe("other commands", () => {
  test.each<[string, string[], unknown[]]>([
    ["models", [], ["models", { name: undefined, releases: false, json: false }]],
    [
      "models",
      ["gemma", "--releases", "--json"],
      ["models", { name: "gemma", releases: true, json: true }],
    ],
    ["fidelity", ["r"], ["fidelity", "r", { measure: false, texts: 20, json: false }]],
    [
      "fidelity",
      ["r", "--measure", "--n-texts", "5", "--layer", "2", "--json"],
      ["fidelity", "r", { measure: true, texts: 5, layer: 2, json: true }],
    ],
    ["languages", ["span", "--json"], ["languages", "span", { json: true }]],
    ["languages", [], ["languages", undefined, { json: false }]],
    ["runs", [], ["runs", "v_score_runs", { json: false }]],
    ["runs", ["there"], ["runs", "there", { json: false }]],
    ["show", ["r"], ["show", "r", { topK: 3, rankBy: "v", json: false }]],
    [
      "show",
      ["r", "--layer", "0", "--language", "eng_Latn", "--top-k", "9", "--json"],
      ["show", "r", { layer: 0, language: "eng_Latn", topK: 9, rankBy: "v", json: true }],
    ],
    [
      "plot",
      ["figure-1", "r", "--rank-by", "dz"],
      ["plot", "r", { kind: "figure-1", rankBy: "dz" }],
    ],
    [
      "explore",
      ["r", "--text", "-x", "--layers", "0,3-4"],
      [
        "explore",
        "r",
        { text: "-x", layers: [0, 3, 4], topK: 5, among: 100, rankBy: "v", json: false },
      ],
    ],
    [
      "explore",
      ["r", "-", "--top-k", "2", "--among", "9", "--json"],
      ["explore", "r", { input: "-", topK: 2, among: 9, rankBy: "v", json: true }],
    ],
    ["export", ["csv", "r"], ["exportCsv", "r", { topK: 5, format: "companion", rankBy: "v" }]],
    [
      "export",
      ["csv", "r", "--layers", "20-22", "--output", "-"],
      [
        "exportCsv",
        "r",
        { topK: 5, layers: [20, 21, 22], format: "companion", rankBy: "v", output: "-" },
      ],
    ],
    [
      "import",
      ["a", "b", "--into", "d"],
      ["importResults", ["a", "b"], { into: "d", json: false }],
    ],
    ["export", ["sae-features", "r"], ["exportFolder", "sae-features", "r", {}]],
    [
      "export",
      ["paper-index", "r", "--output", "d"],
      ["exportFolder", "paper-index", "r", { output: "d" }],
    ],
    [
      "rescore",
      ["r", "--languages", "a,b", "--out-dir", "o", "--overwrite"],
      ["rescore", "r", { languages: ["a", "b"], outDir: "o", overwrite: true, json: false }],
    ],
  ])("%s %j", (command, args, action) => {
    expect(run(command, ...args)).toEqual({ did: [action], said: "", error: null });
  });
});

describe("refused", () => {
  test.each([
    [["compute", "--n-text", "5"], "unknown option '--n-text'"],
    [["compute", "more"], "too many arguments"],
    [["compute", "--model"], "argument missing"],
    [["show", "r", "--top-k", "0"], "Expected a whole number ≥ 1"],
    [["show", "r", "--top-k", "two"], "Expected a whole number ≥ 1"],
    [["show", "r", "--layer", "-1"], "Expected a whole number ≥ 0"],
    [["explore", "r", "some text"], "Expected - for the standard input, or --text TEXT"],
    [["explore", "r", "--among", "0"], "Expected a whole number ≥ 1"],
    [["ablate", "r", "--eval-texts", "0"], "Expected a whole number ≥ 1, or -1 for all"],
    [["synergy", "r", "--eval-texts", "-2"], "Expected a whole number ≥ 1, or -1 for all"],
    [["ablate", "r", "--seed", "4294967296"], "from 0 to 4294967295"],
    [["ablate", "r", "--projection", "half"], "Allowed choices are span, paper, legacy"],
    [["export", "csv", "r", "--top-k", "0"], "Expected a whole number ≥ 1"],
    [["show"], "missing required argument 'RUN'"],
    [["rescore", "r"], "required option '--languages <CODES>' not specified"],
    [["colour"], "unknown command 'colour'"],
  ])("%j", (args, words) => {
    const { did, said, error } = run(...args);
    expect(did).toEqual([]);
    expect(error?.exitCode).not.toBe(0);
    expect(said).toContain(words);
    expect(said).toContain("(--help lists every option)");
  });
});

test("--help and --version are no errors, and help has the exit codes", () => {
  expect(run("--version").error?.exitCode).toBe(0);
  const { said, error } = run("--help");
  expect(error?.exitCode).toBe(0);
  expect(said).toContain("Exit codes: 0 done, 1 unforeseen, 2 request, 3 environment, 4 remote");
});

test("experiments on losses have the same words for what they are evaluated on", () => {
  const evaluated = { corpus: "manuals", split: "dev", texts: -1, sameTexts: true, rankBy: "v" };
  const words = ["--corpus", "manuals", "--split", "dev", "--eval-texts", "-1", "--same-texts"];
  expect(run("ablate", "r", "--top-k", "3", "--random-draws", "2", ...words).did).toEqual([
    ["ablate", "r", { ...evaluated, topK: 3, draws: 2, seed: 0, projection: "span", json: false }],
  ]);
  expect(run("synergy", "r", "--clusters", "a,b;c", ...words).did).toEqual([
    [
      "synergy",
      "r",
      { ...evaluated, topK: 1, seed: 0, projection: "span", clusters: "a,b;c", json: false },
    ],
  ]);
  expect(run("interactions", "r", "--experiment", "ablate-2").did).toEqual([
    ["interactions", "r", { experiment: "ablate-2", meanOver: "tokens", json: false }],
  ]);
});

describe("parts of a run", () => {
  const shardOf = (...args: string[]) =>
    (run("compute", "--model", "demo", ...args).did[0] as [string, { shard: unknown }])[1].shard;

  test("--shard I/N asks for one; without it there is none", () => {
    expect(shardOf("--shard", "2/4")).toEqual({ part: 2, of: 4 });
    expect(shardOf("--shard", "1/1")).toEqual({ part: 1, of: 1 });
    expect(shardOf()).toBeUndefined();
  });

  test.each(["0/4", "5/4", "4", "1/0", "-1/4", "1/4/2", "one/4", "1.5/4", ""])(
    "--shard %j is refused",
    (text) => {
      const { did, said } = run("compute", "--model", "demo", "--shard", text);
      expect(did).toEqual([]);
      expect(said).toContain(
        `option '--shard <I/N>' argument '${text}' is invalid. Expected I/N, a part from 1 to N of N, such as 2/4.`,
      );
    },
  );

  test("merge takes one word or many", () => {
    const none = {
      outDir: undefined,
      overwrite: false,
      resume: false,
      examples: true,
      json: false,
    };
    expect(run("merge", "a", "--resume").did).toEqual([
      ["merge", ["a"], { ...none, resume: true, stallTimeout: 900 }],
    ]);
    expect(run("merge", "a").did).toEqual([["merge", ["a"], { ...none, stallTimeout: 900 }]]);
    const args = [
      "--out-dir",
      "x",
      "--overwrite",
      "--no-examples",
      "--stall-timeout",
      "5",
      "--json",
    ];
    expect(run("merge", "a", "b", ...args).did).toEqual([
      [
        "merge",
        ["a", "b"],
        { ...none, outDir: "x", overwrite: true, examples: false, json: true, stallTimeout: 5 },
      ],
    ]);
    expect(run("merge").said).toContain("missing required argument 'RUN'");
  });
});
