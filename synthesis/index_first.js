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
const DROPPED = /^"(docs|locationInModule)": \{$/;
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

// Runs jsii's worker file in this process, as if a thread had been given the package's folder.
function build(worker, packageDir) {
  fs.readFileSync = (file, ...options) =>
    path.basename(String(file)) === ".jsii" ? withoutDocs(read(file)) : read(file, ...options);
  const threads = require("worker_threads");
  threads.isMainThread = false;
  threads.workerData = { packageDir, supportedFeatures: FEATURES };
  threads.parentPort = {
    postMessage: ({ error }) => console.error("warning: jsii's index was not built, which is slow:", error),
  };
  require(worker);
}

// The assembly is indented JSON, one key a line. Drops the indentation, and the documentation and
// source locations, which the index leaves out too: parsing the rest takes half the memory.
function withoutDocs(json) {
  const kept = Buffer.allocUnsafe(json.length);
  let length = 0;
  let skipped = null; // the indentation of the object that is being left out
  for (let start = 0, end; start < json.length; start = end + 1) {
    end = json.indexOf("\n", start);
    if (end < 0) end = json.length;
    let text = start;
    while (json[text] === 0x20) text++;
    const indent = text - start;
    if (skipped !== null) {
      if (indent !== skipped) continue;
      skipped = null; // this line closes it
    } else if (indent > 2 && json[end - 1] === 0x7b && DROPPED.test(json.latin1Slice(text, end))) {
      skipped = indent;
    }
    length += json.copy(kept, length, text, end);
  }
  return kept.subarray(0, length);
}

if (require.main === module) build(process.argv[2], process.argv[3]);
else watchForTheKernel();
