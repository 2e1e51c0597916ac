// Follows docs/add-a-loss.md word for word in a scratch copy of the working tree; fails where a command fails.
import { followPage } from './follow-page.mjs';

followPage('add-a-loss');
