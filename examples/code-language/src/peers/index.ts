export { askPeers, type AskPeersOptions, type PeerAnswers, peerNames } from './ask-peers.js';
export { type PeerClassifier, peerClassifiers } from './peer-classifiers.js';
export { vscodeTeacher } from './vscode-teacher.js';
