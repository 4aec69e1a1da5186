import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { pythonRoot } from "../../src/config/paths.js";
import { isLocalCorpus, readLocalCorpus } from "../../src/corpora/local-corpora.js";
import { failureOf } from "../fixtures/failure.js";
import { useTempFolder } from "../fixtures/temp-folder.js";

const at = useTempFolder();

/** A file of rows, or of lines as they are, and how to read it. */
function jsonl(rows: (object | string)[]) {
  const path = at("corpus.jsonl");
  const line = (row: object | string) => (typeof row === "string" ? row : JSON.stringify(row));
  writeFileSync(path, rows.map((row) => `${line(row)}\n`).join(""));
  return (split: "dev" | "devtest" | null = "dev", given = false) =>
    readLocalCorpus(`jsonl:${path}`, split, given);
}

function folder(files: Record<string, string | Uint8Array>) {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(at(name, ".."), { recursive: true });
    writeFileSync(at(name), content);
  }
  return (split: "dev" | "devtest" | null = "dev", given = false) =>
    readLocalCorpus(`dir:${at()}`, split, given);
}

const refusal = (read: () => unknown): string => {
  const error = failureOf(read);
  expect(error.exitCode).toBe(2);
  return error.message;
};

const english = (more: object = {}) => ({ text: "hello", language: "eng_Latn", ...more });

describe("jsonl:", () => {
  test("without ids, each language's texts are counted from 1; ids on some lines only are refused", () => {
    const { languages } = jsonl([
      english(),
      { text: "hola", lan: "es" },
      english({ text: "bye" }),
    ])();
    expect(languages.get("eng_Latn")).toEqual([
      { id: "1", text: "hello" },
      { id: "2", text: "bye" },
    ]);
    expect(languages.get("spa_Latn")).toEqual([{ id: "1", text: "hola" }]);
    expect(refusal(jsonl([english({ id: "2" }), english()]))).toContain("line 2 ");
  });

  test("a text's document is what its row says, or what stands before # in its id", () => {
    const { languages } = jsonl([
      english({ id: "a#1", document: "given" }),
      english({ text: "hi", id: "files/a#b#2" }),
      english({ text: "bye", id: "#3" }),
    ])();
    const documents = languages.get("eng_Latn")?.map(({ document }) => document);
    expect(documents).toEqual(["given", "files/a#b", undefined]);
  });

  test("texts come by language, in file order, with ids of their own", () => {
    const { languages, split } = jsonl([
      english({ id: "a" }),
      { text: "hola", lan: "es", id: 7 },
      english({ text: "bye", id: "b" }),
      { text: "你好", lan: "zh", id: "a" },
      { text: "再见", lan: "cmn_Hans", id: "b" },
    ])();
    expect(split).toBeNull();
    expect([...languages]).toEqual([
      [
        "eng_Latn",
        [
          { id: "a", text: "hello" },
          { id: "b", text: "bye" },
        ],
      ],
      ["spa_Latn", [{ id: "7", text: "hola" }]],
      [
        "cmn_Hans",
        [
          { id: "a", text: "你好" },
          { id: "b", text: "再见" },
        ],
      ],
    ]);
  });

  test("blank lines and a byte-order mark are skipped, other keys of a row are let be", () => {
    const { languages } = jsonl([`\ufeff${JSON.stringify(english({ source: 1 }))}`, "", "  "])();
    expect(languages.get("eng_Latn")).toEqual([{ id: "1", text: "hello" }]);
  });

  test("where rows have a split, only the one asked for is read", () => {
    const read = jsonl([english({ split: "dev" }), english({ split: "devtest", text: "test" })]);
    expect(read("dev").languages.get("eng_Latn")).toEqual([{ id: "1", text: "hello" }]);
    expect(read("devtest", true)).toMatchObject({ split: "devtest" });
    expect(read("devtest").languages.get("eng_Latn")).toEqual([{ id: "1", text: "test" }]);
  });

  test("a number that JavaScript cannot hold is no id", () => {
    const large = `{"language":"eng_Latn","text":"a","id":9007199254740993}`;
    expect(refusal(() => jsonl([large])())).toMatch(/line 1 .*quote/);
  });

  test("an id may come again in another language or split, not in the same", () => {
    const rows = [
      english({ id: "x", split: "dev" }),
      english({ id: "x", split: "devtest" }),
      { text: "hola", language: "spa_Latn", id: "x", split: "dev" },
    ];
    expect(jsonl(rows)().languages.size).toBe(2);
    const message = refusal(jsonl([...rows, english({ id: "x", split: "dev" })]));
    expect(message).toContain("line 4 of");
    expect(message).toContain('has the id "x" a second time for eng_Latn');
  });

  test.each<[string, (object | string)[], string]>([
    ["a line that is not JSON", [english(), "", "{text:}"], "line 3"],
    ["a row that is no object", [english(), "[1]"], "line 2"],
    ["a row without text", [{ language: "eng_Latn" }], "line 1"],
    ["a text that is no text", [english({ text: 3 })], "line 1"],
    ["a row without language", [english(), { text: "x" }], "line 2"],
    ["an empty text", [english(), english({ text: " \n" })], "line 2"],
    ["rows with and without split", [english({ split: "dev" }), english()], "line 2"],
  ])("%s is refused, the line named", (_, rows, line) => {
    const message = refusal(jsonl(rows));
    expect(message).toContain(`${line} of ${at("corpus.jsonl")}`);
  });

  test("a split that was asked for is refused where there are none", () => {
    const read = jsonl([english()]);
    expect(refusal(() => read("devtest", true))).toContain("--split devtest:");
    expect(read("devtest", false).split).toBeNull();
  });

  test("a file that is not UTF-8, or not there, is refused by name", () => {
    writeFileSync(at("latin1.jsonl"), Buffer.from('{"text": "\xe9"}', "latin1"));
    const read = (name: string) => () => readLocalCorpus(`jsonl:${at(name)}`, "dev", false);
    expect(refusal(read("latin1.jsonl"))).toContain(`${at("latin1.jsonl")} is not UTF-8`);
    expect(refusal(read("none.jsonl"))).toContain(`${at("none.jsonl")} cannot be read (ENOENT)`);
  });

  test("the revision follows the bytes of the file", () => {
    const one = jsonl([english()])().revision;
    expect(one).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(jsonl([english()])().revision).toBe(one);
    expect(jsonl([english(), english()])().revision).not.toBe(one);
  });
});

