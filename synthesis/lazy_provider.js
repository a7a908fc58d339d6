// Loaded into Node by `--require`: the AWS bindings load a resource when it is first used, not all 1,500 at once.
// The package ships both entry files; `lazy-index.js` exports the same names as getters.
const fs = require("fs");
const Module = require("module");
const path = require("path");

const resolve = Module._resolveFilename;
const PROVIDER = path.join("@cdktf", "provider-aws", "lib", "index.js");

Module._resolveFilename = function (...args) {
  const found = resolve.apply(this, args);
  if (!found.endsWith(PROVIDER)) return found;
  const lazy = path.join(path.dirname(found), "lazy-index.js");
  return fs.existsSync(lazy) ? lazy : found;
};
