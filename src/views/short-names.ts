/** The code without its script, where no two of the run's languages share it. */
export function shortNames(languages: readonly string[]): Map<string, string> {
  const beginnings = languages.map((code) => code.split("_")[0] as string);
  const isUnique = (name: string) => beginnings.filter((other) => other === name).length === 1;
  return new Map(
    languages.map((code, at) => {
      const name = beginnings[at] as string;
      return [code, isUnique(name) ? name : code];
    }),
  );
}
