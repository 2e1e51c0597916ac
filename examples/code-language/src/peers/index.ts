export { askPeers, type PeerAnswers, peerNames } from './ask-peers.js';
export { peerClassifiers } from './peer-classifiers.js';
export { vscodeTeacher } from './vscode-teacher.js';
