// The corpus packages are read for their sources and never run, so what they would bring along is left out.
// They are matched by name and exact version: the same name elsewhere in the workspace keeps its own dependencies.
const { dependencies } = require('./examples/code-language/corpus/package.json');

function readPackage(manifest) {
  if (dependencies[manifest.name] !== manifest.version) return manifest;
  return { ...manifest, dependencies: {}, optionalDependencies: {}, peerDependencies: {} };
}

module.exports = { hooks: { readPackage } };
