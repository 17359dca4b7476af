// Copyright the SpareGrid authors. Apache-2.0.

/**
 * Gathers single questions that are asked at about the same moment and asks them together: the fields of a page's rows would
 * else ask one by one. Nothing is remembered from one moment to the next.
 */
export function gathered<Key, Value>(
  ask: (keys: readonly Key[]) => Promise<ReadonlyMap<Key, Value>>,
): (key: Key) => Promise<Value | undefined> {
  let open: { keys: Set<Key>; answer: Promise<ReadonlyMap<Key, Value>> } | undefined;
  return async (key) => {
    if (open === undefined) {
      const keys = new Set<Key>();
      // Two turns of the microtask queue: rows that were themselves waited for get on the same coach.
      const answer = Promise.resolve().then(() => Promise.resolve()).then(() => {
        open = undefined;
        return ask([...keys]);
      });
      open = { keys, answer };
    }
    const { keys, answer } = open;
    keys.add(key);
    return (await answer).get(key);
  };
}

/** The rows by their IDs. */
export function byKey<Row>(rows: readonly Row[], keyOf: (row: Row) => string): ReadonlyMap<string, Row> {
  return new Map(rows.map((row) => [keyOf(row), row]));
}
