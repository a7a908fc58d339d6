// Preloaded into Node: the AWS bindings load a resource when it is first used, not all 2,200 at once.
// The npm package ships both entry files; `lazy-index.js` exports the same names as getters.
"use strict";
const fs = require("fs");
const Module = require("module");
const path = require("path");

const ENTRY = path.join("@cdktf", "provider-aws", "lib", "index.js");
const resolve = Module._resolveFilename;

Module._resolveFilename = function (...args) {
  const found = resolve.apply(this, args);
  if (!found.endsWith(ENTRY)) return found;
  const lazy = path.join(path.dirname(found), "lazy-index.js");
  if (fs.existsSync(lazy)) return lazy;
  const slow = "warning: the AWS bindings are loaded whole, which is slow";
  console.error(`${slow}: @cdktf/provider-aws has no lib/lazy-index.js; see docs/synthesis.md`);
  return found;
};
