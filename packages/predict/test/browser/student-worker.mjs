// A module worker of a page, as the README has it.
import { loadStudent, serveStudent } from '@limbeck/predict/web';

serveStudent(self, () => loadStudent(`${self.origin}/tiny`, { engine: 'plain' }));
