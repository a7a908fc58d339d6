// Preloaded into Node: when jsii's package cache is empty, builds jsii's index of a package before jsii
// loads it.
//
// jsii itself parses the whole assembly (131 MB of JSON for AWS) and parses it again in a worker
// thread, which writes the index for the next run. A run shorter than that worker ends it unfinished,
// so the next run is slow again. Here the same worker file runs first, in a process of its own that
// gives its memory back, and jsii finds the index. Whatever fails here, jsii does as it always does.
"use strict";
const fs = require("fs");
const path = require("path");
const { isMainThread } = require("worker_threads");

const MANIFEST = ".jsii.runtime.v1.json";
const WORKER = "runtime-index-worker.js";
const FEATURES = ["intersection-types", "class-covariant-overrides"];
const read = fs.readFileSync;

// The jsii kernel is the process whose program lies beside the worker file.
function watchForTheKernel() {
  const worker = path.join(path.dirname(process.argv[1] ?? ""), WORKER);
  if (!isMainThread || !fs.existsSync(worker)) return;
  fs.readFileSync = function (file, ...options) {
    if (typeof file === "string" && path.basename(file) === MANIFEST && !fs.existsSync(file)) {
      // NODE_OPTIONS is empty so that nothing is preloaded there; a small young generation saves 90 MB.
      require("child_process").spawnSync(
        process.execPath,
        ["--max-semi-space-size=1", __filename, worker, path.dirname(file)],
        { stdio: ["ignore", "ignore", "inherit"], env: { ...process.env, NODE_OPTIONS: "" } },
      );
    }
    return read.call(this, file, ...options);
  };
}

// Runs jsii's worker file in this process, as if a thread had been given the package's folder. The index leaves out
// documentation and source locations; parsing without them takes half the memory.
function build(worker, packageDir) {
  fs.readFileSync = (file, ...options) =>
    path.basename(String(file)) === ".jsii"
      ? emptied("locationInModule", emptied("docs", read(file)))
      : read(file, ...options);
  const threads = require("worker_threads");
  threads.isMainThread = false;
  threads.workerData = { packageDir, supportedFeatures: FEATURES };
  threads.parentPort = {
    postMessage: ({ error }) => console.error("warning: jsii's index was not built, which is slow:", error),
  };
  require(worker);
}

// Empties every object under a key that is not the assembly's own, in place. The assembly is indented JSON, a key
// a line, and a line break within a string is escaped: the object ends where its indentation returns.
function emptied(key, json) {
  const opening = Buffer.from(`"${key}": {\n`);
  let kept = 0;
  let from = 0;
  for (let at = json.indexOf(opening); at >= 0; at = json.indexOf(opening, from)) {
    const inside = at + opening.length - 1;
    const indent = at - json.lastIndexOf("\n", at) - 1;
    const closing = indent > 2 ? json.indexOf(`\n${" ".repeat(indent)}}`, inside) : -1;
    kept += json.copy(json, kept, from, inside);
    from = closing < 0 ? inside : closing;
  }
  kept += json.copy(json, kept, from);
  return json.subarray(0, kept);
}

if (require.main === module) build(process.argv[2], process.argv[3]);
else watchForTheKernel();
