/** How long a loop may keep the thread, in ms, before others have their turn. */
const longest = 15;

/** Lets timers, messages and abort signals have their turn now and then, in a loop that may never leave the thread. */
export function turns(): () => Promise<void> {
  let last = performance.now();
  return async () => {
    if (performance.now() - last < longest) return;
    await new Promise((resolve) => setTimeout(resolve));
    last = performance.now();
  };
}
