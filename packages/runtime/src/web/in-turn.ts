const turns = new WeakMap<object, Promise<unknown>>();

/**
 * Lets the calls into one thing run one after another. onnxruntime-web keeps arguments on one stack and waits in
 * between, so two calls at once would write over each other's.
 */
export function inTurnOf(owner: object): <R>(call: () => Promise<R>) => Promise<R> {
  return (call) => {
    const before = turns.get(owner) ?? Promise.resolve();
    const turn = before.then(call, call);
    turns.set(owner, turn);
    return turn;
  };
}