describe("dir:", () => {
  test("each .txt is a language, each line a text", () => {
    const { languages, split } = folder({
      "eng_Latn.txt": "one\r\ntwo\n",
      "spa_Latn.txt": "uno",
      "README.md": "not a language",
    })();
    expect(split).toBeNull();
    expect([...languages]).toEqual([
      [
        "eng_Latn",
        [
          { id: "1", text: "one" },
          { id: "2", text: "two" },
        ],
      ],
      ["spa_Latn", [{ id: "1", text: "uno" }]],
    ]);
  });

  test("with dev/ and devtest/, the split asked for is read", () => {
    const read = folder({ "dev/eng_Latn.txt": "one\n", "devtest/eng_Latn.txt": "two\n" });
    expect(read("dev")).toMatchObject({ split: "dev" });
    expect(read("devtest", true).languages.get("eng_Latn")).toEqual([{ id: "1", text: "two" }]);
  });

  test("a split that is not there is refused, whether others are or not", () => {
    expect(refusal(() => folder({ "eng_Latn.txt": "one\n" })("devtest", true))).toContain(
      "has no splits",
    );
    expect(refusal(() => folder({ "dev/eng_Latn.txt": "one\n" })("devtest", true))).toContain(
      `there is no folder ${at("devtest")}`,
    );
  });

  test("an empty line is refused with its number, an unreadable encoding with its file", () => {
    expect(refusal(folder({ "eng_Latn.txt": "one\n\nthree\n" }))).toContain(
      `line 2 of ${at("eng_Latn.txt")} is empty`,
    );
    expect(refusal(folder({ "eng_Latn.txt": Uint8Array.of(0xe9, 0x0a) }))).toContain("not UTF-8");
  });

  test("a file in place of the folder is refused", () => {
    writeFileSync(at("file"), "");
    expect(refusal(() => readLocalCorpus(`dir:${at("file")}`, "dev", false))).toContain(
      "is not a folder",
    );
  });

  test("the revision follows names and bytes", () => {
    const one = folder({ "eng_Latn.txt": "one\n" })().revision;
    expect(folder({ "eng_Latn.txt": "one!\n" })().revision).not.toBe(one);
    expect(folder({ "eng_Latn.txt": "one\n" })().revision).toBe(one);
    expect(folder({ "fra_Latn.txt": "un\n" })().revision).not.toBe(one);
  });
});

test("what is no regular file is refused: a pipe would be waited for", () => {
  expect(refusal(() => readLocalCorpus("jsonl:/dev/null", null, false))).toContain(
    "/dev/null is no file",
  );
});

describe.for(["udhr", "manuals"])("embedded: %s", (corpus) => {
  const file = join(pythonRoot, "demo", "corpora", `${corpus}.jsonl.gz`);

  test("has texts of every language in both splits", ({ skip }) => {
    if (!existsSync(file)) skip(`${file} has not been made yet`);
    const [dev, devtest] = (["dev", "devtest"] as const).map(
      (split) => readLocalCorpus(corpus, split, true).languages,
    );
    expect(dev?.has("eng_Latn")).toBe(true);
    expect(dev?.size).toBeGreaterThanOrEqual(2);
    expect([...(devtest?.keys() ?? [])].sort()).toEqual([...(dev?.keys() ?? [])].sort());
  });
});

test("only flores is fetched by the engine", () => {
  expect(
    ["flores", "udhr", "manuals", "jsonl:x", "dir:x"].filter((c) => !isLocalCorpus(c)),
  ).toEqual(["flores"]);
});
