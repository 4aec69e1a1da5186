/** Keys of `asked` whose value is another in `begun`, values compared as JSON; those in `except` are not looked at. */
export function differingKeys<K extends string>(
  begun: Readonly<Record<K, unknown>>,
  asked: Readonly<Record<K, unknown>>,
  except: readonly K[],
): K[] {
  return (Object.keys(asked) as K[]).filter(
    (key) => !except.includes(key) && JSON.stringify(begun[key]) !== JSON.stringify(asked[key]),
  );
}
