import type { SessionFactory } from '../session.js';
import { loadTensor, plainSessions } from './plain-sessions.js';

/**
 * The plain executor, with its package imported at once, so that it is known to be there.
 *
 * @throws LimbeckError `missing-dependency`
 */
export async function loadPlain(): Promise<SessionFactory> {
  return plainSessions(await loadTensor());
}
